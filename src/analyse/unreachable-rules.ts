import type { RuleTable } from '../core/rule-table.ts';
import type { Clause } from './clause.ts';
import { strength } from './clause.ts';
import { commandClauses, dominates, isTakenBack, shadows } from './command-clauses.ts';
import type { CommandClause } from './command-clauses.ts';
import { atomIncludes } from './command-relation.ts';
import { fileClauses, fileDominates, fileShadows } from './file-clauses.ts';
import type { FileClause } from './file-clauses.ts';
import { globRelation } from './glob-relation.ts';
import type { GlobRelation } from './glob-relation.ts';
import { nameClauses, nameClauseIncludes } from './name-clauses.ts';
import { neverMatches } from './never-matches.ts';
import { pathIncludes } from './path-relation.ts';

/** A pattern that decides nothing: without it, every call gets the same verdict. */
export interface Unreachable {
  readonly clause: Clause;
  /**
   * `shadowed` by a rule with a stronger verdict, `repeated` by one with the same verdict, `excepted` by its own rule,
   * or `empty`: no call is like that.
   */
  readonly why: 'shadowed' | 'repeated' | 'excepted' | 'empty';
  /** The patterns that together stand in its place; empty where it is `empty`. */
  readonly by: readonly Clause[];
  /** Whether no pattern of its rule decides anything. */
  readonly isWholeRule: boolean;
}

/**
 * The patterns of enforced rules that never decide, each with what is in its place. Of two that say the same, the one
 * that comes later is named. May miss some, never names one that decides.
 *
 * @throws {TypeError} where a pattern cannot be read.
 */
export function unreachableRules(table: RuleTable): readonly Unreachable[] {
  const globs = globRelation();
  const found = [
    ...commandsUnreachable(table, globs),
    ...filesUnreachable(table, globs),
    ...namesUnreachable(table, globs),
  ];
  const lost = new Set(found.map(({ clause }) => `${clause.kind} ${clause.ruleId} ${clause.index}`));
  const sizes = new Map<string, number>();
  for (const rule of table.commands) sizes.set(`command ${rule.id}`, rule.run.length);
  for (const rule of table.files) sizes.set(`file ${rule.id}`, rule.paths.length);
  for (const rule of table.web) sizes.set(`web ${rule.id}`, rule.hosts.length);
  for (const rule of table.mcp) sizes.set(`mcp ${rule.id}`, rule.tools.length);
  for (const rule of table.tools) sizes.set(`tool ${rule.id}`, rule.tools.length);
  return found.map((each) => {
    const { kind, ruleId } = each.clause;
    const indices = Array.from({ length: sizes.get(`${kind} ${ruleId}`) ?? 0 }, (_, index) => index);
    return { ...each, isWholeRule: indices.every((index) => lost.has(`${kind} ${ruleId} ${index}`)) };
  });
}

type Found = Omit<Unreachable, 'isWholeRule'>;

/** Why one part of a pattern decides nothing; null where it may decide. */
type PartReason = Pick<Unreachable, 'why' | 'by'> | null;

/** A pattern decides nothing where none of its parts does. */
function byPattern<Part extends { readonly clause: Clause }>(
  parts: readonly Part[],
  reasonOf: (part: Part) => PartReason,
): readonly Found[] {
  const groups = new Map<Clause, Part[]>();
  for (const part of parts) {
    if (groups.get(part.clause)?.push(part) === undefined) groups.set(part.clause, [part]);
  }
  const found: Found[] = [];
  for (const [clause, group] of groups) {
    const reasons: NonNullable<PartReason>[] = [];
    for (const part of group) {
      const reason = reasonOf(part);
      if (reason === null) break;
      reasons.push(reason);
    }
    const [first] = reasons;
    if (first === undefined || reasons.length < group.length) continue;
    found.push({ clause, why: first.why, by: [...new Set(reasons.flatMap((each) => each.by))] });
  }
  return found;
}

function commandsUnreachable(table: RuleTable, globs: GlobRelation): readonly Found[] {
  const clauses = commandClauses(table.commands, globs);
  const order = new Map(clauses.all.map((each, at) => [each, at]));
  const isLater = (one: CommandClause, other: CommandClause): boolean =>
    (order.get(one) ?? 0) > (order.get(other) ?? 0) || !dominates(one, other, globs);
  return byPattern(clauses.all, (weak) => {
    if (neverMatches('command', 'run', weak.clause.text, table) !== null) return { why: 'empty', by: [] };
    const lift = weak.lifts.find((each) => each.atoms.some((atom) => atomIncludes(atom, weak.atom, globs)));
    if (lift !== undefined && isTakenBack(weak, globs))
      return { why: 'excepted', by: [{ ...weak.clause, list: 'unless', index: lift.index, text: lift.text }] };
    const others = clauses.around(weak.atom.last.program).filter((other) => other.clause !== weak.clause);
    const least = strength(table.defaults.command);
    const shadow = others.find(
      (other) =>
        (strength(other.verdict) > strength(weak.verdict) && dominates(other, weak, globs)) ||
        (strength(other.verdict) >= least && shadows(other, weak, globs)),
    );
    if (shadow !== undefined) return { why: 'shadowed', by: [shadow.clause] };
    const same = others.find(
      (other) => other.verdict === weak.verdict && dominates(other, weak, globs) && isLater(weak, other),
    );
    return same === undefined ? null : { why: 'repeated', by: [same.clause] };
  });
}

function filesUnreachable(table: RuleTable, globs: GlobRelation): readonly Found[] {
  const clauses = fileClauses(table.files, globs);
  const isLater = (one: FileClause, other: FileClause): boolean =>
    clauses.indexOf(one) > clauses.indexOf(other) || !fileDominates(one, other, globs);
  return byPattern(clauses, (weak) => {
    const except = weak.excepts.find((each) => pathIncludes(each, weak.path, globs));
    if (except !== undefined && weak.rule.verdict !== 'deny') return { why: 'excepted', by: [exceptOf(weak)] };
    const others = clauses.filter((other) => other.clause !== weak.clause);
    // A rule that denies also counts where a name is known only in part, and a folder where its content is denied.
    const shadow = others.find((other) => fileShadows(other, weak, globs));
    if (shadow !== undefined) return { why: 'shadowed', by: [shadow.clause] };
    const same = others.find(
      (other) => other.rule.verdict === weak.rule.verdict && fileDominates(other, weak, globs) && isLater(weak, other),
    );
    return same === undefined ? null : { why: 'repeated', by: [same.clause] };
  });
}

function exceptOf({ clause, rule }: FileClause): Clause {
  return { ...clause, list: 'except', index: 0, text: rule.except.join(', ') };
}

function namesUnreachable(table: RuleTable, globs: GlobRelation): readonly Found[] {
  const clauses = nameClauses(table);
  return byPattern(clauses, (weak) => {
    const others = clauses.filter((other) => other.clause.kind === weak.clause.kind && other.clause !== weak.clause);
    const wider = others.filter((other) => !other.hasExceptions && nameClauseIncludes(other, weak, globs));
    const shadow = wider.find((other) => strength(other.clause.verdict) > strength(weak.clause.verdict));
    if (shadow !== undefined) return { why: 'shadowed', by: [shadow.clause] };
    const same = wider.find(
      (other) =>
        other.clause.verdict === weak.clause.verdict &&
        (clauses.indexOf(weak) > clauses.indexOf(other) ||
          !nameClauseIncludes(weak, other, globs) ||
          weak.hasExceptions),
    );
    return same === undefined ? null : { why: 'repeated', by: [same.clause] };
  });
}
