export { answerFor } from './answer.ts';
export type { Answer } from './answer.ts';
export { readEvent } from './hook-event.ts';
export type { HookEvent } from './hook-event.ts';
export { MAX_EVENT_BYTES } from './limits.ts';
export type { Guard, GuardPorts, GuardScene, GuardVerdict } from './ports.ts';
export { startGuard } from './start-guard.ts';
export { actionFrom, toolAction } from './tool-action.ts';
