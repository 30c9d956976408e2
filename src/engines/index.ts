export { engineSet } from './engine-set.ts';
export type { EnginePorts, EngineRun, EngineSet, EngineSetAnswer } from './engine-set.ts';
export type { EngineSetup } from './engine-setup.ts';
