import type { TokenClass } from './token-class.ts';
import { canonicalToken, tokenOf } from './token-shape.ts';

/** Gives the value of a token, written as tokens are given, or null where it has none. */
export type TokenLookup = (token: string) => string | null;

/** Which tokens stand for which values. A lookup is {@link Placeholders.valueOf}, which may be handed on by itself. */
export interface Placeholders {
  /**
   * The token of a value, given now or before. Null where it can have none: the limits are reached, or every token that it
   * might have has another meaning. The caller then takes the value out for good.
   */
  readonly tokenFor: (tokenClass: TokenClass, value: string) => string | null;
  readonly valueOf: TokenLookup;
  /**
   * Says that a text holds this token though none was given: it is what it is, and never will be another value's.
   * The first {@link PlaceholderLimits.maxReserved} are kept; beyond them only the length of a token keeps the two apart.
   */
  readonly reserve: (token: string) => void;
}

export interface PlaceholderLimits {
  /** Most values of a session, and most UTF-16 code units of them together. */
  readonly maxValues: number;
  readonly maxCharacters: number;
  readonly maxReserved: number;
}

/** A hundred times what a long session holds; a hostile text that makes up values meets them within 100 MB of memory. */
export const PLACEHOLDER_LIMITS: PlaceholderLimits = {
  maxValues: 100_000,
  maxCharacters: 16 * 1024 * 1024,
  maxReserved: 100_000,
};

/** Hashes of a value: the first is nearly always free. */
const MOST_ATTEMPTS = 4;

/** The tag of a value, 16 characters; another for each attempt. */
export type TagOf = (tokenClass: TokenClass, value: string, attempt: number) => string;

/** Hands out tokens by tags, so that no token ever has two values. Each call costs at most four tags, each once per value. */
export function tokenSpace(tagOf: TagOf, limits: Partial<PlaceholderLimits> = {}): Placeholders {
  const { maxValues, maxCharacters, maxReserved } = { ...PLACEHOLDER_LIMITS, ...limits };
  const values = new Map<string, string>();
  const tokens = new Map<TokenClass, Map<string, string>>();
  const reserved = new Set<string>();
  let characters = 0;

  const give = (tokenClass: TokenClass, value: string): string | null => {
    if (values.size >= maxValues || characters + value.length > maxCharacters) return null;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
      const token = tokenOf(tokenClass, tagOf(tokenClass, value, attempt));
      if (values.has(token) || reserved.has(token)) continue;
      values.set(token, value);
      characters += value.length;
      return token;
    }
    return null;
  };

  return {
    tokenFor: (tokenClass, value) => {
      const known = tokens.get(tokenClass) ?? new Map<string, string>();
      const token = known.get(value) ?? give(tokenClass, value);
      if (token !== null) tokens.set(tokenClass, known.set(value, token));
      return token;
    },
    valueOf: (token) => values.get(token) ?? null,
    reserve: (token) => {
      const canonical = canonicalToken(token);
      if (reserved.size < maxReserved && !values.has(canonical)) reserved.add(canonical);
    },
  };
}
