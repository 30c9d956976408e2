export { MAX_ENGINES_MS } from './content-schema.ts';
export { DIAGNOSTIC_CODES } from './diagnostic.ts';
export type { Diagnostic, DiagnosticCode } from './diagnostic.ts';
export { fieldPathText, quoted } from './fault.ts';
export type { FieldPath } from './fault.ts';
export { fieldReference } from './field-reference.ts';
export { formatDiagnostic } from './format-diagnostic.ts';
export { lookAlikeIn } from './look-alike.ts';
export { policyJsonSchema } from './json-schema.ts';
export { multiTenantService, SHARED_NAMES, sharedHostRisk } from './multi-tenant-host.ts';
export { nearestName } from './nearest-name.ts';
export { layPolicy, MAX_LAYER_DOCUMENTS, parseLayers } from './parse-layers.ts';
export type { LayerDiagnostic, LayerSource, LayersResult } from './parse-layers.ts';
export { MAX_POLICY_BYTES, parsePolicy, parsePolicyBytes } from './parse-policy.ts';
export type { PolicyResult } from './parse-policy.ts';
export type {
  ContainerSection,
  EgressHost,
  ExceptionLift,
  GitSection,
  McpServer,
  Policy,
  PolicyEngine,
  PolicyDefaults,
  PolicyException,
  Shape,
} from './policy.ts';
export { readDocument } from './read-document.ts';
export type { PolicyDocument } from './read-document.ts';
export { readPartBytes } from './read-part.ts';
export type { PolicyPart } from './read-part.ts';
export { sectionRules } from './section-rules.ts';
export { sourceText } from './source-text.ts';
export type { SourceText } from './source-text.ts';
export { expiryBoundaries, ruleTableOf } from './rule-table-of.ts';
