export { FAILURE_REASONS, SKIP_REASONS } from './engine.ts';
export type { Engine, EngineAnswer, FailureReason, SkipReason } from './engine.ts';
export { ENGINE_KINDS, FAILURE_POLICIES } from './engine-setup.ts';
export type {
  EngineKind,
  EngineLimits,
  EngineSetup,
  FailurePolicy,
  ProgramSetup,
  ServiceSetup,
  TrufflehogSetup,
} from './engine-setup.ts';
export { setupProblems } from './setup-problems.ts';
export type { SetupProblem } from './setup-problems.ts';
export type { EngineClock } from './clock.ts';
export { engineSet } from './engine-set.ts';
export type { EnginePorts, EngineRun, EngineSet, EngineSetAnswer } from './engine-set.ts';
