export { compileBundle } from './bundle.ts';
export type { Bundle } from './bundle.ts';
export { clientRules } from './client-rules.ts';
export type { ClientRules, GuardOnly } from './client-rules.ts';
export { HOOK_EVENTS, HOOK_TIMEOUT_S } from './hooks.ts';
export {
  CREDENTIAL_VARIABLES,
  installedSettings,
  managedMcp,
  managedSettings,
  POLICY_HELPER_TIMEOUT_MS,
} from './settings.ts';
export { KEPT_VARIABLES } from './site.ts';
export type { Site } from './site.ts';
