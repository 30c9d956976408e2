import { isKnown, isSpread } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** Which options of a program take a value, as far as it matters to find its operands. */
export interface OptionSpec {
  /** Letters of short options that take a value, attached or as the next word. */
  readonly valueLetters?: string;
  /** Letters of short options that take none. Where given, any other letter leaves the reading open. */
  readonly flagLetters?: string;
  /** Long options, without dashes, that take the next word as their value where no `=` follows. */
  readonly valueNames?: readonly string[];
  /** Long options that take none. Where given, any other leaves the reading open. */
  readonly flagNames?: readonly string[];
}

/** Where the operands of a program begin, and the values of the options in front of them. */
export interface OptionScan {
  /** Place of the first operand among the words; their number where there is none. */
  readonly start: number;
  /** Whether every word in front was understood. If not, the first operand may stand further on. */
  readonly isCertain: boolean;
  /** Options met, by name without dashes, with their values; an option without one has null. */
  readonly options: readonly { readonly name: string; readonly value: ShellWord | null }[];
}

/** Reads options up to the first operand or `--`. */
export function scanOptions(words: readonly ShellWord[], spec: OptionSpec): OptionScan {
  const options: { name: string; value: ShellWord | null }[] = [];
  let isCertain = true;
  let at = 0;
  while (at < words.length) {
    const word = words[at];
    if (word === undefined) break;
    const { text } = word;
    if (text === '--') return { start: at + 1, isCertain, options };
    if (!text.startsWith('-') || text === '-') {
      // A word that is not known may be an option, or several words.
      if (isSpread(text) || (!isKnown(word) && !/^[\w./]/.test(text))) isCertain = false;
      break;
    }
    const met = text.startsWith('--') ? longOption(word, words[at + 1], spec) : shortOptions(word, words[at + 1], spec);
    options.push(...met.options);
    if (!met.isCertain || !isKnown(word)) isCertain = false;
    at += met.length;
  }
  return { start: Math.min(at, words.length), isCertain, options };
}

/** The values given to an option under any of its names, in order; null for one without a value. */
export function optionValues(scan: OptionScan, ...names: readonly string[]): readonly (ShellWord | null)[] {
  return scan.options.filter((option) => names.includes(option.name)).map((option) => option.value);
}

interface MetOptions {
  readonly options: readonly { readonly name: string; readonly value: ShellWord | null }[];
  /** Words taken. */
  readonly length: number;
  readonly isCertain: boolean;
}

function longOption(word: ShellWord, next: ShellWord | undefined, spec: OptionSpec): MetOptions {
  const equals = word.text.indexOf('=');
  if (equals >= 0) {
    const given = word.text.slice(2, equals);
    return {
      options: [{ name: abbreviated(given, spec) ?? given, value: { ...word, text: word.text.slice(equals + 1) } }],
      length: 1,
      isCertain: true,
    };
  }
  const name = word.text.slice(2);
  const full = spec.valueNames?.includes(name) === true ? name : abbreviated(name, spec);
  if (full !== null && spec.valueNames?.includes(full) === true)
    return { options: [{ name: full, value: next ?? null }], length: 2, isCertain: full === name };
  const isCertain = spec.flagNames === undefined || spec.flagNames.includes(name);
  return { options: [{ name: full ?? name, value: null }], length: 1, isCertain };
}

/** GNU programs take any beginning of a long option that only one option has. */
function abbreviated(name: string, spec: OptionSpec): string | null {
  if (spec.flagNames?.includes(name) === true) return name;
  const full = [...(spec.valueNames ?? []), ...(spec.flagNames ?? [])].filter((candidate) =>
    candidate.startsWith(name),
  );
  return full.length === 1 ? (full[0] ?? null) : null;
}

function shortOptions(word: ShellWord, next: ShellWord | undefined, spec: OptionSpec): MetOptions {
  const options: { name: string; value: ShellWord | null }[] = [];
  const letters = word.text.slice(1);
  for (const [index, letter] of letters.split('').entries()) {
    if (spec.valueLetters?.includes(letter) === true) {
      const attached = letters.slice(index + 1);
      const value = attached === '' ? (next ?? null) : { ...word, text: attached };
      return { options: [...options, { name: letter, value }], length: attached === '' ? 2 : 1, isCertain: true };
    }
    if (spec.flagLetters !== undefined && !spec.flagLetters.includes(letter))
      return { options, length: 1, isCertain: false };
    options.push({ name: letter, value: null });
  }
  return { options, length: 1, isCertain: true };
}
