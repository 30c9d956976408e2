import { unreachableRules } from '../../analyse/index.ts';
import type { Clause, Unreachable } from '../../analyse/index.ts';
import type { RuleTable } from '../../core/rule-table.ts';
import { quoted } from '../../policy/index.ts';
import { placeText } from '../lint-context.ts';
import { neededByClient, samplesOf } from '../client-needs.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintFault } from '../lint-fault.ts';
import { probeOf, probed } from '../probe.ts';

/** Path patterns that are compared with each other in one go: the time grows with the square of them. */
const MAX_PATHS_COMPARED = 200;
/** Command rules and rules on names that are compared in one go. */
const MAX_RULES_COMPARED = 1_200;

/** Finds patterns that decide nothing, because what stands in their place says as much or more. */
export function shadowedPatterns(context: LintContext): readonly LintFault[] {
  const { tables, isWhole } = comparableTables(context.table);
  const idle = tables.flatMap(unreachableRules);
  const useful = usefulClauses(idle, context);
  const faults = idle.filter(({ clause }) => !useful.has(clause)).flatMap((found) => faultOf(found, context) ?? []);
  if (isWhole) return faults;
  return [
    ...faults,
    {
      code: 'lint/not-analysed',
      document: context.base,
      path: ['name'],
      message: 'the rules are too many to compare each with each: shadowed patterns were looked for in parts of them',
      hint: null,
    },
  ];
}

/** Rules apart are compared apart: what shadows a rule within a part does so in the whole as well. */
function comparableTables(table: RuleTable): { readonly tables: readonly RuleTable[]; readonly isWhole: boolean } {
  const none: RuleTable = { ...table, commands: [], files: [], web: [], mcp: [], tools: [] };
  const commands = parts(table.commands, MAX_RULES_COMPARED, ({ run }) => Math.max(1, run.length / 4));
  const files = parts(table.files, MAX_PATHS_COMPARED, ({ paths }) => paths.length);
  const web = parts(table.web, MAX_RULES_COMPARED, ({ hosts }) => hosts.length);
  const mcp = parts(table.mcp, MAX_RULES_COMPARED, ({ tools }) => tools.length);
  const tools = parts(table.tools, MAX_RULES_COMPARED, ({ tools }) => tools.length);
  const isWhole = [commands, files, web, mcp, tools].every((each) => each.length <= 1);
  return {
    isWhole,
    tables: [
      ...commands.map((each) => ({ ...none, commands: each })),
      ...files.slice(0, MAX_FILE_PARTS).map((each) => ({ ...none, files: each })),
      ...web.slice(0, MAX_FILE_PARTS).map((each) => ({ ...none, web: each })),
      ...mcp.slice(0, MAX_FILE_PARTS).map((each) => ({ ...none, mcp: each })),
      ...tools.slice(0, MAX_FILE_PARTS).map((each) => ({ ...none, tools: each })),
    ],
  };
}

/** Parts of one family that are looked at. */
const MAX_FILE_PARTS = 4;

function parts<Rule>(rules: readonly Rule[], most: number, weight: (rule: Rule) => number): readonly Rule[][] {
  const all: Rule[][] = [];
  let held = most;
  for (const rule of rules) {
    if (held + weight(rule) > most) {
      all.push([]);
      held = 0;
    }
    all.at(-1)?.push(rule);
    held += weight(rule);
  }
  return all;
}

/** Patterns whose use is looked for elsewhere; each costs some calls. */
const MAX_LOOKED_INTO = 100;

/** Patterns that change no verdict of the guard, and that do something all the same. */
function usefulClauses(idle: readonly Unreachable[], context: LintContext): ReadonlySet<Clause> {
  const { policy, table } = context;
  // A whole rule that decides nothing is worth a look, whatever its patterns do elsewhere.
  const open = idle.filter(
    ({ clause, why, isWholeRule }) =>
      !isWholeRule && (why === 'repeated' || why === 'shadowed') && isRestricting(clause),
  );
  const looked = open.slice(0, MAX_LOOKED_INTO);
  const covering = new Map(looked.map(({ clause, by }) => [clause, by]));
  const naming = looked.filter(({ clause, why, by }) => why === 'repeated' && namesItself(clause, by, context));
  const named = new Set(naming.map(({ clause }) => clause));
  const others = looked.map(({ clause }) => clause).filter((clause) => !named.has(clause));
  return new Set([...named, ...neededByClient(others, policy, table, (clause) => covering.get(clause) ?? [])]);
}

function isRestricting({ verdict, list }: Clause): boolean {
  return verdict !== 'allow' && list !== 'unless' && list !== 'except';
}

/** Whether people and the log are told this rule and its reason, and not those of the other rules. */
function namesItself(clause: Clause, by: readonly Clause[], { policy, table, index }: LintContext): boolean {
  if (by.some(({ ruleId }) => ruleId === clause.ruleId)) return false;
  return samplesOf(clause, policy, table).some((call) => {
    const probe = probeOf(call);
    return probe !== null && probed(index, probe).ruleId === clause.ruleId;
  });
}

function faultOf({ clause, why, by, isWholeRule }: Unreachable, context: LintContext): LintFault | null {
  const place = context.rules.get(clause.ruleId);
  const [first] = by;
  // An empty pattern is said elsewhere; one that a section stands for is nobody's to take away.
  if (place === undefined || first === undefined || why === 'empty') return null;
  // The same text twice in one list is said with its fix.
  if (first.ruleId === clause.ruleId && first.list === clause.list && first.text === clause.text) return null;
  const others = by.map((one) => `${quoted(one.text)} of \`${one.ruleId}\` (${placeOf(one, context)})`);
  const shown = others.slice(0, 2).join(', ') + (others.length > 2 ? ` and ${others.length - 2} more` : '');
  const whole = isWholeRule ? `; nothing of \`${clause.ruleId}\` decides` : '';
  const about = { document: place.document, path: [...place.path, clause.list, clause.index] };
  if (clause.verdict === 'allow' && why === 'shadowed') {
    const stronger = first.verdict === 'deny' ? 'denied' : 'asked';
    const message = `this is never allowed: all of it is ${stronger} by ${shown}${whole}`;
    return {
      ...about,
      code: 'lint/allow-swallowed',
      message,
      hint: 'deny beats ask, ask beats allow, whatever the order',
    };
  }
  if (why === 'repeated') {
    // Said twice is said all the same: reasons differ, and so do the people who keep the two rules.
    const message = `this decides nothing: ${shown} says the same and more${whole}`;
    return { ...about, code: 'lint/shadowed', severity: isWholeRule ? 'warning' : 'note', message, hint: null };
  }
  const message =
    why === 'excepted'
      ? `this decides nothing: the rule takes all of it back by ${shown}${whole}`
      : `this decides nothing: ${shown} is stronger and takes all of it${whole}`;
  return { ...about, code: 'lint/shadowed', message, hint: null };
}

function placeOf(clause: Clause, context: LintContext): string {
  return placeText(context, clause.ruleId, [clause.list, clause.index]);
}
