import type { RuleList } from './prediction.ts';

/** What the client makes of the text of one rule. */
export interface RuleReading {
  /** Whether any call that is worth a rule can match it. */
  readonly matches: 'something' | 'nothing';
  /** One line, lower case. */
  readonly why: string;
  /** A form that would do what was meant, or null where the rule does or where nothing does. */
  readonly wider: string | null;
}

/** What a list does with what its rules match. */
export const VERBS: Readonly<Record<RuleList, string>> = {
  allow: 'runs without a question',
  ask: 'asks for',
  deny: 'refuses',
};

/** A reading of a rule that can match. */
export function something(why: string, wider: string | null = null): RuleReading {
  return { matches: 'something', why, wider };
}

/** A reading of a rule that cannot. */
export function nothing(why: string, wider: string | null = null): RuleReading {
  return { matches: 'nothing', why, wider };
}
