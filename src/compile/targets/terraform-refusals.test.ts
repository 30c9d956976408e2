import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { multiTenantService, SHARED_NAMES, sharedHostRisk } from '../../policy/index.ts';
import type { EgressHost, Policy } from '../../policy/index.ts';
import { SAMPLE_POLICY } from '../sample-policy.ts';
import { terraformRefusals } from './terraform-refusals.ts';

const GATEWAY: Policy = {
  ...SAMPLE_POLICY,
  models: { ...SAMPLE_POLICY.models, upstream: 'https://gateway.example.com', upstreamAuth: 'aws-identity' },
};
const hostOf = (host: string, more: Partial<EgressHost> = {}): EgressHost => ({
  host,
  ports: [443],
  reason: 'A.',
  acceptedRisk: null,
  ...more,
});
const policyWith = (hosts: readonly EgressHost[], change: Partial<Policy> = {}): Policy => ({
  ...GATEWAY,
  egress: { hosts },
  ...change,
});
const said = (policy: Policy): readonly string[] =>
  terraformRefusals(policy).map(({ entry, problem }) => `${entry}: ${problem}`);

for (const { name, policy, want } of [
  { name: 'a host of one’s own is taken', policy: policyWith([hostOf('git.example.com')]), want: [] },
  {
    name: 'an entry is told as the policy writes it, and its name as lists get it',
    policy: policyWith([hostOf('Registry.NPMJS.org.')]),
    want: [
      'Registry.NPMJS.org.: `registry.npmjs.org` is shared by many parties: anybody can publish there: an upload is a PUT that no firewall tells from a download',
    ],
  },
  {
    name: 'the word of the first of two entries counts, as in what is built',
    policy: policyWith([hostOf('crates.io'), hostOf('CRATES.io', { acceptedRisk: 'B.', ports: [8443] })]),
    want: ['crates.io: `crates.io` is shared by many parties: anybody can publish there'],
  },
  {
    name: 'blanks are no word',
    policy: policyWith([hostOf('crates.io', { acceptedRisk: '  ' })]),
    want: ['crates.io: `crates.io` is shared by many parties: anybody can publish there'],
  },
  {
    name: 'a port of a resolver is told beside the host',
    policy: policyWith([hostOf('dns.example.com', { ports: [53, 443] })]),
    want: ["dns.example.com: port 53 of `dns.example.com` is a resolver's"],
  },
  {
    name: 'the provider is taken where the policy uses it',
    policy: policyWith([hostOf('docs.anthropic.com')], {
      models: { ...GATEWAY.models, provider: 'anthropic', upstream: 'https://api.anthropic.com' },
    }),
    want: [],
  },
  {
    name: 'models of a government region are of one vendor',
    policy: policyWith([hostOf('git.example.com')], {
      models: {
        ...GATEWAY.models,
        bedrockRegion: 'us-gov-west-1',
        allow: ['us-gov.anthropic.claude-sonnet-4'],
        deny: [],
      },
    }),
    want: [],
  },
  {
    name: 'a gateway on the machine itself is none of a network',
    policy: policyWith([hostOf('git.example.com')], {
      models: { ...GATEWAY.models, upstream: 'http://127.0.0.1:8080' },
    }),
    want: ['null: hosts would send model requests to Bedrock themselves, where their role has no right'],
  },
]) {
  test(name, () => assert.deepEqual(said(policy), want));
}

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/u);
const shared = fc.constantFrom(...SHARED_NAMES.domains.keys(), ...SHARED_NAMES.hosts.keys());
const someHost = fc.oneof(
  fc.tuple(label, label).map((labels) => labels.join('.')),
  shared,
  fc.tuple(label, shared).map((labels) => labels.join('.')),
  fc.tuple(fc.constant('*'), shared).map((labels) => labels.join('.')),
);

test('what reading a policy refuses as shared, a network refuses too', () => {
  fc.assert(
    fc.property(someHost, (host) => {
      if (multiTenantService(host) !== null) assert.notEqual(sharedHostRisk(host), null, host);
    }),
  );
});

test('a word beside each host that needs one is enough, and takes nothing else away', () => {
  fc.assert(
    fc.property(fc.uniqueArray(someHost, { minLength: 1, maxLength: 8 }), (hosts) => {
      const before = terraformRefusals(policyWith(hosts.map((host) => hostOf(host))));
      const needed = new Set(before.filter(({ isRisk }) => isRisk).map(({ entry }) => entry));
      const given = hosts.map((host) => hostOf(host, { acceptedRisk: needed.has(host) ? 'B.' : null }));
      assert.deepEqual(
        terraformRefusals(policyWith(given)),
        before.filter(({ isRisk }) => !isRisk),
      );
    }),
  );
});

test('all hosts accepted, what is left is refused whatever is accepted', () => {
  fc.assert(
    fc.property(fc.uniqueArray(someHost, { minLength: 1, maxLength: 8 }), (hosts) => {
      const left = terraformRefusals(policyWith(hosts.map((host) => hostOf(host, { acceptedRisk: 'B.' }))));
      assert.ok(left.every(({ isRisk, hint }) => !isRisk && /no accepted risk changes this|two labels/u.test(hint)));
    }),
  );
});
