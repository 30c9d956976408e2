import type { Action } from '../core/action.ts';
import type { RuleTable } from '../core/rule-table.ts';
import { decide, ruleIndex } from '../decide/index.ts';
import type { Scene } from '../decide/index.ts';

/** What it takes for another verdict. `rules` must all go, each alone would hold the verdict; then `outcome` says what follows. */
export interface SmallestChange {
  readonly rules: readonly string[];
  readonly outcome:
    | { readonly kind: 'done'; readonly verdict: string; readonly ruleId: string }
    /** Only a default is left, which a rule of the weaker or stronger verdict overrides. */
    | { readonly kind: 'add-allow' | 'add-deny'; readonly ruleId: string }
    /** The program itself objects; no policy changes that. */
    | { readonly kind: 'held-by-program'; readonly ruleId: string }
    | { readonly kind: 'too-many' };
}

/** Rules that have to go at most, beyond which the list is no advice. */
const MAX_RULES = 12;

/**
 * The fewest rules without which the verdict is another: the strongest verdict wins, so exactly those that give it.
 * Pure; builds a table for each step.
 */
export function smallestChange(table: RuleTable, action: Action, scene: Scene): SmallestChange {
  const before = decide(ruleIndex(table), action, scene);
  const rules: string[] = [];
  let rest = table;
  let now = before;
  while (now.verdict === before.verdict) {
    if (rules.length === MAX_RULES) return { rules, outcome: { kind: 'too-many' } };
    const next = without(rest, now.ruleId);
    if (next === null) return { rules, outcome: { kind: lastStep(now.verdict, now.ruleId), ruleId: now.ruleId } };
    rules.push(now.ruleId);
    rest = next;
    now = decide(ruleIndex(rest), action, scene);
  }
  return { rules, outcome: { kind: 'done', verdict: now.verdict, ruleId: now.ruleId } };
}

function lastStep(verdict: string, ruleId: string): 'add-allow' | 'add-deny' | 'held-by-program' {
  if (verdict === 'allow') return 'add-deny';
  return ruleId.startsWith('default/') ? 'add-allow' : 'held-by-program';
}

/** The table without a rule; null where it has none of that name, because the program itself brings it. */
function without(table: RuleTable, id: string): RuleTable | null {
  const keep = (rule: { readonly id: string }): boolean => rule.id !== id;
  const next: RuleTable = {
    ...table,
    commands: table.commands.filter(keep),
    files: table.files.filter(keep),
    web: table.web.filter(keep),
    mcp: table.mcp.filter(keep),
    tools: table.tools.filter(keep),
  };
  const count = ({ commands, files, web, mcp, tools }: RuleTable): number =>
    commands.length + files.length + web.length + mcp.length + tools.length;
  return count(next) === count(table) ? null : next;
}
