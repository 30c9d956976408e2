import { loseVariable } from './shell-state.ts';
import type { ShellState } from './shell-state.ts';
import type { ShellWord } from './shell-word.ts';

/** Builtins in front of which an assignment stays in some shell, or that may make another one. */
const KEEPS_VARIABLES =
  /^(?:[:.]|source|eval|exec|command|builtin|export|readonly|declare|typeset|local|return|set|shift|trap|unset|times|exit|break|continue)$/;

/**
 * Gives a function to call after the command in front of which variables were assigned: they may be gone, or not.
 *
 * @param words those of the command.
 */
export function prefixVariables(state: ShellState, names: readonly string[], words: readonly ShellWord[]): () => void {
  const { hasOwnIfs } = state;
  const isWritten = state.writes.has('IFS');
  const [first] = words;
  // `IFS=, read x` is everywhere, and gone behind the command in every shell.
  const isTemporary =
    names.includes('IFS') &&
    first !== undefined &&
    !KEEPS_VARIABLES.test(first.text) &&
    !state.functions.has(first.text) &&
    !state.aliases.has(first.text) &&
    words.every((word) => !word.text.includes('IFS'));
  return () => {
    // In dash, an assignment in front of a special builtin stays; in bash it does not.
    for (const name of names) loseVariable(state, name);
    if (!isTemporary) return;
    state.hasOwnIfs = hasOwnIfs;
    if (!isWritten) state.writes.delete('IFS');
  };
}
