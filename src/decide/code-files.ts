import { awkCall } from './awk-call.ts';
import { MARK, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import type { Invocation } from './unwrap.ts';

/** How a program is told which file holds its program text. */
interface CodeFileOptions {
  readonly letters: string;
  readonly names: readonly string[];
  /** An operand `-` is program text on standard input. */
  readonly takesOperand?: boolean;
}

const COMPILER: CodeFileOptions = { letters: '', names: [], takesOperand: true };

const CODE_FILES: readonly (readonly [RegExp, CodeFileOptions])[] = [
  [/^[gmn]?awk$/, { letters: 'fEi', names: ['file', 'exec', 'include'] }],
  [/^g?sed$/, { letters: 'f', names: ['file'] }],
  [/^g?make$/, { letters: 'f', names: ['file', 'makefile'] }],
  [/^[jy]q$/, { letters: 'f', names: ['from-file'] }],
  [/^cmake$/, { letters: 'P', names: [] }],
  [/^(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+|rustc|cpp)(?:-\d+)?$/, COMPILER],
];

/** Program text that a program takes from standard input or out of a process substitution instead of a file. */
export function codeFromInput({ program, words, frame }: Invocation): readonly ShellWord[] {
  const options = CODE_FILES.find(([name]) => name.test(program))?.[1];
  if (options === undefined) return [];
  // Awk has more spellings of its options.
  const call = program.endsWith('awk') ? awkCall(words) : null;
  const files = words.map((word, index) => codeFile(word, words[index + 1], options));
  return [...files, ...(call?.programFiles ?? []), ...(call?.libraries ?? [])].flatMap((named) => {
    if (named === null) return [];
    // A process substitution is a descriptor: what it prints is not followed.
    if (named.isDescriptor || MARK.test(named.text)) return [shellWord('')];
    return /^(?:-|\/dev\/stdin|\/dev\/fd\/\d+|\/proc\/self\/fd\/\d+)$/.test(named.text)
      ? [frame.input ?? shellWord('')]
      : [];
  });
}

function codeFile(word: ShellWord, next: ShellWord | undefined, options: CodeFileOptions): ShellWord | null {
  const { text } = word;
  if (options.takesOperand === true)
    return text === '-' || text === '/dev/stdin' || word.isDescriptor ? { ...word, text: '-' } : null;
  const long = /^--([a-z-]+)(?:=(.*))?$/s.exec(text);
  if (long !== null) {
    if (!options.names.some((name) => name.startsWith(long[1] ?? ''))) return null;
    // The parser hands `--file=<(cmd)` over in two words.
    return long[2] === undefined || (long[2] === '' && next?.isDescriptor === true)
      ? (next ?? null)
      : { ...word, text: long[2] };
  }
  const short = options.letters === '' ? null : new RegExp(`^-[A-Za-z]*?[${options.letters}](.*)$`, 's').exec(text);
  if (short === null) return null;
  return short[1] === '' ? (next ?? null) : { ...word, text: short[1] ?? '' };
}
