export { CANARY_PREFIX, liveness } from './canary.ts';
export { isSamePerson } from './concurrent-sessions.ts';
export type { MachineTime } from './machine-time.ts';
export { HEARTBEAT_LIMIT_MS, sessionRegistry } from './registry.ts';
export type { ListedSession, SessionRegistry, SessionRequest } from './registry.ts';
export { sessionActivity } from './session-activity.ts';
export type { SessionActivity } from './session-activity.ts';
export { endReason, endWarning, sessionEnd, WARNING_MS } from './session-limits.ts';
export type { SessionEnd, SessionLimit, SessionLimits } from './session-limits.ts';
