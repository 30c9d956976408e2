import type { RuleTable } from '../core/rule-table.ts';
import type { CaseResult } from './run-cases.ts';

/** How far cases exercise a policy: a rule is covered where it decided at least one case. */
export interface Coverage {
  readonly rules: readonly { readonly id: string; readonly cases: number }[];
  readonly covered: number;
  readonly total: number;
}

/**
 * Counts the cases that each rule of a table decided, in the order of the table. Rules on trial and what exceptions lift are left
 * out: the former decide nothing, and the latter end by themselves.
 */
export function coverageOf(table: RuleTable, results: readonly CaseResult[]): Coverage {
  const counts = new Map<string, number>();
  const { commands, files, web, mcp, tools } = table;
  for (const { id, mode } of [...commands, ...files, ...web, ...mcp, ...tools])
    if (mode === 'enforce' && !id.startsWith('exception/')) counts.set(id, 0);
  for (const { ruleId } of results) {
    const count = counts.get(ruleId);
    if (count !== undefined) counts.set(ruleId, count + 1);
  }
  const rules = [...counts].map(([id, cases]) => ({ id, cases }));
  return { rules, covered: rules.filter(({ cases }) => cases > 0).length, total: rules.length };
}
