import type { RuleId } from '../core/ids.ts';
import type { RuleVerdict } from '../core/rule-table.ts';

/** The lists of a rule table that hold patterns. */
export type RuleKind = 'command' | 'file' | 'web' | 'mcp' | 'tool';
/** The field of a rule in which a pattern stands. */
export type PatternList = 'run' | 'unless' | 'paths' | 'except' | 'hosts' | 'tools';

/** One pattern of one rule: what an analysis speaks about. */
export interface Clause {
  readonly kind: RuleKind;
  readonly ruleId: RuleId;
  readonly verdict: RuleVerdict;
  readonly list: PatternList;
  /** Place in the list, from 0. */
  readonly index: number;
  readonly text: string;
}

/** How much a verdict restricts; a stronger one wins. */
export function strength(verdict: RuleVerdict): number {
  return { allow: 0, ask: 1, deny: 2 }[verdict];
}
