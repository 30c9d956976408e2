import { getoptWords, valuesNamed } from './getopt-words.ts';
import type { GetoptSpec } from './getopt-words.ts';
import { shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** What the words of a call of awk are, whichever awk it is. */
export interface AwkCall {
  /** Program text on the command line; null where files hold it all. */
  readonly program: ShellWord | null;
  readonly programFiles: readonly ShellWord[];
  /** Libraries of program text or of machine code. */
  readonly libraries: readonly ShellWord[];
  /** What options have it write. */
  readonly outputs: readonly ShellWord[];
  /** Input, and assignments among it. */
  readonly operands: readonly ShellWord[];
  /** Its debugger takes commands from its input, which can be program text. */
  readonly isDebugging: boolean;
  /** False where an option is not known, so that any word may be program text. */
  readonly isCertain: boolean;
}

const names = (text: string): readonly string[] => text.split(' ');

const AWK: GetoptSpec = {
  flags: 'bcCghIkMnNOPrsStVY',
  values: 'FfveEil',
  attached: 'dDopL',
  flagNames: names(
    'characters-as-bytes traditional copyright csv gen-pot help lint-old bignum use-lc-numeric non-decimal-data optimize posix re-interval no-optimize sandbox trace version nostalgia interactive usage compat dump posix_space',
  ),
  valueNames: names('field-separator assign file exec include load source'),
  attachedNames: names('debug dump-variables lint pretty-print profile sprintf random repetitions'),
  longLetter: 'W',
  stopsAtOperand: true,
};

/** Tells the program of a call of awk from its files. */
export function awkCall(words: readonly ShellWord[]): AwkCall {
  const read = getoptWords(words, AWK);
  const programFiles = valuesNamed(read, 'f', 'file', 'E', 'exec');
  const texts = valuesNamed(read, 'e', 'source');
  const isGiven = programFiles.length > 0 || texts.length > 0;
  const [first] = read.operands;
  return {
    program: isGiven ? joined(texts) : (first ?? null),
    programFiles,
    libraries: valuesNamed(read, 'i', 'include', 'l', 'load'),
    outputs: valuesNamed(read, 'd', 'dump-variables', 'o', 'pretty-print', 'p', 'profile'),
    operands: isGiven ? read.operands : read.operands.slice(1),
    isDebugging: read.options.some(({ name }) => name === 'D' || name === 'debug'),
    isCertain: read.isCertain,
  };
}

function joined(texts: readonly ShellWord[]): ShellWord | null {
  const sources = texts.flatMap((text) => text.sources);
  return texts.length === 0 ? null : shellWord(texts.map(({ text }) => text).join('\n'), sources);
}
