import type { FlagPattern, OperandClass, PatternWord, StagePattern } from '../core/command-pattern.ts';
import type { ShapedWord } from './command-shape.ts';
import { MARK, isKnown, isSpread } from './shell-word.ts';
import { bestOf, both, either, matchGlob } from './word-match.ts';
import type { Match } from './word-match.ts';

/** Tells whether operands of one command belong to a class. */
export interface OperandClasses {
  /** Whether some of the operands make the class hold. */
  match(name: OperandClass, operands: readonly ShapedWord[]): Match;
  /** Whether the value of an option is of the class. */
  matchValue(name: OperandClass, text: string): Match;
}

/**
 * Whether a pattern's words match those of a command, for rules that restrict: where the words can be read in two
 * ways, one that matches is enough. The program has been compared already.
 */
export function matchWords(pattern: StagePattern, words: readonly ShapedWord[], classes: OperandClasses): Match {
  const subcommands: PatternWord[] = [];
  let match: Match = 'yes';
  for (const wanted of pattern.words) {
    if (wanted.kind === 'subcommand') subcommands.push(wanted);
    else match = both(match, matchOne(wanted, words, classes));
    if (match === 'no') return 'no';
  }
  return both(match, matchSubcommands(subcommands, 0, words, 0, classes));
}

/**
 * Whether a pattern's words surely match those of a command, for rules that allow: under every way in which the words
 * can be read.
 */
export function surelyMatchesWords(
  pattern: StagePattern,
  words: readonly ShapedWord[],
  classes: OperandClasses,
): boolean {
  let at = 0;
  for (const wanted of pattern.words) {
    if (wanted.kind === 'subcommand') {
      const next = surelyNext(wanted, words, at);
      if (next === null) {
        if (matchFlags(wanted.flags, surelyOptions(words), classes) !== 'yes') return false;
      } else at = next;
    } else if (matchOne(wanted, wanted.kind === 'flag' ? surelyOptions(words) : words, classes) !== 'yes') return false;
  }
  return true;
}

/** The place after the operand that is surely the next subcommand and one of those wanted, or null. */
function surelyNext(
  wanted: Extract<PatternWord, { kind: 'subcommand' }>,
  words: readonly ShapedWord[],
  from: number,
): number | null {
  for (let at = from; at < words.length; at += 1) {
    const shaped = words[at];
    if (shaped === undefined || shaped.kind === 'value-or-operand' || !isKnown(shaped.word)) return null;
    if (shaped.kind === 'operand') return wanted.words.includes(shaped.word.text) ? at + 1 : null;
  }
  return null;
}

function surelyOptions(words: readonly ShapedWord[]): readonly ShapedWord[] {
  return words.filter((shaped) => shaped.kind === 'option' && isKnown(shaped.word));
}

function matchOne(
  wanted: Exclude<PatternWord, { kind: 'subcommand' }>,
  words: readonly ShapedWord[],
  classes: OperandClasses,
): Match {
  switch (wanted.kind) {
    case 'flag':
      return matchFlags(wanted.flags, words, classes);
    case 'operand':
      return either(
        matchFlags(wanted.flags, words, classes),
        bestOf(wanted.globs, (glob) => matchOperands(glob, words)),
      );
    case 'class':
      return classes.match(
        wanted.name,
        words.filter((shaped) => shaped.kind === 'operand' || shaped.kind === 'value-or-operand'),
      );
  }
}

function matchOperands(glob: string, words: readonly ShapedWord[]): Match {
  return bestOf(words, (shaped) => {
    const { text } = shaped.word;
    if (shaped.kind === 'end-of-options') return 'no';
    if (shaped.kind !== 'option') return matchGlob(glob, text);
    const attached = shaped.isShort ? text.slice(1 + shaped.letters) : text.slice(text.indexOf('=') + 1 || text.length);
    return attached === '' ? 'no' : matchGlob(glob, attached);
  });
}

function matchSubcommands(
  wanted: readonly PatternWord[],
  index: number,
  words: readonly ShapedWord[],
  from: number,
  classes: OperandClasses,
): Match {
  const next = wanted[index];
  if (next === undefined || next.kind !== 'subcommand') return 'yes';
  let match: Match = 'no';
  if (next.flags.length > 0)
    match = both(matchFlags(next.flags, words, classes), matchSubcommands(wanted, index + 1, words, from, classes));
  for (let at = from; at < words.length && match !== 'yes'; at += 1) {
    const shaped = words[at];
    if (shaped === undefined || shaped.kind === 'value' || shaped.kind === 'end-of-options') continue;
    if (isSpread(shaped.word.text)) return either(match, 'maybe');
    if (shaped.kind === 'option') continue;
    const here = bestOf(next.words, (word) => matchGlob(word, shaped.word.text));
    if (here !== 'no') match = either(match, both(here, matchSubcommands(wanted, index + 1, words, at + 1, classes)));
    if (shaped.kind === 'operand') break;
  }
  return match;
}

function matchFlags(flags: readonly FlagPattern[], words: readonly ShapedWord[], classes: OperandClasses): Match {
  if (flags.length === 0) return 'no';
  return bestOf(words.keys(), (at) => {
    const shaped = words[at];
    if (shaped === undefined || shaped.kind === 'value') return 'no';
    // Behind `--` a program sees an operand, but a wrapper or an odd program may not.
    const { text } = shaped.word;
    if (isSpread(text) || text.startsWith('\uDC00')) return 'maybe';
    if (!text.startsWith('-')) return 'no';
    return bestOf(flags, (flag) => matchFlag(flag, shaped, words[at + 1], classes));
  });
}

function matchFlag(
  flag: FlagPattern,
  shaped: ShapedWord,
  next: ShapedWord | undefined,
  classes: OperandClasses,
): Match {
  const found = flagValue(flag.name, shaped, next);
  if (found === null) return 'no';
  if (flag.value === null) return found.match;
  if (found.value === null) return 'no';
  const { value } = found;
  return both(
    found.match,
    'glob' in flag.value ? matchGlob(flag.value.glob, value) : classes.matchValue(flag.value.className, value),
  );
}

interface FoundFlag {
  readonly match: Match;
  /** The value it has, where it can have one: attached, or the next word. */
  readonly value: string | null;
}

function flagValue(name: string, shaped: ShapedWord, next: ShapedWord | undefined): FoundFlag | null {
  const { text } = shaped.word;
  const nextText = next?.word.text ?? null;
  if (text === name) return { match: 'yes', value: nextText };
  if (text.startsWith(`${name}=`)) return { match: 'yes', value: text.slice(name.length + 1) };
  if (name.startsWith('--')) return longFlagValue(name, text, nextText);
  if (name.length !== 2 || text.startsWith('--') || /\d/.test(name)) return null;
  const letter = name[1] ?? '';
  const letters = shaped.kind === 'option' ? shaped.letters : text.length - 1;
  const at = text.slice(1, 1 + letters).indexOf(letter);
  if (at < 0) {
    const mark = text.search(MARK);
    return mark > 0 && mark <= letters + 1 ? { match: 'maybe', value: null } : null;
  }
  const attached = text.slice(at + 2);
  return { match: 'yes', value: attached === '' ? nextText : attached.replace(/^=/, '') };
}

/** GNU programs take any beginning of a long option; which beginnings are ambiguous, only the program knows. */
function longFlagValue(name: string, text: string, nextText: string | null): FoundFlag | null {
  const equals = text.indexOf('=');
  const given = equals < 0 ? text : text.slice(0, equals);
  const mark = given.search(MARK);
  if (mark >= 0) return name.startsWith(given.slice(0, mark)) ? { match: 'maybe', value: null } : null;
  if (given.length < 3 || !given.startsWith('--') || !name.startsWith(given) || WHOLE_OPTIONS.has(given)) return null;
  return { match: 'yes', value: equals < 0 ? nextText : text.slice(equals + 1) };
}

/** Long options that are no abbreviation although another option begins with them. */
const WHOLE_OPTIONS = new Set([
  '--url',
  '--head',
  '--data',
  '--form',
  '--user',
  '--cert',
  '--pre',
  '--delete',
  '--force',
  '--exec',
  '--remote',
  '--test',
  '--proxy',
  '--output',
]);
