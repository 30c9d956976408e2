export { clientModel } from './client-model.ts';
export type { ClientModel } from './client-model.ts';
export { agreementOf, readMeasuredCase } from './measured-case.ts';
export type { Agreement, MeasuredCase, Mismatch, PlacedCase } from './measured-case.ts';
export type { ClientScene } from './path-rule.ts';
export { ruleReading } from './rule-reading.ts';
export type { RuleReading } from './reading.ts';
export { MODES } from './prediction.ts';
export type { Mode, Prediction, RuleList, ToolCall } from './prediction.ts';
