import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { terraformJudgement } from '../../src/compile/index.ts';
import { lintPolicy } from '../../src/lint/index.ts';
import { policyOf, saidOf, variablesOf } from './lib/deployed-policy.ts';
import { withRefusals } from './lib/refusals.ts';
import { terraformSkip } from './lib/terraform.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const NOW_MS = Date.UTC(2026, 9, 15);

/** Policies that somebody deploys as they stand. */
const DEPLOYED = [
  ...globSync('examples/policies/*.yaml', { cwd: ROOT }),
  ...globSync('infra/terraform/examples/*/*policy.yaml', { cwd: ROOT }),
]
  .filter((file) => /^shape: ec2$/mu.test(read(file)) || file.endsWith('session-policy.yaml'))
  .sort();

/** The default policy on its way into AWS: another shape, and a word for each host that many share, as the guide gives them. */
const DEFAULT = read('policies/default.yaml').replace('shape: workstation', 'shape: ec2');
const ENTRIES = (/^```yaml\n(- host: [\s\S]*?)^```$/mu.exec(read('docs/aws.md'))?.[1] ?? '').replaceAll(/^/gmu, '    ');
const WITH_WORDS = DEFAULT.replaceAll(/^ {4}- \{ host: ([^,]+),.*\n/gmu, (line, host: string) =>
  ENTRIES.includes(`- host: ${host}\n`) ? '' : line,
).replace('egress:\n  hosts:\n', `egress:\n  hosts:\n${ENTRIES}\n`);

test('what Terraform judges by is what the check of a policy judges by; else run `node scripts/schema.ts`', () => {
  const text = read('infra/terraform/modules/policy-rules/judgement.json');
  assert.equal(text, `${JSON.stringify(terraformJudgement(), null, 2)}\n`);
});

for (const file of DEPLOYED) {
  test(`${file}: the strict check says nothing`, () => {
    const { findings } = lintPolicy([{ file, bytes: readFileSync(join(ROOT, file)) }], NOW_MS);
    const said = findings.filter(({ severity, code }) => severity !== 'note' || code === 'lint/deployment-refuses');
    assert.deepEqual(said, []);
  });
}

test('of the default policy the check names each host that AWS needs a word for, with its line', () => {
  const { findings } = lintPolicy([{ file: 'default.yaml', bytes: Buffer.from(DEFAULT) }], NOW_MS);
  const said = findings.filter(({ code }) => code === 'lint/deployment-refuses');
  const lines = DEFAULT.split('\n');
  assert.deepEqual(
    said.map(({ severity, line, path, hint }) => ({
      severity,
      path,
      host: /host: ([^,]+),/u.exec(lines[line - 1] ?? '')?.[1],
      isWayOut: hint?.includes('`accepted_risk`'),
    })),
    [
      ['registry.npmjs.org', 0],
      ['registry.yarnpkg.com', 1],
      ['crates.io', 4],
      ['proxy.golang.org', 7],
    ].map(([host, at]) => ({ severity: 'warning', path: `egress.hosts[${at}].host`, host, isWayOut: true })),
  );
});

test('of a policy that nobody deploys there is one note', () => {
  const { findings } = lintPolicy([{ file: 'p', bytes: Buffer.from(read('policies/default.yaml')) }], NOW_MS);
  const said = findings.filter(({ code }) => code === 'lint/deployment-refuses');
  assert.deepEqual(
    said.map(({ severity, path }) => [severity, path]),
    [['note', 'egress.hosts']],
  );
});

const HEAD = 'version: 1\nname: sample\nshape: ec2\n';
const PROVIDER =
  'providers: { use: bedrock, bedrock: { region: eu-central-1, upstream: https://gateway.example.com } }\n';
const host = (fields: string): string => `${HEAD}${PROVIDER}egress: { hosts: [{ reason: A., ${fields} }] }\n`;
const listing = (rest: string): string => `${HEAD}egress: { hosts: [{ host: pypi.org, reason: A. }] }\n${rest}`;
const RISK = 'accepted_risk: A test.';

interface JudgedPolicy {
  readonly name: string;
  readonly text: string;
  /** What the check has to say, or null where it is taken; Terraform has to agree. */
  readonly check: RegExp | null;
}

const CASES: readonly JudgedPolicy[] = [
  ...DEPLOYED.map((file) => ({ name: file, text: read(file), check: null })),
  { name: 'the default policy', text: DEFAULT, check: /`registry\.npmjs\.org` is shared by many parties/u },
  { name: 'the default policy with the words of the guide', text: WITH_WORDS, check: null },
  { name: 'no host at all', text: `${HEAD}${PROVIDER}`, check: /no host is allowed/u },
  { name: 'a wildcard', text: host("host: '*.example.net'"), check: /is a wildcard/u },
  { name: 'a wildcard with a word', text: host(`host: '*.example.net', ${RISK}`), check: null },
  { name: 'buckets of everybody', text: host(`host: '*.s3.amazonaws.com', ${RISK}`), check: /every account of AWS/u },
  { name: 'one bucket', text: host('host: a.s3.eu-central-1.amazonaws.com'), check: /shared by many/u },
  { name: 'one bucket with a word', text: host(`host: a.s3.eu-central-1.amazonaws.com, ${RISK}`), check: null },
  { name: 'the provider beside Bedrock', text: host(`host: api.anthropic.com, ${RISK}`), check: /anybody's key/u },
  { name: 'a name of one label', text: host('host: mirror'), check: /is no name that DNS/u },
  { name: 'a resolver', text: host('host: dns.example.com, ports: [443, 853]'), check: /port 853/u },
  { name: 'an address', text: host('host: 203.0.113.9'), check: /is an address/u },
  { name: 'an address with a word', text: host(`host: 203.0.113.9, ${RISK}`), check: null },
  { name: 'the metadata service', text: host(`host: 169.254.169.254, ${RISK}`), check: /metadata service/u },
  { name: 'its other address', text: host(`host: '[fd00:ec2::254]', ${RISK}`), check: /metadata service/u },
  { name: 'every model', text: listing(`${PROVIDER}models: { allow: ['*'] }\n`), check: /another vendor/u },
  {
    name: 'a model of another vendor',
    text: listing(`${PROVIDER}models: { deny: [amazon.nova-*] }\n`),
    check: /vendor/u,
  },
  {
    name: 'an area without the vendor',
    text: listing(`${PROVIDER}models: { allow: [eu.claude-x] }\n`),
    check: /vendor/u,
  },
  {
    name: 'an area with the vendor',
    text: listing(`${PROVIDER}models: { allow: [eu.anthropic.claude-x] }\n`),
    check: null,
  },
  {
    name: 'a part of the world that keeps no requests',
    text: listing(PROVIDER.replace('eu-central-1', 'sa-east-1')),
    check: /no inference profile keeps requests of sa-east-1/u,
  },
  {
    name: 'Bedrock without a gateway',
    text: listing('providers: { use: bedrock, bedrock: { region: eu-central-1 } }\n'),
    check: /where their role has no right/u,
  },
  { name: 'the provider itself', text: listing(''), check: null },
  { name: 'a session of two days', text: listing('session: { max_duration_minutes: 2880 }\n'), check: /2880 minutes/u },
  {
    name: 'two idle hours',
    text: listing('session: { max_duration_minutes: 480, idle_timeout_minutes: 120 }\n'),
    check: /120 minutes/u,
  },
];

/** Names at, below, above and beside all that many share, as hosts and as wildcards; none is more than a name. */
const NAMES = [
  ...Object.keys(sharedNames()).flatMap((name) => [name, `a.${name}`, `not${name}`, `${name}.example.com`]),
  'pypi.org',
  'files.pythonhosted.org',
  'static.crates.io',
  'sum.golang.org',
  'login.example.com',
];

test('check and plan agree on policies', { skip: terraformSkip() }, async (t) => {
  await withRefusals('policy-rules', async (refusal) => {
    for (const { name, text, check } of CASES) {
      await t.test(name, async () => {
        const policy = policyOf(text);
        const said = saidOf(policy).join('\n');
        if (check === null) assert.equal(said, '');
        else assert.match(said, check);
        const planned = await refusal(variablesOf(policy));
        assert.equal(planned === null, check === null, planned ?? 'taken');
      });
    }
    await t.test(`${NAMES.length} names without a word: the same ones are refused`, async () => {
      const hosts = NAMES.map((name) => ({ host: name, ports: [443], reason: 'A.', acceptedRisk: null }));
      const policy = { ...policyOf(listing('')), egress: { hosts } };
      const planned = (await refusal(variablesOf(policy))) ?? '';
      const told = /many parties share, without an accepted risk: (.*?)\. Use a mirror/u.exec(planned)?.[1] ?? '';
      const byPlan = [...told.matchAll(/(?:^|; )([a-z0-9.-]+) \(/gu)].map(([, name = '']) => name);
      const byCheck = saidOf(policy).map((line) => line.split(' ')[1]?.replace(/:$/u, '') ?? '');
      assert.deepEqual(byPlan.toSorted(), byCheck.toSorted());
      assert.ok(byCheck.length > NAMES.length / 3 && byCheck.length < NAMES.length, `${byCheck.length}`);
    });
  });
  t.diagnostic(`infra: policies judged by check and plan = ${CASES.length}`);
  t.diagnostic(`infra: names judged by check and plan = ${NAMES.length}`);
});

function sharedNames(): object {
  const { shared_domains: domains, shared_hosts: hosts } = terraformJudgement();
  return { ...(domains as object), ...(hosts as object) };
}
