import { canonicalToken, openTokenAt, replaceTokens } from './token-shape.ts';
import type { TokenLookup } from './token-space.ts';

/** Restores a stream piece by piece. One stream each; after `end` it is as it was made. */
export interface StreamRestorer {
  /** What can be sent now. What is held back comes first in a later answer. */
  push(chunk: string): string;
  /** Whether something is held back: if not, what has come has left. */
  isHolding(): boolean;
  /** What was held back and has become nothing. */
  end(): string;
}

/**
 * The text with each token that `lookup` knows replaced by its value, in any case and inside of any word. Values are not
 * read again: what is put in is never looked up. Linear in the text and the values put in.
 */
export function restoreText(text: string, lookup: TokenLookup): string {
  return replaceTokens(text, (shape) => lookup(canonicalToken(shape)) ?? shape);
}

/**
 * Restores a text that comes in chunks, cut anywhere, with the same result as {@link restoreText} over the whole.
 *
 * Held back is only a tail that could become a token, at most {@link LONGEST_TOKEN} - 1 code units; a chunk without the
 * beginning of one leaves whole, as does a shape that `lookup` does not know. A push reads its chunk and what was held.
 */
export function textRestorer(lookup: TokenLookup): StreamRestorer {
  let held = '';
  return {
    push: (chunk) => {
      const text = held + chunk;
      const open = openTokenAt(text);
      held = text.slice(open);
      // INVARIANT: no token is cut here, because a token has no q but its first letter, and `open` is at the last q.
      return restoreText(text.slice(0, open), lookup);
    },
    isHolding: () => held !== '',
    end: () => {
      const rest = held;
      held = '';
      return rest;
    },
  };
}
