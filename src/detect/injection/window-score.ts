import { FEATURES_PER_TOKEN } from './tokens.ts';
import type { Tokens } from './tokens.ts';

/** Some words of a piece of text that follow each other, with how much they look like an order to a model. */
export interface Window {
  readonly score: number;
  /** First word of the window, and the one behind its last. */
  readonly from: number;
  readonly to: number;
}

/** Windows hold so many words: a sentence, a paragraph, a page. */
const WINDOW_WORDS: readonly number[] = [12, 32, 80];

/** No window is wider, so that what a place is judged by lies near it. */
export const WINDOW_BYTES = 640;

/** Smooths the score of very short texts towards nothing. */
const PRIOR_WORDS = 6;

/** Visits the windows of each size, by where they start. Linear in the number of words. */
export function eachWindow(
  tokens: Tokens,
  weights: Int8Array | Float32Array,
  visit: (score: number, from: number, to: number) => void,
): void {
  const { count, starts, ends } = tokens;
  const sums = prefixSums(tokens, weights);
  for (const words of WINDOW_WORDS) {
    let to = 0;
    for (let from = 0; from < count; from += 1) {
      const limit = Math.min(count, from + words);
      const widest = (starts[from] as number) + WINDOW_BYTES;
      while (to < limit && (ends[to] as number) <= widest) to += 1;
      visit(((sums[to] as number) - (sums[from] as number)) / (ROOTS[to - from] as number), from, to);
      // The windows that follow at the end of a text are parts of this one.
      if (to === count) break;
    }
  }
}

/** The window that looks most like an order to a model. @returns null where there are no words. */
export function bestWindow(tokens: Tokens, weights: Int8Array | Float32Array): Window | null {
  if (tokens.count === 0) return null;
  let best: Window = { score: -Infinity, from: 0, to: 0 };
  eachWindow(tokens, weights, (score, from, to) => {
    if (score > best.score) best = { score, from, to };
  });
  return best;
}

/** What a window of so many words scores: long ones need more, though not in proportion. */
export function windowScore(sum: number, words: number): number {
  return sum / Math.sqrt(words + PRIOR_WORDS);
}

/** By how much {@link windowScore} divides for each count of words that a window has. */
const ROOTS = Float64Array.from({ length: Math.max(...WINDOW_WORDS) + 1 }, (_, words) =>
  Math.sqrt(words + PRIOR_WORDS),
);

/** Whole weights give whole sums: a window scores the same in any part of a text. */
function prefixSums({ count, buckets }: Tokens, weights: Int8Array | Float32Array): Float64Array {
  const sums = new Float64Array(count + 1);
  let sum = 0;
  for (let token = 0; token < count; token += 1) {
    const base = token * FEATURES_PER_TOKEN;
    for (let feature = 0; feature < FEATURES_PER_TOKEN; feature += 1) {
      const bucket = buckets[base + feature] as number;
      if (bucket >= 0) sum += weights[bucket] as number;
    }
    sums[token + 1] = sum;
  }
  return sums;
}
