export type { Diagnostic, DiagnosticCode } from './diagnostic.ts';
export { fieldReference } from './field-reference.ts';
export { formatDiagnostic } from './format-diagnostic.ts';
export { policyJsonSchema } from './json-schema.ts';
export { MAX_POLICY_BYTES, parsePolicy, parsePolicyBytes } from './parse-policy.ts';
export type { PolicyResult } from './parse-policy.ts';
export type { McpServer, Policy, PolicyDefaults, Shape } from './policy.ts';
export { ruleTableOf } from './rule-table-of.ts';
