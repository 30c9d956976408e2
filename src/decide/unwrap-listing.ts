import { shellWord } from './shell-word.ts';
import { plain } from './unwrap.ts';
import type { Inner, Invocation, Unwrapped } from './unwrap.ts';

/** What prints the environment does what `printenv` does. */
export const PRINTS_ENVIRONMENT: Inner = {
  kind: 'words',
  words: [shellWord('printenv')],
  role: 'inner',
  isDetached: true,
};

/** Builtins that print every variable when they are given nothing, and `ps` with the letter for environments: as `printenv`. */
export function unwrapListing(invocation: Invocation): Unwrapped {
  const { program, words } = invocation;
  const prints =
    program === 'ps'
      ? words.some((word, at) => /^[A-Za-z]*e[A-Za-z]*$/.test(word.text) && !takesValue(words[at - 1]?.text))
      : words.every((word) => program !== 'set' && /^-[A-Za-z]*[px]$/.test(word.text));
  return prints ? { ...plain(invocation), inners: [PRINTS_ENVIRONMENT] } : plain(invocation);
}

/** Whether a word of `ps` takes the next one as its value: `-o`, `axo`, `-C`. */
function takesValue(text: string | undefined): boolean {
  return (
    text !== undefined && (/^-?[A-Za-z]*[oOuUgGptsCNk]$/.test(text) || text.startsWith('--')) && !/^[auxw]+$/.test(text)
  );
}
