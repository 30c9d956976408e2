export { compileBundle } from './bundle.ts';
export type { Bundle } from './bundle.ts';
export { MAX_BUNDLE_BYTES, MAX_BUNDLE_DEPTH } from './bundle-bytes.ts';
export { clientRules } from './client-rules.ts';
export type { ClientRules, GuardOnly } from './client-rules.ts';
export { coverage, COVERAGE_MODES } from './coverage.ts';
export type {
  AskedSample,
  Coverage,
  CoverageFault,
  CoverageMode,
  CoverageRow,
  HeldBy,
  PredictClient,
} from './coverage.ts';
export { HOOK_EVENTS, HOOK_TIMEOUT_S, inspectsResults } from './hooks.ts';
export {
  CREDENTIAL_VARIABLES,
  installedSettings,
  managedMcp,
  managedSettings,
  POLICY_HELPER_TIMEOUT_MS,
} from './settings.ts';
export {
  bundleBody,
  BUNDLE_DOMAIN,
  keptSequence,
  MAX_SEQUENCE,
  readSignedBundle,
  SIGNATURE_BYTES,
  signedBytes,
  signedDocument,
} from './signed-bundle.ts';
export type { BundleFault, BundleIssue, BundleResult, BundleTrust, SignedBundle } from './signed-bundle.ts';
export { KEPT_VARIABLES } from './site.ts';
export type { Site } from './site.ts';
export { commandSamples, SAMPLE_PLACE } from './sample-calls.ts';
export type { SampleCall } from './sample-calls.ts';
export { TARGETS } from './targets/index.ts';
export { terraformJudgement } from './targets/terraform-judgement.ts';
export { terraformRefusals } from './targets/terraform-refusals.ts';
export type { TerraformRefusal } from './targets/terraform-refusals.ts';
export type { Target, TargetFile, TargetGap, TargetInput, TargetOutput } from './targets/target.ts';
export { NOT_HELD } from './not-held.ts';
export type { UnheldField } from './not-held.ts';
