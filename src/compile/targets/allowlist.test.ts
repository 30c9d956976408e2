import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostMatches, parseHostPattern } from '../../core/host-pattern.ts';
import type { EgressHost, Policy } from '../../policy/index.ts';
import { SAMPLE_POLICY } from '../sample-policy.ts';
import { sandboxBlock } from '../settings.ts';
import { dnsList } from './dns-list.ts';
import {
  dnsAllows as readDns,
  sandboxAllows as readSandbox,
  suricataAllows as readSuricata,
  textOf,
} from './layer-readings.ts';
import { SAMPLE_INPUT } from './sample-input.ts';
import { suricata } from './suricata.ts';

const LIST = [
  'registry.npmjs.org',
  '*.example.com',
  'Docs.Example.NET.',
  'bücher.example',
  '192.0.2.10',
  '[2001:db8::1]',
];

function policyWith(hosts: readonly string[]): Policy {
  const entries = hosts.map((host): EgressHost => ({ host, ports: [443], reason: 'x', acceptedRisk: null }));
  return { ...SAMPLE_POLICY, egress: { hosts: entries } };
}
const input = { ...SAMPLE_INPUT, policy: policyWith(LIST) };

const sandboxAllows = (host: string): boolean =>
  readSandbox(sandboxBlock(input.policy, input.site)['network'] as { allowedDomains: readonly string[] }, host);
const dnsAllows = (query: string): boolean =>
  readDns(textOf(dnsList.compile(input).files, 'egress.domains.txt').trimEnd().split('\n'), query);
const suricataAllows = (serverName: string): boolean =>
  readSuricata(textOf(suricata.compile(input).files, 'egress.rules'), serverName, 443);

// What each layer is asked for is what the client and its resolver send: lower case, punycode, no final dot.
for (const { name, host, want } of [
  { name: 'an exact name', host: 'registry.npmjs.org', want: true },
  { name: 'a name below an exact one', host: 'evil.registry.npmjs.org', want: false },
  { name: 'a name that only ends like an exact one', host: 'myregistry.npmjs.org', want: false },
  { name: 'a name that only begins like an exact one', host: 'registry.npmjs.org.evil.test', want: false },
  { name: 'a name below a wide one', host: 'a.example.com', want: true },
  { name: 'a name two below a wide one', host: 'a.b.example.com', want: true },
  { name: 'the apex of a wide one', host: 'example.com', want: false },
  { name: 'a name that only ends like a wide one', host: 'notexample.com', want: false },
  { name: 'a wide one as the front of another', host: 'a.example.com.evil.test', want: false },
  { name: 'a name that the policy writes in mixed case with a final dot', host: 'docs.example.net', want: true },
  { name: 'an international name', host: 'xn--bcher-kva.example', want: true },
  { name: 'the same name with plain letters', host: 'bucher.example', want: false },
  { name: 'a name that is not there', host: 'evil.test', want: false },
]) {
  test(`sandbox, DNS list and Suricata agree with the policy on ${name}`, () => {
    const patterns = LIST.map(parseHostPattern).flatMap((parsed) => (parsed.ok ? [parsed.pattern] : []));
    assert.equal(
      patterns.some((pattern) => hostMatches(pattern, host)),
      want,
      'the policy',
    );
    assert.equal(sandboxAllows(host), want, 'the sandbox');
    assert.equal(dnsAllows(host), want, 'the DNS list');
    assert.equal(suricataAllows(host), want, 'Suricata');
  });
}

test('the resolver and Suricata take any case, and the resolver a final dot', () => {
  assert.ok(dnsAllows('REGISTRY.npmjs.ORG.'));
  assert.ok(suricataAllows('REGISTRY.npmjs.ORG'));
});

test('an address is in the sandbox’s list and in a rule of its own, and the DNS list says that it cannot be there', () => {
  assert.ok(sandboxAllows('192.0.2.10') && sandboxAllows('[2001:db8::1]'));
  const [rules] = suricata.compile(input).files;
  assert.match(rules?.text ?? '', /^pass tcp \$HOME_NET any -> 192\.0\.2\.10 443 /m);
  assert.match(rules?.text ?? '', /^pass tcp \$HOME_NET any -> 2001:db8::1 443 /m);
  const { files, gaps } = dnsList.compile(input);
  assert.doesNotMatch(files[0]?.text ?? '', /192\.0\.2\.10|2001/);
  const unnamed = gaps.filter(({ why }) => why === 'an address is reached without a name to ask for');
  assert.deepEqual(unnamed.map(({ subject }) => subject).sort(), ['192.0.2.10', '[2001:db8::1]']);
});

test('every layer that knows no port says so for each name', () => {
  for (const { subject, why } of dnsList.compile(input).gaps.filter(({ subject }) => !/^[\d[]/.test(subject))) {
    assert.match(why, /^DNS knows no port/, subject);
  }
});

test('one name written twice is one entry with the ports of both', () => {
  const hosts: EgressHost[] = [
    { host: 'A.test', ports: [8443], reason: 'one', acceptedRisk: null },
    { host: 'a.test.', ports: [443], reason: 'two', acceptedRisk: null },
  ];
  const { files } = suricata.compile({ ...input, policy: { ...SAMPLE_POLICY, egress: { hosts } } });
  assert.equal(files[0]?.text.match(/^pass tls .* \[443,8443\] .*content:"a\.test"/gm)?.length, 1);
});

test('the gateway’s own host is in no list of the machines of developers', () => {
  const upstream = new URL(input.policy.models.upstream).hostname;
  assert.ok(!sandboxAllows(upstream) && !dnsAllows(upstream) && !suricataAllows(upstream));
  assert.match(dnsList.compile(input).files[1]?.text ?? '', new RegExp(upstream));
});

test('an empty allowlist lets nothing out', () => {
  const [rules] = suricata.compile({ ...input, policy: policyWith([]) }).files;
  assert.doesNotMatch(rules?.text ?? '', /^pass/m);
  assert.match(rules?.text ?? '', /^drop tls /m);
});
