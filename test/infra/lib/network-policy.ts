import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TARGETS } from '../../../src/compile/index.ts';
import { SAMPLE_INPUT } from '../../../src/compile/targets/sample-input.ts';
import { parsePolicy, ruleTableOf } from '../../../src/policy/index.ts';
import { TERRAFORM_ROOT } from './terraform.ts';

/** Where the policy and the values lie that the module policy-rules is tested with. */
export const RULES_TESTS = join(TERRAFORM_ROOT, 'modules/policy-rules/tests');

/** Where everything stands in tests of the network. */
export const PLACE = { region: 'eu-central-1', account_id: '111122223333' };
export const ORG = 'o-exampleorg1';
export const GATEWAY_ROLE = 'arn:aws:iam::111122223333:role/sallyport-gateway-task';

export interface Domain {
  readonly name: string;
  readonly kind: string;
  readonly ports: readonly number[];
  readonly reason: string;
  readonly accepted_risk: string | null;
}

export interface PolicyValues {
  readonly provider: string;
  readonly region: string;
  readonly models: Readonly<Record<'allow' | 'deny' | 'profile_arns' | 'model_arns', readonly string[]>>;
  readonly allowed_domains: readonly Domain[];
  readonly upstream: { readonly name: string; readonly port: number } | null;
  readonly dns: Readonly<Record<'egress' | 'gateway', readonly string[]>>;
  readonly suricata: Readonly<Record<'egress' | 'gateway', string>>;
  readonly session: Readonly<Record<string, unknown>>;
  readonly iam: Readonly<Record<string, string>>;
}

/** What the compiler writes for the policy of these tests. */
export function compiled(): string {
  const result = parsePolicy(readFileSync(join(RULES_TESTS, 'policy.yaml'), 'utf8'));
  assert.ok(result.ok);
  const target = TARGETS.find(({ name }) => name === 'terraform');
  const input = { ...SAMPLE_INPUT, policy: result.policy, table: ruleTableOf(result.policy), awsOrganizationId: null };
  return target?.compile(input).files.find(({ name }) => name.endsWith('.auto.tfvars.json'))?.text ?? '';
}

/** The values of {@link compiled} as modules get them. */
export const POLICY = (JSON.parse(compiled()) as { readonly policy: PolicyValues }).policy;

/** The policy with one more host in all three of its lists, so that nothing but the host itself can be refused. */
export function listing(domain: Partial<Domain> & { readonly name: string }): { readonly policy: PolicyValues } {
  const whole = { kind: 'exact', ports: [443], reason: 'A test.', accepted_risk: null, ...domain };
  const bare = whole.name.replaceAll(/[[\]]/gu, '');
  const pass = `pass tls $HOME_NET any -> $EXTERNAL_NET 443 (msg:"${bare}"; sid:1; rev:1;)\n`;
  const isAddress = whole.kind === 'address';
  return {
    policy: {
      ...POLICY,
      allowed_domains: [...POLICY.allowed_domains, whole],
      dns: { ...POLICY.dns, egress: isAddress ? POLICY.dns.egress : [...POLICY.dns.egress, whole.name] },
      suricata: { ...POLICY.suricata, egress: pass + POLICY.suricata.egress },
    },
  };
}

/** The policy with other values. */
export const changed = (
  change: Partial<PolicyValues> & Readonly<Record<string, unknown>>,
): { readonly policy: object } => ({
  policy: { ...POLICY, ...change },
});

/** The policy with other models. */
export const models = (change: Partial<PolicyValues['models']>): { readonly policy: object } =>
  changed({ models: { ...POLICY.models, ...change } });

/** The policy of the endpoint of Bedrock, as the module policy-rules gives it. */
export const PERIMETER = POLICY.iam['perimeter']?.replaceAll('ORGANIZATION_ID', ORG) ?? '';
