export type { EgressAnswer, ListedHost } from './egress-answer.ts';
export type { SmallestChange } from './smallest-change.ts';
export type { TouchingRule } from './touching-rules.ts';
export { egressAnswers } from './egress-answer.ts';
export { smallestChange } from './smallest-change.ts';
export { touchingRules } from './touching-rules.ts';
