import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { TARGETS } from '../src/compile/index.ts';
import { SAMPLE_INPUT } from '../src/compile/targets/sample-input.ts';
import { capture } from './client-hello-capture.ts';

const has = spawnSync('suricata', ['-V']).status === 0;
const skip = has ? false : 'suricata is not installed';

/** The least that the engine starts with; the variables are those of the compiled rules. */
const SETTINGS = (folder: string): string => `%YAML 1.1
---
vars:
  address-groups:
    HOME_NET: "[10.0.0.0/16]"
    EXTERNAL_NET: "!$HOME_NET"
    GATEWAY_NET: "[10.9.0.0/16]"
classification-file: ${folder}/empty
reference-config-file: ${folder}/empty
threshold-file: ${folder}/empty
app-layer:
  protocols:
    tls:
      enabled: yes
      detection-ports:
        dp: 443
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types:
        - alert
`;

interface Stage {
  readonly folder: string;
  readonly run: (words: readonly string[]) => { readonly status: number | null; readonly said: string };
}

function stage(t: TestContext): Stage {
  const folder = mkdtempSync('/var/tmp/sp-suricata-');
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'empty'), '');
  writeFileSync(join(folder, 'suricata.yaml'), SETTINGS(folder));
  const files = TARGETS.find(({ name }) => name === 'suricata')?.compile(SAMPLE_INPUT).files ?? [];
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
  const common = ['-c', join(folder, 'suricata.yaml'), '-l', folder];
  return {
    folder,
    run(words) {
      const { status, stdout, stderr } = spawnSync('suricata', [...common, ...words], {
        encoding: 'utf8',
        timeout: 60_000,
      });
      return { status, said: `${stdout}${stderr}` };
    },
  };
}

test('the engine takes every rule, and would say so if it did not', { skip }, (t) => {
  const { folder, run } = stage(t);
  for (const name of ['egress.rules', 'gateway.rules']) {
    const { status, said } = run(['-T', '-S', join(folder, name)]);
    assert.equal(status, 0, said);
  }
  writeFileSync(
    join(folder, 'bad.rules'),
    readFileSync(join(folder, 'egress.rules'), 'utf8').replace('tls.sni', 'tls.snii'),
  );
  assert.equal(run(['-T', '-S', join(folder, 'bad.rules')]).status, 1);
});

const CASES = [
  { name: 'an exact name passes', serverName: 'registry.npmjs.org', isBlocked: false },
  { name: 'an exact name in capitals passes', serverName: 'Registry.NPMJS.ORG', isBlocked: false },
  { name: 'a name below an exact one is dropped', serverName: 'a.registry.npmjs.org', isBlocked: true },
  { name: 'a name that ends like an exact one is dropped', serverName: 'myregistry.npmjs.org', isBlocked: true },
  {
    name: 'a name that begins like an exact one is dropped',
    serverName: 'registry.npmjs.org.evil.test',
    isBlocked: true,
  },
  { name: 'a name below a wide one passes', serverName: 'a.b.example.com', isBlocked: false },
  { name: 'the apex of a wide one is dropped', serverName: 'example.com', isBlocked: true },
  { name: 'a name that ends like a wide one is dropped', serverName: 'notexample.com', isBlocked: true },
  { name: 'a name on a second port passes', serverName: 'a.example.com', port: 8443, isBlocked: false },
  { name: 'a name on a port of another is dropped', serverName: 'registry.npmjs.org', port: 8443, isBlocked: true },
  { name: 'an international name passes', serverName: 'xn--bcher-kva.example', isBlocked: false },
  { name: 'a name that is not there is dropped', serverName: 'evil.test', isBlocked: true },
  {
    name: 'the gateway’s own host is dropped',
    serverName: new URL(SAMPLE_INPUT.policy.models.upstream).hostname,
    isBlocked: true,
  },
  { name: 'something that is no TLS is dropped', serverName: null, port: 22, isBlocked: true },
  { name: 'a listed address passes on its port', serverName: null, host: '192.0.2.10', port: 5432, isBlocked: false },
  { name: 'a listed address is dropped on another', serverName: null, host: '192.0.2.10', port: 22, isBlocked: true },
  // Kept, so that nobody claims otherwise: the name is what the client says, and the packets go elsewhere.
  {
    name: 'a listed name said to a stranger’s address passes',
    serverName: 'registry.npmjs.org',
    host: '203.0.113.66',
    isBlocked: false,
  },
] as const;

test('the engine drops and passes what the policy says', { skip }, (t) => {
  const { folder, run } = stage(t);
  const clients = CASES.map((one, at) => ({
    sourcePort: 40_000 + at,
    host: 'host' in one ? one.host : '198.51.100.7',
    port: 'port' in one ? one.port : 443,
    serverName: one.serverName,
  }));
  writeFileSync(join(folder, 'clients.pcap'), capture(clients));
  const words = [
    '-S',
    join(folder, 'egress.rules'),
    '-r',
    join(folder, 'clients.pcap'),
    '-k',
    'none',
    '--simulate-ips',
  ];
  const { status, said } = run(words);
  assert.equal(status, 0, said);
  const events = readFileSync(join(folder, 'eve.json'), 'utf8').trimEnd().split('\n');
  const blocked = new Set<number>();
  for (const line of events.filter((text) => text !== '')) {
    const event = JSON.parse(line) as { src_port: number; dest_port: number; alert?: { action: string } };
    if (event.alert?.action === 'blocked') blocked.add(event.src_port >= 40_000 ? event.src_port : event.dest_port);
  }
  for (const [at, { name, isBlocked }] of CASES.entries()) assert.equal(blocked.has(40_000 + at), isBlocked, name);
});
