import { ASSIGNMENT_PROGRAM } from '../core/command-pattern.ts';
import type { FlagPattern, OperandClass, PatternWord } from '../core/command-pattern.ts';
import { programNameGlob, workspaceProgram } from '../core/program-pattern.ts';
import { stageAtom } from './command-atom.ts';
import type { CommandAtom, StageAtom } from './command-atom.ts';
import { subcommandsOf } from './command-relation.ts';
import type { GlobRelation } from './glob-relation.ts';
import { nameClasses } from './name-classes.ts';
import { starGlob } from './name-glob.ts';

/** What concrete command lines are written with. */
export interface SampleWords {
  /** Hosts from which a command may be allowed to fetch, and such that it may not. */
  readonly allowedHosts: readonly string[];
  readonly otherHosts: readonly string[];
}

/** Command lines that an atom is meant to match, plainest first. `decide` has the last word on whether it does. */
export function* commandLines(atom: CommandAtom, samples: SampleWords): Generator<string> {
  const seen = new Set<string>();
  for (const front of frontsOf(atom.earlier, samples)) {
    for (const line of linesOf(atom.last, samples)) {
      for (const surrounding of [line, `${line} x`, `${line} ./x`]) {
        const whole = front + surrounding;
        if (!seen.has(whole)) yield whole;
        seen.add(whole);
      }
    }
  }
}

/** An atom that matches only what both match; null where their programs or subcommands differ. */
export function bothAtoms(one: CommandAtom, other: CommandAtom, globs: GlobRelation): CommandAtom | null {
  const program = bothPrograms(one.last.program, other.last.program, globs);
  if (program === null) return null;
  const [longer, shorter] = [subcommandsOf(one.last), subcommandsOf(other.last)].toSorted(
    (a, b) => b.length - a.length,
  );
  if (longer === undefined || shorter === undefined) return null;
  const isApart = shorter.some((word, at) => {
    const words = longer[at]?.words ?? [];
    return word.flags.length === 0 && !word.words.some((name) => words.includes(name));
  });
  if (isApart) return null;
  const present = [...one.last.words, ...other.last.words].filter((word) => word.kind !== 'subcommand');
  const last = stageAtom(program, [...longer, ...present]);
  const earlier = one.earlier.length >= other.earlier.length ? one.earlier : other.earlier;
  return { last, earlier, key: `both ${last.key}` };
}

function bothPrograms(one: string, other: string, globs: GlobRelation): string | null {
  if (workspaceProgram(one) !== null && workspaceProgram(other) === null)
    return bothPrograms(programNameGlob(one), other, globs) === null ? null : one;
  if (workspaceProgram(other) !== null && workspaceProgram(one) === null) return bothPrograms(other, one, globs);
  const [a, b] = [starGlob(one), starGlob(other)];
  if (globs.includes(a, b)) return other;
  if (globs.includes(b, a)) return one;
  return nameClasses([a, b], false).classes.find(({ taken }) => taken.length === 2)?.name ?? null;
}

function* frontsOf(earlier: CommandAtom['earlier'], samples: SampleWords): Generator<string> {
  if (earlier.length === 0) {
    yield '';
    return;
  }
  const [place, ...rest] = earlier;
  for (const source of (place ?? []).slice(0, 3)) {
    for (const line of linesOf(source, samples)) for (const next of frontsOf(rest, samples)) yield `${line} | ${next}`;
  }
}

function* linesOf(atom: StageAtom, samples: SampleWords): Generator<string> {
  let rows: string[] = [programOf(atom.program)];
  const isAssignment = atom.program === ASSIGNMENT_PROGRAM;
  for (const word of atom.words) {
    const choices = choicesOf(word, isAssignment, samples);
    rows = rows.flatMap((row) => choices.map((choice) => (row === '' ? choice : `${row} ${choice}`))).slice(0, 24);
  }
  if (isAssignment && atom.words.length === 0) rows = ['x=1'];
  yield* rows;
}

function programOf(glob: string): string {
  if (glob === ASSIGNMENT_PROGRAM) return '';
  if (/^\*+$/.test(glob)) return 'frobnicate';
  return quoted(glob.replaceAll('*', workspaceProgram(glob) === null ? '' : 'x'));
}

function choicesOf(word: PatternWord, isAssignment: boolean, samples: SampleWords): readonly string[] {
  switch (word.kind) {
    case 'class':
      return classSamples(word.name, samples);
    case 'flag':
      return word.flags.flatMap((flag) => flagSamples(flag, samples));
    case 'operand': {
      const operands = word.globs.flatMap(membersOf).map((text) => (isAssignment ? assigned(text) : quoted(text)));
      return [...operands, ...word.flags.flatMap((flag) => flagSamples(flag, samples))];
    }
    case 'subcommand':
      return [...word.words.map(quoted), ...word.flags.flatMap((flag) => flagSamples(flag, samples))];
  }
}

function flagSamples(flag: FlagPattern, samples: SampleWords): readonly string[] {
  const { name, value } = flag;
  if (value === null) return [name];
  const values = 'glob' in value ? membersOf(value.glob).map(quoted) : classSamples(value.className, samples);
  return name.startsWith('--') ? values.map((text) => `${name}=${text}`) : values.map((text) => `${name} ${text}`);
}

/** Short members of a glob; the first has nothing for its stars where that leaves a word. */
function membersOf(glob: string): readonly string[] {
  const bare = glob.replaceAll('*', '');
  const filled = glob.replaceAll(/\*+/g, 'x');
  return bare === '' || bare.startsWith('-') ? [filled] : [...new Set([bare, filled])];
}

function assigned(text: string): string {
  const at = text.indexOf('=');
  return at < 0 ? `${text}=1` : `${text.slice(0, at + 1)}${text.length > at + 1 ? quoted(text.slice(at + 1)) : '1'}`;
}

function classSamples(name: OperandClass, { allowedHosts, otherHosts }: SampleWords): readonly string[] {
  const urls = (hosts: readonly string[]): readonly string[] => hosts.slice(0, 3).map((host) => `https://${host}/`);
  switch (name) {
    case 'outside':
      return ['/srv/x', '.', '..'];
    case 'elsewhere':
      return ['/srv/x', '..', '~/x'];
    case 'inside':
      return ['x', './x'];
    case 'url':
      return urls([...otherHosts, ...allowedHosts]);
    case 'allowed-url':
      return urls(allowedHosts);
    case 'other-url':
      return urls(otherHosts);
    case 'any':
      return ['x'];
    case 'dynamic':
      return ['"$X"'];
  }
}

/** One word of a shell, whatever is in it. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
