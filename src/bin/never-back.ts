/**
 * A clock that stands still where the given one goes back: a clock that is set back must not lengthen an exception.
 *
 * @param clock gives milliseconds since the Unix epoch.
 */
export function neverBack(clock: () => number): () => number {
  let latestMs = Number.NEGATIVE_INFINITY;
  return () => (latestMs = Math.max(latestMs, clock()));
}
