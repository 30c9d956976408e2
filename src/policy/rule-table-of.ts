import type { RuleTable } from '../core/rule-table.ts';
import type { Policy } from './policy.ts';

/** The part of a policy that `decide` works on. Frozen; equal policies give equal tables. */
export function ruleTableOf(policy: Policy): RuleTable {
  const { inlineCode, ...defaults } = policy.defaults;
  return Object.freeze({
    formatVersion: 1,
    policyName: policy.name,
    commands: policy.commands,
    files: policy.files,
    web: policy.web,
    mcp: policy.mcp.rules,
    tools: policy.tools,
    defaults: Object.freeze(defaults),
    inlineCode,
    isSandboxed: policy.sandbox.enabled,
  });
}
