/** Wait after the first failure, in milliseconds. */
const FIRST_WAIT_MS = 1_000;
/** Longest wait that we choose ourselves: a receiver that is back is noticed within this. */
const MAX_WAIT_MS = 120_000;
/** Longest wait that a receiver can ask for: one that says "next year" must not stop the delivery. */
const MAX_ASKED_WAIT_MS = 600_000;

/**
 * Milliseconds until the next try: twice as long with each failure, spread over the upper half so that hosts which failed
 * together do not come back together, and at least what the receiver asks for.
 *
 * @param failures in a row, from 1.
 */
export function waitAfter(failures: number, askedMs: number | null, random: () => number): number {
  const longest = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 20));
  const spread = longest / 2 + (longest / 2) * random();
  return Math.max(spread, Math.min(askedMs ?? 0, MAX_ASKED_WAIT_MS));
}
