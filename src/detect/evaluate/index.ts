export { EVALUATED_AREAS } from './areas.ts';
export type { EvaluatedArea, Hit } from './areas.ts';
export { evaluator } from './evaluation.ts';
export type { Evaluation, Evaluator, Outcome } from './evaluation.ts';
export { readLabelledRow } from './labelled-row.ts';
export type { LabelledRow } from './labelled-row.ts';
export { rowScene } from './row-scene.ts';
export type { Score } from './tally.ts';
