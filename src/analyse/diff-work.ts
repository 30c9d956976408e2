import type { RuleTable } from '../core/rule-table.ts';
import type { Scene } from '../decide/index.ts';
import type { ChangedCalls } from './changed-calls.ts';
import type { DecisionPair } from './decision-pair.ts';
import type { GlobRelation } from './glob-relation.ts';
import type { KeptNames } from './kept-names.ts';
import type { StepBudget } from './step-budget.ts';

/** What a comparison of two tables works with. */
export interface DiffWork {
  readonly before: RuleTable;
  readonly after: RuleTable;
  readonly pair: DecisionPair;
  readonly scenes: readonly Scene[];
  readonly globs: GlobRelation;
  readonly names: KeptNames;
  readonly budget: StepBudget;
  readonly found: ChangedCalls;
}
