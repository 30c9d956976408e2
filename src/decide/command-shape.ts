import { own } from './own.ts';
import type { OptionSpec } from './option-scan.ts';
import { PROGRAM_OPTIONS } from './option-table.ts';
import type { ProgramOptions } from './option-table.ts';
import { READER_OPTIONS } from './program-roles.ts';
import { MARK } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/**
 * What a word is to its program. Where it is not known whether the option in front takes a value, the word is
 * `value-or-operand`: rules that restrict look at it both ways, rules that allow must hold both ways.
 */
export type WordKind = 'option' | 'operand' | 'value' | 'value-or-operand' | 'end-of-options';

/** One word and what it is. */
export interface ShapedWord {
  readonly kind: WordKind;
  readonly word: ShellWord;
  /** Of an `option`: whether the letters behind its dash are single options. False for `--long`. */
  readonly isShort: boolean;
  /** Of an `option` of letters: how many of them are options; those behind are an attached value. */
  readonly letters: number;
}

/** Tells options, their values and operands of a command apart. */
export function shapeOf(program: string, words: readonly ShellWord[]): readonly ShapedWord[] {
  const options = PROGRAM_OPTIONS.get(program) ?? readerOptions(program);
  let spec: OptionSpec = options?.front ?? {};
  const shaped: ShapedWord[] = [];
  let following: 'value' | 'value-or-operand' | null = null;
  let isAfterEnd = false;
  let hasSubcommand = false;
  for (const word of words) {
    const { text } = word;
    const isOption = !isAfterEnd && text.startsWith('-') && text !== '-';
    if (following === 'value' || (following === 'value-or-operand' && !isOption)) {
      shaped.push(ofKind(following, word));
      following = null;
      continue;
    }
    following = null;
    if (isOption && text === '--') {
      shaped.push(ofKind('end-of-options', word));
      isAfterEnd = true;
      continue;
    }
    if (isOption) {
      const arity = text.startsWith('--')
        ? longArity(text, spec, options !== undefined)
        : shortArity(text, spec, options !== undefined);
      shaped.push({ kind: 'option', word, isShort: !text.startsWith('--'), letters: arity.letters });
      following = arity.next;
      continue;
    }
    shaped.push(ofKind('operand', word));
    if (!hasSubcommand && options?.behind !== undefined) {
      hasSubcommand = true;
      spec = own(options.behind, text) ?? {};
    } else if (!hasSubcommand) hasSubcommand = true;
  }
  return shaped;
}

function readerOptions(program: string): ProgramOptions | undefined {
  const front = own(READER_OPTIONS, program);
  return front === undefined ? undefined : { front };
}

function ofKind(kind: WordKind, word: ShellWord): ShapedWord {
  return { kind, word, isShort: false, letters: 0 };
}

interface Arity {
  readonly next: 'value' | 'value-or-operand' | null;
  readonly letters: number;
}

function longArity(text: string, spec: OptionSpec, isListed: boolean): Arity {
  if (text.includes('=')) return { next: null, letters: 0 };
  const name = text.slice(2);
  if (spec.valueNames?.includes(name) === true) return { next: 'value', letters: 0 };
  if (isListed && spec.flagNames?.includes(name) === true) return { next: null, letters: 0 };
  return { next: 'value-or-operand', letters: 0 };
}

function shortArity(text: string, spec: OptionSpec, isListed: boolean): Arity {
  const letters = text.slice(1).split('');
  for (const [index, letter] of letters.entries()) {
    if (spec.valueLetters?.includes(letter) === true) {
      return { next: index === letters.length - 1 ? 'value' : null, letters: index + 1 };
    }
    if (MARK.test(letter)) return { next: 'value-or-operand', letters: index };
    if (isListed && spec.flagLetters?.includes(letter) === true) continue;
    // Not known: it may take the rest of the word, or the next one.
    const run = /^[A-Za-z0-9]*/.exec(letters.slice(index).join(''))?.[0].length ?? 0;
    return { next: 'value-or-operand', letters: index + run };
  }
  return { next: null, letters: letters.length };
}
