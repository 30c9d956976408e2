import type { KindMatch } from './detector.ts';

/**
 * Leaves out every match that lies within another of at least its confidence, and of equal ones all but one: what is
 * left covers every byte that was covered. By where they start, the longest first.
 */
export function withoutContained(matches: readonly KindMatch[]): readonly KindMatch[] {
  const sorted = matches.toSorted(
    (a, b) => a.start - b.start || b.end - a.end || b.confidence - a.confidence || (a.id < b.id ? -1 : 1),
  );
  // How far the matches of each confidence have reached: all of them began at the current one or before it.
  const reached = new Map<number, number>();
  return sorted.filter(({ end, confidence }) => {
    for (const [level, furthest] of reached) if (level >= confidence && furthest >= end) return false;
    reached.set(confidence, Math.max(end, reached.get(confidence) ?? 0));
    return true;
  });
}
