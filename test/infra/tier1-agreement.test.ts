import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { TARGETS } from '../../src/compile/index.ts';
import type { TargetFile, TargetInput } from '../../src/compile/index.ts';
import {
  dnsAllows,
  proxyAllows,
  sandboxAllows,
  suricataAllows,
  suricataAllowsAddress,
  textOf,
} from '../../src/compile/targets/layer-readings.ts';
import { SAMPLE_INPUT } from '../../src/compile/targets/sample-input.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { hostCases, isAddress, LISTED, onTheWire, policyAllows, policyAllowsName } from './lib/host-cases.ts';
import type { HostCase } from './lib/host-cases.ts';

const HOSTS = 1_000;
const policy = { ...SAMPLE_INPUT.policy, egress: { hosts: LISTED } };
const input: TargetInput = { ...SAMPLE_INPUT, policy };
const cases = hostCases(HOSTS);

function filesOf(name: string): readonly TargetFile[] {
  const target = TARGETS.find((one) => one.name === name);
  assert.ok(target !== undefined, name);
  return target.compile(input).files;
}

/** The lists as Terraform gets them, so that what is deployed is what is asked here. */
const values = (JSON.parse(textOf(filesOf('terraform'), 'sallyport.auto.tfvars.json')) as { policy: JsonObject })
  .policy as unknown as {
  readonly dns: { readonly egress: readonly string[] };
  readonly suricata: { readonly egress: string };
  readonly allowed_domains: readonly { readonly name: string; readonly ports: readonly number[] }[];
};
const settings = JSON.parse(textOf(filesOf('managed-settings'), 'managed-settings.json')) as {
  readonly sandbox: { readonly network: { readonly allowedDomains: readonly string[] } };
};
const squid = textOf(filesOf('egress-proxy'), 'sallyport-egress.conf');

interface Layer {
  readonly name: string;
  /** What the layer says, or why it is not asked. */
  readonly ask: (one: HostCase, wire: string) => boolean | { readonly notAsked: string };
  /** What the policy says of the same question, as far as the layer can put it. */
  readonly want: (one: HostCase) => boolean;
}

const NO_PORTS = 'the layer knows no port: the name alone is asked';
const byName = ({ host }: HostCase): boolean => policyAllowsName(policy, host);
const byPort = ({ host, port }: HostCase): boolean => policyAllows(policy, host, port);

const LAYERS: readonly Layer[] = [
  {
    name: 'the sandbox of the client',
    ask: (_, wire) => sandboxAllows(settings.sandbox.network, wire),
    want: byName,
  },
  {
    name: 'DNS Firewall',
    ask: ({ host }, wire) =>
      isAddress(host) ? { notAsked: 'an address is reached without a query' } : dnsAllows(values.dns.egress, wire),
    want: byName,
  },
  {
    name: 'Network Firewall',
    ask: ({ host, port }, wire) =>
      isAddress(host)
        ? suricataAllowsAddress(values.suricata.egress, wire.replaceAll(/[[\]]/g, ''), port)
        : suricataAllows(values.suricata.egress, wire, port),
    want: byPort,
  },
  { name: 'the egress proxy', ask: ({ port }, wire) => proxyAllows(squid, wire, port), want: byPort },
];

for (const { name, ask, want } of LAYERS) {
  test(`${name} agrees with the policy on ${HOSTS} hosts`, (t: TestContext) => {
    assert.equal(cases.length, HOSTS);
    const apart: string[] = [];
    const counts = { allowed: 0, denied: 0, notAsked: 0 };
    for (const one of cases) {
      const wire = onTheWire(one.host);
      const answer = wire === null ? { notAsked: 'no client can ask for it' } : ask(one, wire);
      // What cannot be asked for must not be what the policy allows, or the layer would be in the way.
      if (typeof answer !== 'boolean') {
        counts.notAsked += 1;
        if (wire === null) assert.equal(want(one), false, one.host);
      } else {
        counts[answer ? 'allowed' : 'denied'] += 1;
        if (answer !== want(one)) apart.push(`${one.kind}: ${one.host} ${one.port}: ${answer}`);
      }
    }
    assert.deepEqual(apart, []);
    assert.ok(counts.allowed > 100 && counts.denied > 100, JSON.stringify(counts));
    t.diagnostic(`infra: ${name}, hosts agreed by reading = ${counts.allowed + counts.denied}`);
    t.diagnostic(`${counts.allowed} allowed, ${counts.denied} denied, ${counts.notAsked} not to be asked`);
  });
}

test('the cases hold every kind, and the policy says both of most', () => {
  const kinds = Map.groupBy(cases, ({ kind }) => kind);
  assert.equal(kinds.size, 14);
  const saidOf = (kind: HostCase['kind']): readonly boolean[] => [...new Set((kinds.get(kind) ?? []).map(byPort))];
  for (const kind of ['as listed', 'case', 'final dot'] as const) assert.deepEqual(saidOf(kind), [true], kind);
  for (const kind of ['apex', 'other port', 'longer in front', 'longer behind', 'malformed', 'stranger'] as const) {
    assert.deepEqual(saidOf(kind), [false], kind);
  }
  for (const kind of ['below', 'address', 'odd address'] as const) {
    assert.equal(saidOf(kind).length, 2, kind);
  }
});

test('a layer that knows no port is named as such', () => {
  const gaps = TARGETS.find(({ name }) => name === 'dns-list')?.compile(input).gaps ?? [];
  for (const { host } of LISTED.filter((entry) => !isAddress(entry.host.replace(/^\*\./, '')))) {
    const wire = onTheWire(host.replace(/^\*\./, '')) ?? '';
    assert.ok(
      gaps.some(({ subject, why }) => subject.endsWith(wire) && why.startsWith('DNS knows no port')),
      `${host}: ${NO_PORTS}`,
    );
  }
});

test('the list that Terraform shows is the one of the rule texts', () => {
  for (const { name, ports } of values.allowed_domains) {
    const host = name.replace('*.', 'a.');
    for (const port of ports) assert.ok(policyAllows(policy, host, port), `${name} ${port}`);
    assert.ok(isAddress(name) || values.dns.egress.includes(name), name);
  }
  assert.equal(values.allowed_domains.length, LISTED.length);
});
