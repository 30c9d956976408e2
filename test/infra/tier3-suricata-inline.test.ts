import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TARGETS } from '../../src/compile/index.ts';
import { textOf } from '../../src/compile/targets/layer-readings.ts';
import { SAMPLE_INPUT } from '../../src/compile/targets/sample-input.ts';
import { POLL_MS, programOnPath, START_TIMEOUT_MS, startProcess } from '../emulator-process.ts';
import { suricataSkip } from '../suricata.ts';

const PEER = fileURLToPath(new URL('lib/tls-peer.mjs', import.meta.url));
const INSIDE = '10.77.0.2';
/** Of the networks for documentation (RFC 5737): it lies in the other namespace, and nowhere else. */
const OUTSIDE = ['198.51.100.1', '198.51.100.2'] as const;

function skipReason(): string | false {
  if (process.env['SALLYPORT_ROOT_TESTS'] !== '1')
    return 'changes the network of the kernel: SALLYPORT_ROOT_TESTS=1 runs it';
  if (process.getuid?.() !== 0) return 'needs root';
  for (const program of ['ip', 'ethtool', 'openssl'])
    if (programOnPath(program) === null) return `${program} is not installed`;
  return suricataSkip;
}

const CASES = [
  { name: 'an allowed name reaches its server', say: 'pypi.org', reached: true },
  {
    name: 'an allowed name in a hello of 3,000 bytes reaches its server',
    say: 'pypi.org',
    padding: 3_000,
    reached: true,
  },
  { name: 'another name does not', say: 'evil.test', reached: false },
  { name: 'another name in a hello of 3,000 bytes does not', say: 'evil.test', padding: 3_000, reached: false },
  { name: 'no name does not', say: '-', reached: false },
  { name: 'an allowed name on another port does not', say: 'pypi.org', port: 8443, reached: false },
  {
    name: 'N8: an allowed name reaches a stranger’s server too: nobody sees that it is only said',
    say: 'pypi.org',
    to: OUTSIDE[1],
    reached: true,
  },
] as const;

test(
  'in line between two networks the engine lets through what the policy lists',
  { skip: skipReason() },
  async (t) => {
    const { inside, between, outside, folder } = network(t);
    const hosts = [{ host: 'pypi.org', ports: [443], reason: 'x', acceptedRisk: null }];
    const input = { ...SAMPLE_INPUT, policy: { ...SAMPLE_INPUT.policy, egress: { hosts } } };
    const files = TARGETS.find(({ name }) => name === 'suricata')?.compile(input).files ?? [];
    writeFileSync(join(folder, 'egress.rules'), textOf(files, 'egress.rules'));
    await engine(t, folder, between);
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=pypi.org', '-newkey', 'rsa:2048', '-nodes', '-days', '1'];
    must('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', cert]);
    for (const [address, port] of [...OUTSIDE.map((to) => [to, 443] as const), [OUTSIDE[0], 8443] as const]) {
      const words = ['netns', 'exec', outside, process.execPath, PEER, 'serve', address, String(port), key, cert];
      const server = startProcess('ip', words, { env: process.env, cwd: folder });
      t.after(() => server.stop());
      await until(() => server.output().includes('ready'), server.output);
    }
    for (const one of CASES) {
      const [to, port, padding] = [
        'to' in one ? one.to : OUTSIDE[0],
        'port' in one ? one.port : 443,
        'padding' in one ? one.padding : 0,
      ];
      await t.test(one.name, () => {
        const words = [process.execPath, PEER, 'ask', to, String(port), one.say, String(padding)];
        const said = must('ip', ['netns', 'exec', inside, ...words]);
        assert.equal(said.trim(), one.reached ? 'reached' : 'not reached');
      });
    }
    t.diagnostic(`infra: Suricata in line, cases = ${CASES.length}`);
  },
);

/** Two namespaces with a third between them, in which the engine passes packets from one side to the other. */
function network(t: TestContext): {
  readonly inside: string;
  readonly between: string;
  readonly outside: string;
  readonly folder: string;
} {
  const folder = mkdtempSync('/var/tmp/sp-inline-');
  const [inside, between, outside] = ['in', 'mid', 'out'].map((name) => `sp${process.pid}${name}`) as [
    string,
    string,
    string,
  ];
  t.after(() => {
    for (const name of [inside, between, outside]) spawnSync('ip', ['netns', 'del', name]);
    rmSync(folder, { recursive: true, force: true });
  });
  for (const name of [inside, between, outside]) must('ip', ['netns', 'add', name]);
  const within = (name: string, ...words: string[]): string => must('ip', ['netns', 'exec', name, ...words]);
  for (const [name, link] of [
    [inside, 'a'],
    [outside, 'b'],
  ] as const) {
    must('ip', ['link', 'add', `mid-${link}`, 'netns', between, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]);
    within(name, 'ip', 'link', 'set', 'eth0', 'up');
    within(between, 'ip', 'link', 'set', `mid-${link}`, 'up');
    // The engine takes packets as they are on the wire: what the sender leaves to a card must be done before.
    within(name, 'ethtool', '-K', 'eth0', 'tx', 'off', 'tso', 'off', 'gso', 'off');
    within(between, 'ethtool', '-K', `mid-${link}`, 'tx', 'off', 'gro', 'off');
  }
  within(inside, 'ip', 'addr', 'add', `${INSIDE}/24`, 'dev', 'eth0');
  within(inside, 'ip', 'route', 'add', '198.51.100.0/24', 'dev', 'eth0');
  for (const address of OUTSIDE) within(outside, 'ip', 'addr', 'add', `${address}/24`, 'dev', 'eth0');
  within(outside, 'ip', 'route', 'add', '10.77.0.0/24', 'dev', 'eth0');
  return { inside, between, outside, folder };
}

async function engine(t: TestContext, folder: string, between: string): Promise<void> {
  writeFileSync(join(folder, 'empty'), '');
  const link = (from: string, to: string): string => `  - interface: ${from}
    threads: 1
    cluster-id: ${from === 'mid-a' ? 98 : 99}
    cluster-type: cluster_flow
    defrag: no
    copy-mode: ips
    copy-iface: ${to}
`;
  writeFileSync(
    join(folder, 'suricata.yaml'),
    `%YAML 1.1
---
vars:
  address-groups:
    HOME_NET: "[10.77.0.0/24]"
    EXTERNAL_NET: "!$HOME_NET"
classification-file: ${folder}/empty
reference-config-file: ${folder}/empty
threshold-file: ${folder}/empty
exception-policy: auto
stream:
  inline: yes
app-layer:
  protocols:
    tls:
      enabled: yes
      detection-ports:
        dp: 443
outputs: []
af-packet:
${link('mid-a', 'mid-b')}${link('mid-b', 'mid-a')}`,
  );
  const words = [
    'suricata',
    '-c',
    join(folder, 'suricata.yaml'),
    '-S',
    join(folder, 'egress.rules'),
    '-l',
    folder,
    '--af-packet',
    '-k',
    'none',
    '-v',
  ];
  const started = startProcess('ip', ['netns', 'exec', between, ...words], { env: process.env, cwd: folder });
  t.after(() => started.stop());
  await until(() => /engine started/i.test(started.output()), started.output);
}

async function until(look: () => boolean, output: () => string): Promise<void> {
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS; waitedMs += POLL_MS) {
    if (look()) return;
    await pause(POLL_MS);
  }
  throw new Error(`not ready: ${output()}`);
}

function must(program: string, words: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', timeout: 30_000 });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
  return stdout;
}
