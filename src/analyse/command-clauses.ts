import { programNameGlob } from '../core/program-pattern.ts';
import type { CommandRule, RuleVerdict } from '../core/rule-table.ts';
import type { Clause } from './clause.ts';
import { strength } from './clause.ts';
import { commandAtoms, hasFlagValue } from './command-atom.ts';
import type { CommandAtom } from './command-atom.ts';
import { atomIncludes, atomsMeet } from './command-relation.ts';
import type { GlobRelation } from './glob-relation.ts';

/** A pattern that a rule is not about, and its atoms. */
export interface Lift {
  readonly text: string;
  readonly index: number;
  readonly atoms: readonly CommandAtom[];
}

/** One atom of a rule's pattern with all that its meaning depends on. */
export interface CommandClause {
  readonly clause: Clause;
  readonly verdict: RuleVerdict;
  readonly atom: CommandAtom;
  /** What the rule is not about, as far as it can concern this atom. */
  readonly lifts: readonly Lift[];
  /** Two with one key say the same about every command. */
  readonly key: string;
}

/** The command rules of a table taken apart, and found by the program that they are about. */
export interface CommandClauses {
  readonly all: readonly CommandClause[];
  readonly keys: ReadonlySet<string>;
  /** Those whose program may take all names that this one takes. */
  around(program: string): readonly CommandClause[];
}

export function commandClauses(rules: readonly CommandRule[], globs: GlobRelation): CommandClauses {
  const enforced = rules.filter((rule) => rule.mode === 'enforce');
  const allowLifts = new Map<string, readonly Lift[]>();
  const atomsOf = keptAtoms();
  for (const rule of enforced) {
    // What an allowing rule does not mean counts for every rule of its name.
    if (rule.verdict === 'allow')
      allowLifts.set(rule.id, [...(allowLifts.get(rule.id) ?? []), ...liftsOf(rule, atomsOf)]);
  }
  const all: CommandClause[] = [];
  for (const rule of enforced) {
    const lifts = rule.verdict === 'allow' ? (allowLifts.get(rule.id) ?? []) : liftsOf(rule, atomsOf);
    for (const [index, text] of rule.run.entries()) {
      const clause: Clause = { kind: 'command', ruleId: rule.id, verdict: rule.verdict, list: 'run', index, text };
      for (const atom of atomsOf(text)) {
        const near = lifts.filter((lift) => lift.atoms.some((each) => atomsMeet(each, atom, globs)));
        all.push({ clause, verdict: rule.verdict, atom, lifts: near, key: clauseKey(rule.verdict, atom, near, globs) });
      }
    }
  }
  const byProgram = new Map<string, CommandClause[]>();
  const byGlob: CommandClause[] = [];
  for (const each of all) {
    const name = programNameGlob(each.atom.last.program).toLowerCase();
    if (name.includes('*')) byGlob.push(each);
    else if (byProgram.get(name)?.push(each) === undefined) byProgram.set(name, [each]);
  }
  return {
    all,
    keys: new Set(all.map((each) => each.key)),
    around: (program) => [...(byProgram.get(programNameGlob(program).toLowerCase()) ?? []), ...byGlob],
  };
}

/**
 * Whether `strong` says at least as much as `weak` wherever `weak` speaks: then `weak` changes nothing beside it.
 * An allowing clause beside one that asks or denies is {@link shadows}.
 */
export function dominates(strong: CommandClause, weak: CommandClause, globs: GlobRelation): boolean {
  if ((strong.verdict === 'allow') !== (weak.verdict === 'allow')) return false;
  if (strength(strong.verdict) < strength(weak.verdict) || !atomIncludes(strong.atom, weak.atom, globs)) return false;
  return strong.lifts
    .filter((lift) => lift.atoms.some((each) => atomsMeet(each, weak.atom, globs)))
    .every((lift) => isSilentToo(lift, weak, globs));
}

/** Whether a restricting clause speaks wherever an allowing one does, so that the allowing one is never heard. */
export function shadows(strong: CommandClause, allowing: CommandClause, globs: GlobRelation): boolean {
  if (strong.verdict === 'allow' || allowing.verdict !== 'allow') return false;
  // A rule that allows looks for the value of a flag in other words than one that restricts.
  if (hasFlagValue(strong.atom.last) || !atomIncludes(strong.atom, allowing.atom, globs)) return false;
  return strong.lifts.every((lift) => !lift.atoms.some((each) => atomsMeet(each, allowing.atom, globs)));
}

/** Whether an allowing rule takes back all that this clause allows. */
export function isTakenBack({ verdict, atom, lifts }: CommandClause, globs: GlobRelation): boolean {
  // A rule that allows looks for the value of a flag in other words than its exceptions do.
  if (verdict !== 'allow' || hasFlagValue(atom.last)) return false;
  return lifts.some((lift) => lift.atoms.some((each) => atomIncludes(each, atom, globs)));
}

/** Whether a lift of the stronger clause is one of the weaker one as well. */
function isSilentToo(lift: Lift, weak: CommandClause, globs: GlobRelation): boolean {
  // A restricting rule steps back only for words that its exception accounts for: a wider pattern lifts less.
  if (weak.verdict !== 'allow') return weak.lifts.some((own) => own.text === lift.text);
  const own = weak.lifts.flatMap((each) => each.atoms);
  return lift.atoms
    .filter((each) => atomsMeet(each, weak.atom, globs))
    .every((each) => own.some((wider) => atomIncludes(wider, each, globs)));
}

function clauseKey(verdict: RuleVerdict, atom: CommandAtom, lifts: readonly Lift[], globs: GlobRelation): string {
  const texts =
    verdict === 'allow'
      ? lifts.flatMap((lift) => lift.atoms.filter((each) => atomsMeet(each, atom, globs)).map((each) => each.key))
      : lifts.map((lift) => lift.text);
  return [verdict, atom.key, ...[...new Set(texts)].sort()].join('\nunless ');
}

function liftsOf(rule: CommandRule, atomsOf: (text: string) => readonly CommandAtom[]): readonly Lift[] {
  return rule.unless.map((text, index) => ({ text, index, atoms: atomsOf(text) }));
}

function keptAtoms(): (text: string) => readonly CommandAtom[] {
  const kept = new Map<string, readonly CommandAtom[]>();
  return (text) => {
    const known = kept.get(text) ?? commandAtoms(text);
    kept.set(text, known);
    return known;
  };
}
