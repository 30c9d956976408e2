export { clientModel } from './client-model.ts';
export type { ClientModel } from './client-model.ts';
export type { ClientScene } from './path-rule.ts';
export { MODES } from './prediction.ts';
export type { Mode, Prediction, RuleList, ToolCall } from './prediction.ts';
