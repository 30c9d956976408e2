import type { Action } from '../core/action.ts';
import type { RuleTable, RuleVerdict } from '../core/rule-table.ts';
import { decide, readAction, ruleFindings, ruleIndex } from '../decide/index.ts';
import type { Scene } from '../decide/index.ts';

/** A rule that has something to say about an action, whether or not it decides it. */
export interface TouchingRule {
  readonly ruleId: string;
  readonly verdict: RuleVerdict;
  readonly reason: string;
}

/** Stronger verdicts first; in the order of the table else. */
const STRENGTH: Readonly<Record<RuleVerdict, number>> = { deny: 0, ask: 1, allow: 2 };

/**
 * Every rule of a table that speaks on an action, strongest first, each once. Rules of the program itself (`decide/*`)
 * and defaults are named where they object.
 */
export function touchingRules(table: RuleTable, action: Action, scene: Scene): readonly TouchingRule[] {
  const found = action.kind === 'command' ? onCommand(table, action, scene) : onOther(table, action, scene);
  const unique = new Map(found.map((rule) => [`${rule.verdict} ${rule.ruleId}`, rule]));
  return [...unique.values()].sort((a, b) => STRENGTH[a.verdict] - STRENGTH[b.verdict]);
}

function onCommand(
  table: RuleTable,
  action: Extract<Action, { kind: 'command' }>,
  scene: Scene,
): readonly TouchingRule[] {
  const index = ruleIndex(table);
  const reading = readAction(action, scene);
  const decided = spokenBy(decide(index, action, scene));
  if (reading === null) return [decided];
  return [decided, ...ruleFindings(index, reading, scene).map(spokenBy)];
}

/** One rule at a time, each in a table of its own: what it says alone is what it has to say. */
function onOther(table: RuleTable, action: Action, scene: Scene): readonly TouchingRule[] {
  const bare: RuleTable = { ...table, commands: [], files: [], web: [], mcp: [], tools: [] };
  const alone: readonly RuleTable[] = [
    ...table.files.map((rule) => ({ ...bare, files: [rule] })),
    ...table.web.map((rule) => ({ ...bare, web: [rule] })),
    ...table.mcp.map((rule) => ({ ...bare, mcp: [rule] })),
    ...table.tools.map((rule) => ({ ...bare, tools: [rule] })),
  ];
  const own = new Set([...table.files, ...table.web, ...table.mcp, ...table.tools].map(({ id }) => id));
  const spoken = alone.map((one) => spokenBy(decide(ruleIndex(one), action, scene)));
  const decided = spokenBy(decide(ruleIndex(table), action, scene));
  return [decided, ...spoken.filter(({ ruleId }) => own.has(ruleId as (typeof table.files)[number]['id']))];
}

function spokenBy(decision: {
  readonly verdict: string;
  readonly ruleId: string;
  readonly reason?: string;
}): TouchingRule {
  const verdict = decision.verdict === 'deny' || decision.verdict === 'ask' ? decision.verdict : 'allow';
  return { ruleId: decision.ruleId, verdict, reason: decision.reason ?? '' };
}
