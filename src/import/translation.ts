import type { ProposedRule } from './policy-draft.ts';

/** What a permission rule becomes. */
export interface Translation {
  readonly rules: readonly ProposedRule[];
  /** How it compares with the letters: takes more, takes less, takes the same; `none` where no rule says it. */
  readonly how: 'same' | 'wider' | 'narrower' | 'none';
  /** What the reader should know about the difference, or null. */
  readonly why: string | null;
}
