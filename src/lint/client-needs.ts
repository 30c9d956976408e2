import type { Clause } from '../analyse/index.ts';
import { COVERAGE_MODES, coverage } from '../compile/index.ts';
import type { AskedSample, CoverageRow, PredictClient } from '../compile/index.ts';
import type { RuleTable } from '../core/rule-table.ts';
import type { Policy } from '../policy/index.ts';
import { clientAlone, patternCount } from './client-models.ts';

/** Patterns of a policy up to which the client is asked about it; above, none is said to be needed. */
const MAX_PATTERNS_ASKED = 2_000;

/**
 * Those of some deny and ask patterns without which the client by itself would hold less, although the guard would not:
 * its rules and its sandbox read other patterns than the guard does, so one that says all to the guard may say less there.
 */
export function neededByClient(
  clauses: readonly Clause[],
  policy: Policy,
  table: RuleTable,
  coveringOf: (clause: Clause) => readonly Clause[],
): ReadonlySet<Clause> {
  const isHidden = (clause: Clause): boolean => policy.sandbox.enabled && isNearer(clause, table, coveringOf(clause));
  const needed = new Set(clauses.filter(isHidden));
  const asked = clauses.filter((clause) => !needed.has(clause));
  if (asked.length === 0 || patternCount(table) > MAX_PATTERNS_ASKED) return needed;
  const whole = clientAlone(policy, table);
  const less = clientAlone(policy, without(table, asked));
  for (const clause of asked) {
    const rowsOf = (client: PredictClient): readonly CoverageRow[] =>
      coverage(policy, only(table, clause), client).rows;
    const after = rowsOf(less);
    if (rowsOf(whole).some((row, index) => isWeaker(row, after[index]))) needed.add(clause);
  }
  return needed;
}

/** Calls that a pattern takes, as the client makes them; none for a rule that only allows or is on trial. */
export function samplesOf(clause: Clause, policy: Policy, table: RuleTable): readonly AskedSample['call'][] {
  const { rows } = coverage(policy, only(table, clause), () => 'deny');
  return rows.flatMap(({ samples }) => samples.map(({ call }) => call));
}

/** A place by its full name, where the other pattern names it by its end: the sandbox hides that below the working folder only. */
function isNearer({ kind, ruleId, text }: Clause, { files }: RuleTable, covering: readonly Clause[]): boolean {
  const isRead = kind === 'file' && files.some(({ id, access }) => id === ruleId && access === 'read');
  return isRead && /^[/~]/.test(text) && covering.some((other) => other.text.startsWith('**/'));
}

const STRENGTH = { allow: 0, rewrite: 0, ask: 1, deny: 2 } as const;

function isWeaker(before: CoverageRow, after: CoverageRow | undefined): boolean {
  const isLess = (one: AskedSample, other: AskedSample | undefined): boolean =>
    COVERAGE_MODES.some((mode) => other === undefined || STRENGTH[other[mode]] < STRENGTH[one[mode]]);
  return before.samples.some((sample, index) => isLess(sample, after?.samples[index]));
}

/** The table without some patterns, and without the rules that have no other. */
function without(table: RuleTable, clauses: readonly Clause[]): RuleTable {
  const gone = new Set(clauses.map(({ kind, ruleId, index }) => `${kind} ${ruleId} ${index}`));
  const kept = (kind: Clause['kind'], id: string, texts: readonly string[]): readonly string[] =>
    texts.filter((_, index) => !gone.has(`${kind} ${id} ${index}`));
  return {
    ...table,
    commands: table.commands
      .map((rule) => ({ ...rule, run: kept('command', rule.id, rule.run) }))
      .filter(({ run }) => run.length > 0),
    files: table.files
      .map((rule) => ({ ...rule, paths: kept('file', rule.id, rule.paths) }))
      .filter(({ paths }) => paths.length > 0),
    web: table.web
      .map((rule) => ({ ...rule, hosts: kept('web', rule.id, rule.hosts) }))
      .filter(({ hosts }) => hosts.length > 0),
    mcp: table.mcp
      .map((rule) => ({ ...rule, tools: kept('mcp', rule.id, rule.tools) }))
      .filter(({ tools }) => tools.length > 0),
    tools: table.tools
      .map((rule) => ({ ...rule, tools: kept('tool', rule.id, rule.tools) }))
      .filter(({ tools }) => tools.length > 0),
  };
}

/** The table of one pattern and nothing else. */
function only(table: RuleTable, { kind, ruleId, text }: Clause): RuleTable {
  const isIt =
    (of: Clause['kind']) =>
    ({ id }: { readonly id: string }): boolean =>
      kind === of && id === ruleId;
  return {
    ...table,
    commands: table.commands.filter(isIt('command')).map((rule) => ({ ...rule, run: [text] })),
    files: table.files.filter(isIt('file')).map((rule) => ({ ...rule, paths: [text] })),
    web: table.web.filter(isIt('web')).map((rule) => ({ ...rule, hosts: [text] })),
    mcp: table.mcp.filter(isIt('mcp')).map((rule) => ({ ...rule, tools: [text] })),
    tools: table.tools.filter(isIt('tool')).map((rule) => ({ ...rule, tools: [text] })),
  };
}
