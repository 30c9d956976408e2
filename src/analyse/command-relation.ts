import type { FlagPattern, PatternWord } from '../core/command-pattern.ts';
import { programNameGlob, workspaceProgram } from '../core/program-pattern.ts';
import type { CommandAtom, StageAtom } from './command-atom.ts';
import type { GlobRelation } from './glob-relation.ts';
import { caselessStarGlob, starGlob } from './name-glob.ts';

type Subcommand = Extract<PatternWord, { kind: 'subcommand' }>;

/**
 * Whether `wide` matches every command that `narrow` matches, and as surely: words that are not known before the
 * command runs are thought of too. May say no although it does, never yes although it does not.
 */
export function atomIncludes(wide: CommandAtom, narrow: CommandAtom, globs: GlobRelation): boolean {
  if (wide.key === narrow.key) return true;
  if (!globs.includes(caselessStarGlob(wide.last.program), caselessStarGlob(narrow.last.program))) return false;
  // A rule that allows means the program as it is written.
  if (!programIncludes(wide.last.program, narrow.last.program, globs)) return false;
  if (!wordsInclude(wide.last, narrow.last, globs)) return false;
  if (wide.earlier.length > narrow.earlier.length) return false;
  return wide.earlier.every((place, index) => {
    const narrower = narrow.earlier[narrow.earlier.length - wide.earlier.length + index] ?? [];
    return narrower.every((source) => place.some((wider) => sourceIncludes(wider, source, globs)));
  });
}

/**
 * Whether one command can match both, one of them surely. May say yes although none can. Once a word is surely the
 * first subcommand it is so for both, which is what tells `git status` and `git push` apart.
 */
export function atomsMeet(one: CommandAtom, other: CommandAtom, globs: GlobRelation): boolean {
  // A program of the workspace also has the name that other patterns know it by.
  const [mineNamed, theirsNamed] = [one, other].map(({ last }) => caselessStarGlob(programNameGlob(last.program)));
  if (mineNamed !== undefined && theirsNamed !== undefined && !globs.meets(mineNamed, theirsNamed)) return false;
  const [mine, theirs] = [subcommandsOf(one.last), subcommandsOf(other.last)];
  for (let at = 0; at < Math.min(mine.length, theirs.length); at += 1) {
    const [a, b] = [mine[at], theirs[at]];
    if (a === undefined || b === undefined || a.flags.length > 0 || b.flags.length > 0) return true;
    if (!a.words.some((word) => b.words.includes(word))) return false;
  }
  return true;
}

/** The words that are subcommands. */
export function subcommandsOf(atom: StageAtom): readonly Subcommand[] {
  return atom.words.filter((word): word is Subcommand => word.kind === 'subcommand');
}

/** A name that is no more than `*` is the only one that an allowing rule takes for a program of the workspace. */
function programIncludes(wide: string, narrow: string, globs: GlobRelation): boolean {
  if (workspaceProgram(narrow) !== null && workspaceProgram(wide) === null) return /^\*+$/.test(wide);
  return globs.includes(starGlob(wide), starGlob(narrow));
}

function sourceIncludes(wide: StageAtom, narrow: StageAtom, globs: GlobRelation): boolean {
  return (
    globIncludes(wide.program.toLowerCase(), narrow.program.toLowerCase(), globs) && wordsInclude(wide, narrow, globs)
  );
}

function wordsInclude(wide: StageAtom, narrow: StageAtom, globs: GlobRelation): boolean {
  if (!subcommandsInclude(subcommandsOf(wide), subcommandsOf(narrow), globs)) return false;
  const given = narrow.words.filter((word) => word.kind !== 'subcommand');
  return wide.words.every(
    (wanted) => wanted.kind === 'subcommand' || given.some((word) => wordIncludes(wanted, word, globs)),
  );
}

function subcommandsInclude(wide: readonly Subcommand[], narrow: readonly Subcommand[], globs: GlobRelation): boolean {
  return wide.every((wanted, index) => {
    const given = narrow[index];
    if (given === undefined) return false;
    if (!given.words.every((word) => wanted.words.includes(word))) return false;
    if (!flagsInclude(wanted.flags, given.flags, globs)) return false;
    // Else the flag could stand for this word on one side while a word does on the other, and what follows shifts.
    const isLast = index === wide.length - 1;
    return isLast || given.flags.length === 0 || wanted.words.length === given.words.length;
  });
}

function wordIncludes(wide: PatternWord, narrow: PatternWord, globs: GlobRelation): boolean {
  if (wide.kind === 'class' || narrow.kind === 'class') {
    if (wide.kind !== 'class' || narrow.kind !== 'class') return false;
    return wide.name === narrow.name || wide.name === 'any' || (wide.name === 'outside' && narrow.name === 'elsewhere');
  }
  if (wide.kind === 'flag' && narrow.kind === 'flag') return flagsInclude(wide.flags, narrow.flags, globs);
  if (wide.kind !== 'operand') return false;
  if (narrow.kind === 'operand') {
    const isTaken = (glob: string): boolean => wide.globs.some((wider) => globIncludes(wider, glob, globs));
    return narrow.globs.every(isTaken) && flagsInclude(wide.flags, narrow.flags, globs);
  }
  // The two look for the value of a flag in different words.
  const bare = wide.flags.filter((flag) => flag.value === null);
  return narrow.kind === 'flag' && flagsInclude(bare, narrow.flags, globs);
}

function flagsInclude(wide: readonly FlagPattern[], narrow: readonly FlagPattern[], globs: GlobRelation): boolean {
  return narrow.every((given) => wide.some((wanted) => flagIncludes(wanted, given, globs)));
}

function flagIncludes(wide: FlagPattern, narrow: FlagPattern, globs: GlobRelation): boolean {
  if (wide.name !== narrow.name) return false;
  if (wide.value === null) return true;
  if (narrow.value === null) return false;
  if ('glob' in wide.value) return 'glob' in narrow.value && globIncludes(wide.value.glob, narrow.value.glob, globs);
  return (
    wide.value.className === 'any' || ('className' in narrow.value && narrow.value.className === wide.value.className)
  );
}

/**
 * Inclusion that also holds for words of which parts are not known: `decide` is sure of `PATH=$x` for `PATH=*` alone,
 * and not for `*`.
 */
function globIncludes(wide: string, narrow: string, globs: GlobRelation): boolean {
  if (wide === narrow) return true;
  return globs.includes(starGlob(wide), starGlob(narrow)) && (isBeginning(wide) || !isBeginning(narrow));
}

function isBeginning(glob: string): boolean {
  return /^[^*]+\*$/.test(glob);
}
