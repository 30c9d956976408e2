import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TARGETS } from '../src/compile/index.ts';
import { SAMPLE_INPUT } from '../src/compile/targets/sample-input.ts';
import { clientHello, inOnePiece } from './capture.ts';
import { suricataSkip, suricataStage } from './suricata.ts';

const files = TARGETS.find(({ name }) => name === 'suricata')?.compile(SAMPLE_INPUT).files ?? [];
const rulesOf = (name: string): string => files.find((file) => file.name === name)?.text ?? '';

test('the engine takes every rule, and would say so if it did not', { skip: suricataSkip }, (t) => {
  const { check } = suricataStage(t);
  for (const name of ['egress.rules', 'gateway.rules']) {
    const { isTaken, said } = check(rulesOf(name));
    assert.ok(isTaken, said);
  }
  assert.equal(check(rulesOf('egress.rules').replace('tls.sni', 'tls.snii')).isTaken, false);
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
] as const;

test('the engine drops and passes what the policy says', { skip: suricataSkip }, (t) => {
  const clients = CASES.map((one, at) => ({
    sourcePort: 40_000 + at,
    host: 'host' in one ? one.host : '198.51.100.7',
    port: 'port' in one ? one.port : 443,
    says: inOnePiece(
      one.serverName === null ? Buffer.from('SSH-2.0-x\r\n') : clientHello({ serverNames: [one.serverName] }),
    ),
  }));
  const dropped = suricataStage(t).dropped(rulesOf('egress.rules'), clients);
  for (const [at, { name, isBlocked }] of CASES.entries()) assert.equal(dropped.has(at), isBlocked, name);
});
