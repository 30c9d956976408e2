export { ATTACKS } from './attacks.ts';
export { CHAINS } from './drill-case.ts';
export type { Chain, DrillCall, DrillSite, Layer } from './drill-case.ts';
export { ORDINARY_WORK } from './ordinary-work.ts';
export { writeRehearsalProject } from './rehearsal-project.ts';
export { startScriptedModel, turns } from './scripted-model.ts';
export type { Script, ScriptedModel, ScriptedRequest, Turn } from './scripted-model.ts';
export { toolResults } from './tool-results.ts';
export type { ToolResult } from './tool-results.ts';
