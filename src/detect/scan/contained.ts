import type { KindMatch } from './detector.ts';

/**
 * Leaves out every match that lies within another of its area and of at least its confidence, and of equal ones all but
 * one: what is left of each area covers every byte that it covered, because a policy may do more about one area than
 * about another. By where they start, the longest first.
 */
export function withoutContained(matches: readonly KindMatch[]): readonly KindMatch[] {
  const sorted = matches.toSorted(
    (a, b) => a.start - b.start || b.end - a.end || b.confidence - a.confidence || (a.id < b.id ? -1 : 1),
  );
  // How far the matches of each area and confidence have reached: all of them began at the current one or before it.
  const areas = new Map<string, Map<number, number>>();
  return sorted.filter(({ id, end, confidence }) => {
    const area = id.slice(0, id.indexOf('/'));
    const reached = areas.get(area) ?? new Map<number, number>();
    areas.set(area, reached);
    for (const [level, furthest] of reached) if (level >= confidence && furthest >= end) return false;
    reached.set(confidence, Math.max(end, reached.get(confidence) ?? 0));
    return true;
  });
}
