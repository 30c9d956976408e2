import type { ShellWord } from './shell-word.ts';

/** The options of a program that reads them as GNU's `getopt_long` does: bundled, abbreviated, and behind operands too. */
export interface GetoptSpec {
  /** Letters of options without a value. */
  readonly flags: string;
  /** Letters of options with a value, in the same word or the next one. */
  readonly values: string;
  /** Letters of options whose value, if any, stands in the same word. */
  readonly attached?: string;
  readonly flagNames: readonly string[];
  readonly valueNames: readonly string[];
  /** Long options whose value, if any, stands behind `=`. */
  readonly attachedNames?: readonly string[];
  /** Letter of the option whose value is a long option: `-W name=value`. */
  readonly longLetter?: string;
  /** The first operand ends the options. */
  readonly stopsAtOperand?: boolean;
}

/** The words of a call, told apart. */
export interface GetoptWords {
  /** In their order, by letter or full name. */
  readonly options: readonly { readonly name: string; readonly value: ShellWord | null }[];
  readonly operands: readonly ShellWord[];
  /** False where an option is none of the program's, so that what follows it may be its value. */
  readonly isCertain: boolean;
}

/** Tells options, values and operands apart as the program itself does. */
export function getoptWords(words: readonly ShellWord[], spec: GetoptSpec): GetoptWords {
  const options: { name: string; value: ShellWord | null }[] = [];
  const operands: ShellWord[] = [];
  let isCertain = true;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) break;
    const { text } = word;
    if (text === '--') return { options, operands: [...operands, ...words.slice(at + 1)], isCertain };
    if (!text.startsWith('-') || text === '-') {
      if (spec.stopsAtOperand === true) return { options, operands: [...operands, ...words.slice(at)], isCertain };
      operands.push(word);
      continue;
    }
    let met = text.startsWith('--') ? longOption(word, spec) : shortOptions(word, spec);
    if (met.last?.isLong === true) {
      const named = met.last.takesNext ? words[at + 1] : met.last.value;
      if (met.last.takesNext) at += 1;
      met = { ...longOption({ ...word, text: `--${named?.text ?? ''}` }, spec), flags: met.flags };
    }
    isCertain &&= met.isCertain;
    options.push(...met.flags.map((name) => ({ name, value: null })));
    if (met.last === null) continue;
    if (met.last.takesNext) at += 1;
    options.push({ name: met.last.name, value: met.last.takesNext ? (words[at] ?? null) : met.last.value });
  }
  return { options, operands, isCertain };
}

/** The values given to an option under any of its names, in order. */
export function valuesNamed(read: GetoptWords, ...names: readonly string[]): readonly ShellWord[] {
  return read.options.flatMap(({ name, value }) => (value !== null && names.includes(name) ? [value] : []));
}

interface MetWord {
  readonly flags: readonly string[];
  readonly last: {
    readonly name: string;
    readonly value: ShellWord | null;
    readonly takesNext: boolean;
    readonly isLong?: boolean;
  } | null;
  readonly isCertain: boolean;
}

function longOption(word: ShellWord, spec: GetoptSpec): MetWord {
  const equals = word.text.indexOf('=');
  const given = word.text.slice(2, equals < 0 ? undefined : equals);
  const value = equals < 0 ? null : { ...word, text: word.text.slice(equals + 1) };
  const all = [...spec.flagNames, ...spec.valueNames, ...(spec.attachedNames ?? [])];
  const begun = all.filter((name) => name.startsWith(given));
  const name = all.includes(given) ? given : begun.length === 1 ? (begun[0] ?? null) : null;
  if (name === null) return { flags: [], last: { name: given, value, takesNext: false }, isCertain: false };
  const takesNext = value === null && spec.valueNames.includes(name);
  return { flags: [], last: { name, value, takesNext }, isCertain: true };
}

function shortOptions(word: ShellWord, spec: GetoptSpec): MetWord {
  const flags: string[] = [];
  const letters = word.text.slice(1);
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters.charAt(at);
    const rest = letters.slice(at + 1);
    const value = rest === '' ? null : { ...word, text: rest };
    if (letter === spec.longLetter)
      return { flags, last: { name: letter, value, takesNext: value === null, isLong: true }, isCertain: true };
    if (spec.values.includes(letter))
      return { flags, last: { name: letter, value, takesNext: value === null }, isCertain: true };
    if (spec.attached?.includes(letter) === true)
      return { flags, last: { name: letter, value, takesNext: false }, isCertain: true };
    if (!spec.flags.includes(letter))
      return { flags, last: { name: letter, value, takesNext: false }, isCertain: false };
    flags.push(letter);
  }
  return { flags, last: null, isCertain: true };
}
