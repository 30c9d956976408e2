import { getoptWords, valuesNamed } from './getopt-words.ts';
import type { GetoptSpec, GetoptWords } from './getopt-words.ts';
import type { ShellWord } from './shell-word.ts';

/** What the words of a call of sed are. */
export interface SedCall {
  /** Program texts. Those that stand behind each other are one text, as sed joins them. */
  readonly scripts: readonly ShellWord[];
  /** Words that are a script only to a sed which reads its options in another way. */
  readonly otherScripts: readonly ShellWord[];
  readonly scriptFiles: readonly ShellWord[];
  /** What it reads, and rewrites if it is told to. */
  readonly files: readonly ShellWord[];
  readonly isInPlace: boolean;
  /** Ending, or pattern, of the names of the copies that it keeps; null where it keeps none. */
  readonly backup: string | null;
  /** False where an option is not known, so that any word may be the script. */
  readonly isCertain: boolean;
}

const SED: GetoptSpec = {
  flags: 'bnrsuzEh',
  values: 'efl',
  attached: 'i',
  flagNames:
    'binary debug follow-symlinks null-data zero-terminated quiet silent posix regexp-extended sandbox separate unbuffered version help'.split(
      ' ',
    ),
  valueNames: ['expression', 'file', 'line-length'],
  attachedNames: ['in-place'],
};

/** Tells the scripts of a call of sed from its files. */
export function sedCall(words: readonly ShellWord[]): SedCall {
  const read = getoptWords(words, SED);
  const { options, operands } = read;
  const inPlace = options.filter(({ name }) => name === 'i' || name === 'in-place');
  const given = scriptsOf(read);
  const isGiven = given.length > 0 || options.some(({ name }) => name === 'f' || name === 'file');
  const [first, second] = operands;
  // Elsewhere `-i` takes the next word, and `-l` takes none.
  const isEmptySuffix = inPlace.some(({ value }) => value === null) && first?.text === '' && second !== undefined;
  const isLengthKnown = valuesNamed(read, 'l', 'line-length').every((word) => /^\d*$/.test(word.text));
  const own = isGiven || first === undefined ? [] : [first];
  return {
    scripts: isGiven ? given : isEmptySuffix ? [second] : own,
    otherScripts: isGiven && first !== undefined ? [first] : [],
    scriptFiles: valuesNamed(read, 'f', 'file'),
    files: operands.slice(own.length),
    isInPlace: inPlace.length > 0,
    // Each of several takes the place of the one before.
    backup: inPlace.findLast(({ value }) => value !== null)?.value?.text ?? null,
    isCertain: read.isCertain && isLengthKnown,
  };
}

/** A text that ends within a command goes on in the next one, unless a file stands between them. */
function scriptsOf({ options }: GetoptWords): readonly ShellWord[] {
  const scripts: ShellWord[] = [];
  let isBehindFile = true;
  for (const { name, value } of options) {
    if (name === 'f' || name === 'file') isBehindFile = true;
    if ((name !== 'e' && name !== 'expression') || value === null) continue;
    const before = isBehindFile ? undefined : scripts.pop();
    scripts.push(
      before === undefined
        ? value
        : { ...value, text: `${before.text}\n${value.text}`, sources: [...before.sources, ...value.sources] },
    );
    isBehindFile = false;
  }
  return scripts;
}
