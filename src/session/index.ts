export { CANARY_PREFIX, liveness } from './canary.ts';
export { HEARTBEAT_LIMIT_MS, sessionRegistry } from './registry.ts';
export type { SessionRegistry, SessionRequest } from './registry.ts';
