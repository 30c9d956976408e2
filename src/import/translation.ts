import type { ProposedRule } from './policy-draft.ts';

/** What a permission rule becomes. */
export interface Translation {
  readonly rules: readonly ProposedRule[];
  /**
   * How it compares with the letters: takes more, takes less of what is allowed, takes the same; `weaker` where it takes
   * less of what is denied or asked for, `none` where no rule says it.
   */
  readonly how: 'same' | 'wider' | 'narrower' | 'weaker' | 'none';
  /** What the reader should know about the difference, or null. */
  readonly why: string | null;
  /** It takes every command, every file or every host. */
  readonly isEverything?: boolean;
}
