import type { CommandAction } from '../core/action.ts';
import type { RuleTable } from '../core/rule-table.ts';
import { MAX_TRIES } from './bounds.ts';
import type { CommandAtom } from './command-atom.ts';
import { commandClauses, dominates, isTakenBack, shadows } from './command-clauses.ts';
import type { CommandClause, CommandClauses } from './command-clauses.ts';
import { bothAtoms, commandLines } from './command-lines.ts';
import type { SampleWords } from './command-lines.ts';
import { atomsMeet } from './command-relation.ts';
import type { Clause } from './clause.ts';
import { strength } from './clause.ts';
import type { DiffWork } from './diff-work.ts';
import type { Difference } from './decision-pair.ts';
import { neverMatches } from './never-matches.ts';
import { clauseRegion } from './policy-diff.ts';

/** Finds what changes for commands by the rules on them. */
export function diffCommands(work: DiffWork, samples: SampleWords): void {
  const old = commandClauses(work.before.commands, work.globs);
  const next = commandClauses(work.after.commands, work.globs);
  const heard = [
    ...unheard(old, next, work).filter((each) => !isIdle(each, work.before, work)),
    ...unheard(next, old, work).filter((each) => !isIdle(each, work.after, work)),
  ];
  for (const group of byClause(heard)) diffClause(group, [old, next], work, samples);
}

/** Asks both tables about a command line in the workspace. */
export function differOn(work: DiffWork, commandLine: string, isUnsandboxed = false): Difference | null {
  const [scene] = work.scenes;
  if (scene === undefined) return null;
  const action: CommandAction = { kind: 'command', commandLine, cwd: scene.workspace, isUnsandboxed };
  return work.pair.differ(action, scene);
}

/** The clauses of one side that could be heard and that nothing on the other side makes up for. */
function unheard(own: CommandClauses, other: CommandClauses, work: DiffWork): readonly CommandClause[] {
  const { globs } = work;
  return own.all.filter((weak) => {
    if (other.keys.has(weak.key)) return false;
    const { program } = weak.atom.last;
    if (other.around(program).some((strong) => dominates(strong, weak, globs))) return false;
    return !isShadowed(weak, own, work) || !isShadowed(weak, other, work);
  });
}

/** Whether the clause speaks about no command at all. */
function isIdle(clause: CommandClause, table: RuleTable, { globs }: DiffWork): boolean {
  return isTakenBack(clause, globs) || neverMatches('command', 'run', clause.clause.text, table) !== null;
}

/** What is not allowed is asked or denied anyway: a rule as strong as that hides whether it was allowed. */
function isShadowed(weak: CommandClause, side: CommandClauses, work: DiffWork): boolean {
  const least = Math.max(strength(work.before.defaults.command), strength(work.after.defaults.command));
  return side
    .around(weak.atom.last.program)
    .some((strong) => strength(strong.verdict) >= least && shadows(strong, weak, work.globs));
}

function byClause(clauses: readonly CommandClause[]): readonly (readonly CommandClause[])[] {
  const groups = new Map<Clause, CommandClause[]>();
  for (const each of clauses) {
    if (groups.get(each.clause)?.push(each) === undefined) groups.set(each.clause, [each]);
  }
  return [...groups.values()];
}

/** Tries what the atoms of one pattern match, until the pattern shows a change. */
function diffClause(
  group: readonly CommandClause[],
  sides: readonly CommandClauses[],
  work: DiffWork,
  samples: SampleWords,
): void {
  const [first] = group;
  if (first === undefined) return;
  const { clause } = first;
  const region = clauseRegion(clause);
  let tries = 0;
  let triesAfterFirst = 0;
  for (const commandLine of linesOf(group, sides, work, samples)) {
    tries += 1;
    work.budget.spend(10);
    if (tries > MAX_TRIES || triesAfterFirst > MAX_TRIES / 8 || (work.budget.isSpent && tries > 3)) break;
    const difference = differOn(work, commandLine);
    if (difference !== null) work.found.note(difference, region, [clause.ruleId]);
    if (difference !== null || triesAfterFirst > 0) triesAfterFirst += 1;
  }
  if (triesAfterFirst > 0) return;
  const why = 'no command that shows a change was found, and no single rule that makes up for it';
  work.found.doubt({ kind: 'command', rules: [clause.ruleId], region, why });
}

/** Command lines of all atoms by turns, so that a few tries see each of them; then those that meet other rules. */
function* linesOf(
  group: readonly CommandClause[],
  sides: readonly CommandClauses[],
  work: DiffWork,
  samples: SampleWords,
): Generator<string> {
  const lifted = group.flatMap((each) => liftedAtoms(each, sides, work));
  const own = group.map((each) => each.atom);
  yield* byTurns(
    [...lifted, ...own].map((atom) => commandLines(atom, samples)).map((lines) => upTo(lines, TRIES_EACH)),
  );
  yield* byTurns(own.slice(0, TRIES_EACH).map((atom) => runBy('npx', commandLines(atom, samples))));
  yield* byTurns(
    group.slice(0, 12).flatMap((each) => beside(each, sides, work).map((atom) => commandLines(atom, samples))),
  );
}

/** What a rule stopped or began to leave out: where its exceptions or those of what stands in for it take the atom too. */
function liftedAtoms(
  { atom, lifts, verdict }: CommandClause,
  sides: readonly CommandClauses[],
  work: DiffWork,
): readonly CommandAtom[] {
  const own = new Set(lifts.map((lift) => lift.text));
  const others = sides
    .flatMap((side) => side.around(atom.last.program))
    .filter((other) => other.verdict === verdict)
    .flatMap((other) => other.lifts);
  const changed = new Map(others.filter((lift) => !own.has(lift.text)).map((lift) => [lift.text, lift]));
  return [...changed.values(), ...lifts]
    .flatMap((lift) => lift.atoms.filter((each) => atomsMeet(each, atom, work.globs)))
    .slice(0, 24)
    .flatMap((each) => bothAtoms(atom, each, work.globs) ?? []);
}

/** The atom together with what other rules on its program ask for, those that allow first. */
function beside(
  { atom }: CommandClause,
  sides: readonly CommandClauses[],
  { globs }: DiffWork,
): readonly CommandAtom[] {
  const byKey = new Map<string, CommandClause>();
  for (const side of sides) {
    const others = atom.last.program.includes('*') ? side.all : side.around(atom.last.program);
    for (const other of others) if (other.atom.key !== atom.key) byKey.set(other.atom.key, other);
  }
  return [...byKey.values()]
    .toSorted((a, b) => strength(a.verdict) - strength(b.verdict))
    .slice(0, 400)
    .flatMap((other) => bothAtoms(atom, other.atom, globs) ?? [])
    .slice(0, 24);
}

/** Most lines of one atom before other atoms have a turn that may show more. */
const TRIES_EACH = 12;

function* upTo(lines: Iterable<string>, count: number): Generator<string> {
  let left = count;
  for (const line of lines) {
    if (left <= 0) return;
    yield line;
    left -= 1;
  }
}

/** What a program that is allowed runs needs no allowance of its own: only what restricts it is heard. */
function* runBy(runner: string, lines: Iterable<string>): Generator<string> {
  for (const line of upTo(lines, 2)) if (!line.includes(' | ')) yield `${runner} ${line}`;
}

function* byTurns(generators: readonly Generator<string>[]): Generator<string> {
  let running = [...generators];
  while (running.length > 0) {
    const still: Generator<string>[] = [];
    for (const generator of running) {
      const { value, done } = generator.next();
      if (done === true) continue;
      yield value;
      still.push(generator);
    }
    running = still;
  }
}

/** Finds what changes by what holds for every command. */
export function diffCommandDefaults(work: DiffWork): void {
  const [old, next] = [work.before, work.after];
  const settings = [
    {
      isSame: old.defaults.command === next.defaults.command,
      region: 'commands that no rule allows',
      lines: ['frobnicate', 'frobnicate x', 'frobnicate-2'],
    },
    {
      isSame: old.inlineCode === next.inlineCode,
      region: 'program text on a command line',
      lines: ['python3 -c', 'python -c', 'node -e', 'perl -e', 'ruby -e', 'php -r', 'lua -e'].map(
        (front) => `${front} 'print(1)'`,
      ),
    },
    {
      isSame: old.isSandboxed === next.isSandboxed,
      region: 'commands outside of the sandbox, and reading of whole folders',
      lines: ['ls', 'grep -r x .', 'cat x', 'frobnicate'],
    },
  ];
  for (const { region, lines } of settings.filter((each) => !each.isSame)) {
    const differences = lines.flatMap((line) => [differOn(work, line), differOn(work, line, true)]);
    let hasWitness = false;
    for (const difference of differences) {
      if (difference === null) continue;
      hasWitness = true;
      work.found.note(difference, region, []);
    }
    if (!hasWitness)
      work.found.doubt({ kind: 'command', rules: [], region, why: 'no command that shows a change was found' });
  }
}

/** The hosts that samples of commands may be written with. */
export function sampleWords(before: RuleTable, after: RuleTable): SampleWords {
  const hosts = [...before.web, ...after.web]
    .filter((rule) => rule.verdict === 'allow' && rule.mode === 'enforce')
    .flatMap((rule) => rule.hosts)
    .map((host) => (host === '*' ? 'example.net' : host.replace(/^\*\./, 'x.')));
  return { allowedHosts: [...new Set(hosts)], otherHosts: ['example.net', 'frobnicate.example'] };
}
