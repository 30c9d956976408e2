export { FAILURE_REASONS, SKIP_REASONS } from './engine.ts';
export type { Engine, EngineAnswer, FailureReason, SkipReason } from './engine.ts';
export { FAILURE_POLICIES } from './engine-setup.ts';
export type {
  EngineLimits,
  EngineSetup,
  FailurePolicy,
  ProgramSetup,
  ServiceSetup,
  TrufflehogSetup,
} from './engine-setup.ts';
export type { EngineClock } from './clock.ts';
export { engineSet } from './engine-set.ts';
export type { EnginePorts, EngineRun, EngineSet, EngineSetAnswer } from './engine-set.ts';
