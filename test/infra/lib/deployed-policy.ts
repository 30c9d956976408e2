import assert from 'node:assert/strict';
import { TARGETS, terraformRefusals } from '../../../src/compile/index.ts';
import type { TerraformRefusal } from '../../../src/compile/index.ts';
import { SAMPLE_INPUT } from '../../../src/compile/targets/sample-input.ts';
import { parsePolicy, ruleTableOf } from '../../../src/policy/index.ts';
import type { Policy } from '../../../src/policy/index.ts';
import { ORG, PLACE } from './network-policy.ts';
import type { PolicyValues } from './network-policy.ts';

/** A policy that has no fault of its own. */
export function policyOf(text: string): Policy {
  const result = parsePolicy(text);
  assert.ok(result.ok, JSON.stringify(result));
  return result.policy;
}

/** What `policy check` says of the deployment, in a line each. */
export function saidOf(policy: Policy): readonly string[] {
  return terraformRefusals(policy).map(lineOf);
}

function lineOf({ field, entry, problem }: TerraformRefusal): string {
  return `${field.join('.')}${entry === null ? '' : ` ${entry}`}: ${problem}`;
}

/** Variables of `policy-rules` for a policy, in the region and with the gateway that it names; everything but the policy is right. */
export function variablesOf(policy: Policy): Readonly<Record<string, unknown>> {
  const target = TARGETS.find(({ name }) => name === 'terraform');
  const { files = [] } = target?.compile({ ...SAMPLE_INPUT, policy, table: ruleTableOf(policy) }) ?? {};
  const text = files.find(({ name }) => name.endsWith('.auto.tfvars.json'))?.text ?? '';
  const values = (JSON.parse(text) as { readonly policy: PolicyValues }).policy;
  const gateway = values.provider === 'bedrock' && !/\.amazonaws\.com(?:\.cn)?$/u.test(values.upstream?.name ?? '');
  return {
    ...PLACE,
    region: values.region,
    policy: values,
    components: { workstation: true, gateway },
    org_id: ORG,
    gateway_hostname: gateway ? (values.upstream?.name ?? null) : null,
  };
}
