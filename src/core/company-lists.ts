/** What a company calls its own: its words and the shapes of its numbers. */
export interface CompanyLists {
  readonly words: readonly WordList[];
  readonly patterns: readonly CompanyPattern[];
}

/** Words that are found in any case, as words or as parts of `snake_case` and `camelCase` names. */
export interface WordList {
  /** What findings are called by, `company/<name>`: lower case, digits and dashes. */
  readonly name: string;
  readonly words: readonly string[];
}

/** A pattern in the syntax of RE2. It is looked for anywhere, so it takes no anchors of a line or a text. */
export interface CompanyPattern {
  readonly name: string;
  readonly pattern: string;
}

/** Most words of all lists together. */
export const MAX_WORDS = 20_000;
/** Most bytes of a word, and fewest characters: shorter ones are in everything. */
export const MAX_WORD_BYTES = 120;
export const LEAST_WORD_LENGTH = 3;
export const MAX_PATTERNS = 200;
/** Most characters of a pattern, and most instructions that the engine makes of it: each is a step per byte. */
export const MAX_PATTERN_LENGTH = 500;
export const MAX_PROGRAM_SIZE = 2_000;
/** Longest literal part of a pattern: no keyword that is looked for may be much longer. */
export const MAX_LITERAL_LENGTH = 120;
/** Most bytes on either side of a pattern's literal part, or of a match where it has none. */
export const MATCH_REACH_BYTES = 128;
