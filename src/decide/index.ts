export { decide } from './decide.ts';
export { explainCommand } from './explain.ts';
export type { CommandExplanation, ExplainedCommand } from './explain.ts';
export { ruleIndex } from './rule-index.ts';
export type { RuleIndex } from './rule-index.ts';
export type { Scene } from './scene.ts';
