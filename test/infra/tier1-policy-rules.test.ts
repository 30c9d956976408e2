import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { changed, compiled, listing, models, ORG, PLACE, POLICY, RULES_TESTS } from './lib/network-policy.ts';
import { inputTests } from './lib/refusals.ts';
import { terraformSkip } from './lib/terraform.ts';

test('the values that the module is tested with are what the compiler writes', () => {
  assert.equal(readFileSync(join(RULES_TESTS, 'sallyport.auto.tfvars.json'), 'utf8'), compiled());
});

const RISK = { accepted_risk: 'A test.' };

for (const { name, run } of inputTests({
  module: 'policy-rules',
  good: {
    ...PLACE,
    policy: POLICY,
    components: { workstation: true, gateway: true },
    org_id: ORG,
    gateway_hostname: 'gateway.agents.example.com',
  },
  cases: [
    { name: 'the compiled policy is taken', given: {}, want: null },
    {
      name: 'N5: all names of AWS are refused, whatever risk is accepted',
      given: listing({ name: '*.amazonaws.com', kind: 'subdomains', ...RISK }),
      want: /wildcard under a domain of AWS: \*\.amazonaws\.com.*No accepted risk changes this/u,
    },
    {
      name: 'N5: all buckets of a region are refused, whatever risk is accepted',
      given: listing({ name: '*.s3.eu-central-1.amazonaws.com', kind: 'subdomains', ...RISK }),
      want: /wildcard under a domain of AWS/u,
    },
    {
      name: 'N5: all machines with a public address are refused, whatever risk is accepted',
      given: listing({ name: '*.compute.amazonaws.com', kind: 'subdomains', ...RISK }),
      want: /wildcard under a domain of AWS/u,
    },
    {
      name: 'N5: a service of AWS is reached by its endpoint, not by a host on the list',
      given: listing({ name: 's3.eu-central-1.amazonaws.com' }),
      want: /many parties share.*s3\.eu-central-1\.amazonaws\.com/u,
    },
    ...[
      'github.com',
      'api.github.com',
      'raw.githubusercontent.com',
      'gitlab.com',
      'example.atlassian.net',
      'registry.yarnpkg.com',
      'proxy.golang.org',
      'upload.pypi.org',
      'example.s3.amazonaws.com',
    ].map((name) => ({
      name: `N6: ${name} is refused without an accepted risk`,
      given: listing({ name }),
      want: /many parties share, without an accepted risk.*Use a mirror/u,
    })),
    {
      name: 'N6: the registry of npm, which takes uploads, is refused without an accepted risk',
      given: changed({
        allowed_domains: POLICY.allowed_domains.map((domain) => ({
          ...domain,
          accepted_risk: domain.kind === 'exact' ? null : 'A test.',
        })),
      }),
      want: /many parties share, without an accepted risk: registry\.npmjs\.org/u,
    },
    {
      name: 'N6: a risk that somebody wrote down is taken',
      given: listing({ name: 'github.com', ...RISK }),
      want: null,
    },
    {
      name: 'N6: a risk of blanks is none',
      given: listing({ name: 'github.com', accepted_risk: '  ' }),
      want: /many parties share/u,
    },
    { name: 'a name that only ends alike is nobody else’s', given: listing({ name: 'notgithub.com' }), want: null },
    {
      name: 'a name that only begins alike is nobody else’s',
      given: listing({ name: 'github.com.example.com' }),
      want: null,
    },
    {
      name: 'N6: a wildcard is refused without an accepted risk',
      given: listing({ name: '*.example.net', kind: 'subdomains' }),
      want: /holds a wildcard without an accepted risk: \*\.example\.net/u,
    },
    {
      name: 'a wildcard over a whole top domain is refused',
      given: listing({ name: '*.com', kind: 'subdomains', ...RISK }),
      want: /another spelling than the compiler's/u,
    },
    { name: 'a star alone is refused', given: listing({ name: '*', ...RISK }), want: /another spelling/u },
    {
      name: 'upper case is refused',
      given: listing({ name: 'PyPI.example' }),
      want: /another spelling.*PyPI\.example/u,
    },
    {
      name: 'N7: the provider beside Bedrock is refused, whatever risk is accepted',
      given: listing({ name: 'api.anthropic.com', ...RISK }),
      want: /host of anthropic\.com, but the policy uses Bedrock/u,
    },
    {
      name: 'N7: a wildcard that covers the provider is refused too',
      given: listing({ name: '*.anthropic.com', kind: 'subdomains', ...RISK }),
      want: /host of anthropic\.com/u,
    },
    {
      name: 'N10: names asked over TCP are refused',
      given: listing({ name: 'a.example', ports: [53] }),
      want: /neither 53 nor 853/u,
    },
    {
      name: 'N10: names asked over TLS are refused',
      given: listing({ name: 'a.example', ports: [443, 853] }),
      want: /neither 53 nor 853/u,
    },
    {
      name: 'a port out of range is refused',
      given: listing({ name: 'a.example', ports: [70_000] }),
      want: /ports from 1 to 65535/u,
    },
    {
      name: 'a host without a port is refused',
      given: listing({ name: 'a.example', ports: [] }),
      want: /needs ports/u,
    },
    {
      name: 'a host without a reason is refused',
      given: listing({ name: 'a.example', reason: ' ' }),
      want: /needs a reason/u,
    },
    {
      name: 'N10: an address is refused without an accepted risk',
      given: listing({ name: '192.0.2.10', kind: 'address' }),
      want: /address without an accepted risk: 192\.0\.2\.10/u,
    },
    {
      name: 'an address with an accepted risk is taken',
      given: listing({ name: '192.0.2.10', kind: 'address', ...RISK }),
      want: null,
    },
    {
      name: 'I7: the metadata service is refused, whatever risk is accepted',
      given: listing({ name: '169.254.169.254', kind: 'address', ...RISK }),
      want: /of its metadata service/u,
    },
    {
      name: 'I7: the metadata service is refused by its other address too',
      given: listing({ name: '[fd00:ec2::254]', kind: 'address', ...RISK }),
      want: /of its metadata service/u,
    },
    {
      name: 'an empty allowlist refuses to build',
      given: changed({ allowed_domains: [], dns: { egress: [], gateway: [] }, suricata: { egress: '', gateway: '' } }),
      want: /allowed_domains is empty.*egress\.hosts/u,
    },
    {
      name: 'a name that was added to the list of DNS by hand is refused',
      given: changed({ dns: { ...POLICY.dns, egress: [...POLICY.dns.egress, 'evil.example'] } }),
      want: /policy\.dns\.egress and policy\.allowed_domains differ/u,
    },
    {
      name: 'a rule that was added by hand is refused',
      given: changed({
        suricata: {
          ...POLICY.suricata,
          egress: `pass tls $HOME_NET any -> any any (msg:"evil"; sid:1;)\n${POLICY.suricata.egress}`,
        },
      }),
      want: /policy\.suricata\.egress and policy\.allowed_domains differ/u,
    },
    {
      name: 'rules about anybody are refused',
      given: changed({
        suricata: { ...POLICY.suricata, egress: POLICY.suricata.egress.replaceAll('$HOME_NET', 'any') },
      }),
      want: /must be rules about \$HOME_NET/u,
    },
    {
      name: 'rules without their drops are refused',
      given: changed({
        suricata: { ...POLICY.suricata, egress: POLICY.suricata.egress.replaceAll(/^drop.*\n/gmu, '') },
      }),
      want: /that end in drops/u,
    },
    ...[
      '*',
      'amazon.nova-*',
      'anthropic.*',
      'meta.llama3-*',
      'claude',
      'arn:aws:bedrock:*::foundation-model/*',
      'global.meta.claude-x',
    ].map((pattern) => ({
      name: `I2: the model pattern ${pattern} could be another vendor's`,
      given: models({ allow: [pattern] }),
      want: /could stand for another vendor's model: .*Begin it with `claude-`/u,
    })),
    {
      name: 'a model with its area and vendor is taken',
      given: models({ allow: ['eu.anthropic.claude-opus-4-20250514-v1:0'] }),
      want: null,
    },
    {
      name: 'I2: an ARN of another vendor is refused',
      given: models({ model_arns: ['arn:aws:bedrock:eu-*::foundation-model/*'] }),
      want: /ARN that could stand for another vendor's model/u,
    },
    {
      name: 'I4: an application inference profile, whose name says nothing, is refused',
      given: models({ profile_arns: ['arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/*'] }),
      want: /application inference profiles, whose names say nothing/u,
    },
    {
      name: 'I5: a profile of another part of the world is refused',
      given: models({ profile_arns: ['arn:aws:bedrock:eu-central-1:*:inference-profile/us.anthropic.claude-*'] }),
      want: /geography that is not that of eu-central-1/u,
    },
    {
      name: 'I5: a profile of the whole world is refused',
      given: models({ profile_arns: ['arn:aws:bedrock:eu-central-1:*:inference-profile/global.anthropic.claude-*'] }),
      want: /geography that is not that of eu-central-1/u,
    },
    {
      name: 'I5: models of another part of the world are refused',
      given: models({ model_arns: ['arn:aws:bedrock:us-*::foundation-model/anthropic.claude-*'] }),
      want: /regions of another part of the world/u,
    },
    {
      name: 'I5: models of every region are refused',
      given: models({ model_arns: ['arn:aws:bedrock:*::foundation-model/anthropic.claude-*'] }),
      want: /regions of another part of the world/u,
    },
    {
      name: 'I5: another region than the policy’s is refused',
      given: { region: 'eu-west-1' },
      want: /region is eu-west-1, and the policy was compiled for Bedrock in eu-central-1/u,
    },
    { name: 'no model at all is refused', given: models({ profile_arns: [] }), want: /profile_arns is empty/u },
    {
      name: 'A2: retention of six years is refused',
      given: changed({ retention: { years: 6 } }),
      want: /kept for at least 7/u,
    },
    {
      name: 'A2: less than the policy asks for is refused',
      given: { retention_years: 6 },
      want: /whole number from 7/u,
    },
    {
      name: 'values of another release are refused',
      given: changed({ format: 2 }),
      want: /policy\.format is 2, and these modules take 1/u,
    },
    {
      name: 'a session of two days is refused',
      given: changed({ session: { ...POLICY.session, max_minutes: 2_880 } }),
      want: /within 1440 minutes/u,
    },
    {
      name: 'an ephemeral session of more than 8 hours is refused',
      given: {
        ...changed({ session: { ...POLICY.session, max_minutes: 600 } }),
        components: { workstation: true, gateway: true, ephemeral_session: true },
      },
      want: /ends each session after 8 hours/u,
    },
    {
      name: 'a document that is no JSON is refused',
      given: changed({ iam: { ...POLICY.iam, invoke: '{' } }),
      want: /documents in JSON/u,
    },
    {
      name: 'N4: a gateway whose name is not the policy’s upstream is refused',
      given: { gateway_hostname: 'other.agents.example.com' },
      want: /gateway_hostname must be the host of the policy's .*gateway\.agents\.example\.com/u,
    },
    {
      name: 'N4: a gateway without a name is refused',
      given: { gateway_hostname: null },
      want: /gateway_hostname must be/u,
    },
    {
      name: 'N4: a control plane without a name is refused',
      given: { components: { workstation: true, gateway: true, control_plane: true } },
      want: /component_hosts\.control_plane names no host/u,
    },
    {
      name: 'a component on a shared host is refused',
      given: { component_hosts: { git: ['github.com'] } },
      want: /component_hosts holds a host that many parties share/u,
    },
    {
      name: 'I7: hosts that call Bedrock themselves are refused',
      given: {
        ...changed({ upstream: { name: 'bedrock-runtime.eu-central-1.amazonaws.com', port: 443 } }),
        components: { workstation: true, gateway: false },
        gateway_hostname: null,
      },
      want: /where their role has no right: switch components\.gateway on/u,
    },
    {
      name: 'a gateway to another provider is refused',
      given: changed({ provider: 'anthropic' }),
      want: /components\.gateway is for Bedrock, and the policy uses anthropic/u,
    },
    {
      name: 'N14: the way to models without the gateway is refused',
      given: { extra_endpoint_services: ['bedrock-runtime'] },
      want: /it comes with the gateway/u,
    },
    {
      name: 'N14: the way to other vendors’ models is refused',
      given: { extra_endpoint_services: ['bedrock-mantle'] },
      want: /do not know: bedrock-mantle/u,
    },
    {
      name: 'N13: no organization in production is refused',
      given: { org_id: null },
      want: /In production org_id must be given/u,
    },
    {
      name: 'no organization in development is taken',
      given: { org_id: null, environment: 'development' },
      want: null,
    },
    { name: 'a bucket with a dot is refused', given: { buckets: ['a.b'] }, want: /without dots/u },
    {
      name: 'N6: a mirror needs the same reasons as a host of the policy',
      given: { extra_domains: [{ name: 'registry.yarnpkg.com', reason: 'Packages.' }] },
      want: /extra_domains holds a host that many parties share/u,
    },
    {
      name: 'nothing to protect is refused',
      given: { components: { workstation: false, gateway: false }, gateway_hostname: null },
      want: /nothing to protect/u,
    },
  ],
}))
  test(name, { skip: terraformSkip() }, run);
