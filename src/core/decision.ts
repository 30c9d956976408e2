import type { JsonObject } from './json.ts';
import type { RuleId } from './ids.ts';

/** Verdicts, strongest first: the strongest given by any rule wins. */
export const VERDICTS = ['deny', 'ask', 'rewrite', 'allow'] as const;
export type Verdict = (typeof VERDICTS)[number];

/**
 * The answer to one action. Refusing is an answer, not an error: nothing throws in order to deny.
 * `reason` is read by the developer and by the model, so it names what to do and quotes no secret.
 */
export type Decision =
  | { readonly verdict: 'allow'; readonly ruleId: RuleId }
  | { readonly verdict: 'ask' | 'deny'; readonly ruleId: RuleId; readonly reason: string }
  | { readonly verdict: 'rewrite'; readonly ruleId: RuleId; readonly reason: string; readonly input: JsonObject };
