export { answerFor } from './answer.ts';
export type { Answer } from './answer.ts';
export { readEvent } from './hook-event.ts';
export type { HookEvent } from './hook-event.ts';
export { MAX_EVENT_BYTES } from './limits.ts';
export type { EngineReport, Guard, GuardPorts, GuardScene, GuardVerdict, Inspection, PassingText } from './ports.ts';
export { startGuard } from './start-guard.ts';
export { actionFrom } from './tool-action.ts';
