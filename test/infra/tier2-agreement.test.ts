import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { clientHello, inOnePiece } from '../capture.ts';
import type { CapturedClient } from '../capture.ts';
import { freePort, POLL_MS, programOnPath, START_TIMEOUT_MS, startProcess } from '../emulator-process.ts';
import { suricataSkip, suricataStage } from '../suricata.ts';
import { byName, byPort, CASES, HOSTS, PROXY, tally, told, VALUES } from './lib/agreement.ts';
import { isAddress, onTheWire } from './lib/host-cases.ts';
import type { HostCase } from './lib/host-cases.ts';

/** An address of the documentation's network (RFC 5737): nothing is ever sent there. */
const SOMEWHERE = '203.0.113.7';
const NOBODY_ASKS = { notAsked: 'no client can ask for it' };

test(`Suricata agrees with the policy on ${HOSTS} hosts`, { skip: suricataSkip }, (t) => {
  const asked = new Map<number, CapturedClient>();
  for (const [at, { host, port }] of CASES.entries()) {
    const wire = onTheWire(host);
    if (wire === null || wire.startsWith('[')) continue;
    const said = isAddress(host) ? Buffer.from('hello\r\n') : clientHello({ serverNames: [wire] });
    const to = isAddress(host) ? wire : '198.51.100.7';
    asked.set(at, { sourcePort: 20_000 + at, host: to, port, says: inOnePiece(said) });
  }
  const numbers = [...asked.keys()];
  const dropped = suricataStage(t).dropped(VALUES.suricata.egress, [...asked.values()]);
  const found = tally((one, at) => {
    if (asked.has(at)) return !dropped.has(numbers.indexOf(at));
    return onTheWire(one.host) === null ? NOBODY_ASKS : { notAsked: 'the capture holds IPv4 alone' };
  }, byPort);
  assert.deepEqual(found.apart, []);
  assert.ok(found.allowed > 100 && found.denied > 100);
  for (const line of told('Suricata', 'by the engine', found)) t.diagnostic(line);
});

const squid = programOnPath('squid') ?? programOnPath('../sbin/squid');

test(
  `Squid agrees with the policy on ${HOSTS} hosts`,
  { skip: squid === null ? 'squid is not installed' : false },
  async (t) => {
    const folder = scratch(t);
    const beyond = await tunnelEnd(t);
    const port = await freePort();
    const names = CASES.flatMap(({ host }) => onTheWire(host) ?? []).filter((host) => !isAddress(host));
    writeFileSync(join(folder, 'hosts'), [...new Set(names)].map((name) => `${SOMEWHERE} ${name}\n`).join(''));
    // The rules are the compiled ones; what is changed is where their log lies, and that all tunnels end in this process.
    writeFileSync(join(folder, 'egress.conf'), PROXY.replace('/var/log/squid/', `${folder}/`));
    writeFileSync(
      join(folder, 'squid.conf'),
      [
        `http_port 127.0.0.1:${port}`,
        `pid_filename ${folder}/squid.pid`,
        `cache_log ${folder}/cache.log`,
        `coredump_dir ${folder}`,
        `hosts_file ${folder}/hosts`,
        'dns_nameservers 127.0.0.1',
        'dns_timeout 1 seconds',
        'pinger_enable off',
        'netdb_filename none',
        `cache_peer 127.0.0.1 parent ${beyond} 0 no-query no-digest no-netdb-exchange default`,
        'never_direct allow all',
        'shutdown_lifetime 0 seconds',
        `include ${folder}/egress.conf`,
        '',
      ].join('\n'),
    );
    const started = startProcess(squid ?? '', ['-N', '-f', join(folder, 'squid.conf')], {
      env: process.env,
      cwd: folder,
    });
    t.after(() => started.stop());
    await answered(async () => (await connected(port, 'x.invalid', 443)) !== 0, started.output);
    const answers: number[] = [];
    for (const { host, port: to } of CASES) {
      const wire = onTheWire(host);
      answers.push(wire === null ? 0 : await connected(port, wire, to));
    }
    const found = tally((one, at) => {
      const wire = onTheWire(one.host);
      if (wire === null) return NOBODY_ASKS;
      if (wire.startsWith('[::ffff:'))
        return { notAsked: 'Squid takes it for the IPv4 address that it is, and that is listed' };
      assert.ok(answers[at] === 200 || answers[at] === 403, `${one.host}: ${answers[at]}`);
      return answers[at] === 200;
    }, byPort);
    assert.deepEqual(found.apart, []);
    assert.ok(found.allowed > 100 && found.denied > 100);
    for (const line of told('Squid', 'by the engine', found)) t.diagnostic(line);
  },
);

const dnsmasq = programOnPath('dnsmasq');

/* A resolver with the same list, each kind of entry in the words that it has for it. It stands for the firewall, which nobody can run. */
test(
  `a resolver with the list of DNS Firewall agrees with the policy on ${HOSTS} hosts`,
  { skip: dnsmasq === null ? 'dnsmasq is not installed' : false },
  async (t) => {
    const folder = scratch(t);
    const port = await freePort();
    const lines = VALUES.dns.egress.map((domain) =>
      domain.startsWith('*.') ? `address=/${domain}/${SOMEWHERE}` : `host-record=${domain},${SOMEWHERE}`,
    );
    const settings = [
      'no-daemon',
      'no-resolv',
      'no-hosts',
      'listen-address=127.0.0.1',
      'bind-interfaces',
      `port=${port}`,
    ];
    writeFileSync(join(folder, 'dnsmasq.conf'), [...settings, ...lines, 'address=/#/', ''].join('\n'));
    const started = startProcess(dnsmasq ?? '', ['-C', join(folder, 'dnsmasq.conf'), '--user=root'], {
      env: process.env,
      cwd: folder,
    });
    t.after(() => started.stop());
    const resolver = new Resolver({ timeout: 5_000, tries: 2 });
    resolver.setServers([`127.0.0.1:${port}`]);
    const isAnswered = async (name: string): Promise<boolean> => {
      try {
        return (await resolver.resolve4(name)).includes(SOMEWHERE);
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOTFOUND') return false;
        throw error;
      }
    };
    await answered(async () => await isAnswered('registry.npmjs.org'), started.output);
    const answers = new Map<number, boolean>();
    for (const [at, one] of CASES.entries()) {
      const query = queryOf(one);
      if (query !== null) answers.set(at, await isAnswered(query));
    }
    const found = tally((one, at) => {
      const answer = answers.get(at);
      if (answer !== undefined) return answer;
      return isAddress(one.host) ? { notAsked: 'an address is reached without a query' } : NOBODY_ASKS;
    }, byName);
    assert.deepEqual(found.apart, []);
    assert.ok(found.allowed > 100 && found.denied > 100);
    for (const line of told('resolver', 'by dnsmasq', found)) t.diagnostic(line);
  },
);

/** The name as it is asked for: as written where DNS can carry that, so that case and final dot reach the resolver. */
function queryOf({ host }: HostCase): string | null {
  const wire = onTheWire(host);
  if (wire === null || isAddress(host)) return null;
  return /^[\w.*-]+$/.test(host) ? host : wire;
}

function scratch(t: TestContext): string {
  const folder = mkdtempSync('/var/tmp/sp-agree-');
  // Squid gives up root for a user of its own, who must get at its files.
  chmodSync(folder, 0o777);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A proxy that says yes to every tunnel and sends nothing on. */
async function tunnelEnd(t: TestContext): Promise<number> {
  const server = createServer();
  server.on('connect', (_, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** The status that a proxy answers a tunnel with; 0 where it does not answer. */
async function connected(proxy: number, host: string, port: number): Promise<number> {
  return await new Promise((resolve) => {
    const socket = connect(proxy, '127.0.0.1', () => {
      socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`);
    });
    socket.on('data', (chunk) => {
      resolve(Number(/^HTTP\/1\.\d (\d{3})/.exec(chunk.toString('latin1'))?.[1] ?? 0));
      socket.destroy();
    });
    socket.on('error', () => resolve(0)).on('close', () => resolve(0));
  });
}

async function answered(look: () => Promise<boolean>, output: () => string): Promise<void> {
  for (let waitedMs = 0; waitedMs < START_TIMEOUT_MS; waitedMs += POLL_MS) {
    try {
      if (await look()) return;
    } catch {
      // Not yet there.
    }
    await pause(POLL_MS);
  }
  throw new Error(`no answer: ${output()}`);
}
