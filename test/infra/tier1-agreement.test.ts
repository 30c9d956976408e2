import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  dnsAllows,
  proxyAllows,
  sandboxAllows,
  suricataAllows,
  suricataAllowsAddress,
  textOf,
} from '../../src/compile/targets/layer-readings.ts';
import { byName, byPort, CASES, filesOf, HOSTS, PROXY, tally, told, VALUES } from './lib/agreement.ts';
import { isAddress, LISTED, onTheWire } from './lib/host-cases.ts';
import type { HostCase } from './lib/host-cases.ts';

const settings = JSON.parse(textOf(filesOf('managed-settings'), 'managed-settings.json')) as {
  readonly sandbox: { readonly network: { readonly allowedDomains: readonly string[] } };
};

interface Layer {
  readonly name: string;
  /** What the layer says, or why it is not asked. */
  readonly ask: (one: HostCase, wire: string) => boolean | { readonly notAsked: string };
  /** What the policy says of the same question, as far as the layer can put it. */
  readonly want: (one: HostCase) => boolean;
}

const LAYERS: readonly Layer[] = [
  { name: 'client sandbox', ask: (_, wire) => sandboxAllows(settings.sandbox.network, wire), want: byName },
  {
    name: 'DNS Firewall',
    ask: ({ host }, wire) =>
      isAddress(host) ? { notAsked: 'an address is reached without a query' } : dnsAllows(VALUES.dns.egress, wire),
    want: byName,
  },
  {
    name: 'Network Firewall',
    ask: ({ host, port }, wire) =>
      isAddress(host)
        ? suricataAllowsAddress(VALUES.suricata.egress, wire.replaceAll(/[[\]]/g, ''), port)
        : suricataAllows(VALUES.suricata.egress, wire, port),
    want: byPort,
  },
  { name: 'egress proxy', ask: ({ port }, wire) => proxyAllows(PROXY, wire, port), want: byPort },
];

for (const { name, ask, want } of LAYERS) {
  test(`${name} agrees with the policy on ${HOSTS} hosts`, (t) => {
    assert.equal(CASES.length, HOSTS);
    const found = tally((one) => {
      const wire = onTheWire(one.host);
      if (wire !== null) return ask(one, wire);
      // What cannot be asked for must not be what the policy allows, or the layer would be in the way.
      assert.equal(want(one), false, one.host);
      return { notAsked: 'no client can ask for it' };
    }, want);
    assert.deepEqual(found.apart, []);
    assert.ok(found.allowed > 100 && found.denied > 100);
    for (const line of told(name, 'by reading', found)) t.diagnostic(line);
  });
}

test('the cases hold every kind, and the policy says what each is there for', () => {
  const kinds = Map.groupBy(CASES, ({ kind }) => kind);
  assert.equal(kinds.size, 14);
  const saidOf = (kind: HostCase['kind']): readonly boolean[] => [...new Set((kinds.get(kind) ?? []).map(byPort))];
  for (const kind of ['as listed', 'case', 'final dot'] as const) assert.deepEqual(saidOf(kind), [true], kind);
  for (const kind of ['apex', 'other port', 'longer in front', 'longer behind', 'malformed', 'stranger'] as const) {
    assert.deepEqual(saidOf(kind), [false], kind);
  }
  for (const kind of ['below', 'address', 'odd address'] as const) assert.equal(saidOf(kind).length, 2, kind);
});

test('the list that Terraform shows is the one of the rule texts', () => {
  for (const { name, ports } of VALUES.allowed_domains) {
    const host = name.replace('*.', 'a.');
    for (const port of ports) assert.ok(byPort({ kind: 'as listed', host, port }), `${name} ${port}`);
    assert.ok(isAddress(name) || VALUES.dns.egress.includes(name), name);
  }
  assert.equal(VALUES.allowed_domains.length, LISTED.length);
});
