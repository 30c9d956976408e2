import { parseCommandPattern } from '../core/command-pattern.ts';
import type { FlagPattern, PatternWord, StagePattern } from '../core/command-pattern.ts';
import { MAX_ATOMS } from './bounds.ts';

/** One way in which one command can match: one program, and no choice among words where that keeps the meaning. */
export interface StageAtom {
  readonly program: string;
  /** Subcommands in their order, then what must be present anywhere. */
  readonly words: readonly PatternWord[];
  readonly key: string;
}

/** One way in which a command pattern can match. A pattern matches where any of its atoms does, and as surely. */
export interface CommandAtom {
  readonly last: StageAtom;
  /** What must reach it, nearest last; each place is a list of ways. */
  readonly earlier: readonly (readonly StageAtom[])[];
  readonly key: string;
}

/** Takes a command pattern apart. @throws {TypeError} where it cannot be read. */
export function commandAtoms(text: string): readonly CommandAtom[] {
  const result = parseCommandPattern(text);
  if (!result.ok) throw new TypeError(`command pattern \`${text}\`: ${result.problem}`);
  const stages = result.pattern.stages.map((alternatives) => distinct(alternatives.flatMap(stageAtoms)));
  const earlier = stages.slice(0, -1);
  const front = earlier
    .map((place) =>
      place
        .map((atom) => atom.key)
        .sort()
        .join(' or '),
    )
    .join(' | ');
  return (stages.at(-1) ?? []).map((last) => ({
    last,
    earlier,
    key: front === '' ? last.key : `${front} | ${last.key}`,
  }));
}

/** An atom of a program and words that hold no choice any more. */
export function stageAtom(program: string, words: readonly PatternWord[]): StageAtom {
  const subcommands = words.filter((word) => word.kind === 'subcommand');
  const present = new Map<string, PatternWord>();
  for (const word of words) if (word.kind !== 'subcommand') present.set(wordKey(word), word);
  const sorted = [...present].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    program,
    words: [...subcommands, ...sorted.map(([, word]) => word)],
    key: [program, ...subcommands.map(wordKey), ...sorted.map(([key]) => key)].join(' '),
  };
}

/** Whether the atom asks for a value of a flag. The value that `decide` compares is then not always the same one. */
export function hasFlagValue(atom: StageAtom): boolean {
  return atom.words.some((word) => word.kind !== 'class' && word.flags.some((flag) => flag.value !== null));
}

function stageAtoms(stage: StagePattern): readonly StageAtom[] {
  const lastSubcommand = stage.words.findLastIndex((word) => word.kind === 'subcommand');
  const choices = stage.words.map((word, index) => choicesOf(word, index === lastSubcommand));
  const count = choices.reduce((product, each) => product * each.length, stage.programs.length);
  const rows = count > MAX_ATOMS ? [stage.words] : product(choices);
  return stage.programs.flatMap((program) => rows.map((words) => stageAtom(program, words)));
}

function choicesOf(word: PatternWord, isLastSubcommand: boolean): readonly PatternWord[] {
  switch (word.kind) {
    case 'class':
      return [word];
    case 'flag':
      return word.flags.map((flag) => ({ kind: 'flag', flags: [flag] }));
    case 'operand':
      return [
        ...word.globs.map((glob): PatternWord => ({ kind: 'operand', globs: [glob], flags: [] })),
        ...word.flags.map((flag): PatternWord => ({ kind: 'operand', globs: [], flags: [flag] })),
      ];
    case 'subcommand':
      // Which word the next subcommand is, depends on whether a word or a flag stood for this one.
      if (word.flags.length > 0 && !isLastSubcommand) return [word];
      return [
        ...word.words.map((name): PatternWord => ({ kind: 'subcommand', words: [name], flags: [] })),
        ...word.flags.map((flag): PatternWord => ({ kind: 'flag', flags: [flag] })),
      ];
  }
}

function product(choices: readonly (readonly PatternWord[])[]): readonly (readonly PatternWord[])[] {
  let rows: readonly (readonly PatternWord[])[] = [[]];
  for (const choice of choices) rows = rows.flatMap((row) => choice.map((word) => [...row, word]));
  return rows;
}

function distinct(atoms: readonly StageAtom[]): readonly StageAtom[] {
  return [...new Map(atoms.map((atom) => [atom.key, atom])).values()];
}

function wordKey(word: PatternWord): string {
  switch (word.kind) {
    case 'class':
      return `<${word.name}>`;
    case 'flag':
      return `flag(${word.flags.map(flagKey).sort().join(',')})`;
    case 'operand':
      return `operand(${[...word.globs, ...word.flags.map(flagKey)].sort().join(',')})`;
    case 'subcommand':
      return `word(${[...word.words, ...word.flags.map(flagKey)].sort().join(',')})`;
  }
}

function flagKey(flag: FlagPattern): string {
  if (flag.value === null) return flag.name;
  return `${flag.name}=${'glob' in flag.value ? JSON.stringify(flag.value.glob) : `<${flag.value.className}>`}`;
}
