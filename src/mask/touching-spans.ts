import type { DetectorId } from '../core/ids.ts';

/** A range of a text with what is to be done with it. Half-open, in UTF-16 code units. */
export interface MarkedSpan {
  readonly start: number;
  readonly end: number;
  readonly detectorId: DetectorId;
  readonly action: 'mask' | 'redact';
  readonly seenBy: 'finding' | 'memory';
}

/** Spans that overlap, as one; `first` says what is done with all of them. */
export interface JoinedSpan {
  readonly start: number;
  readonly end: number;
  readonly first: MarkedSpan;
}

/**
 * Joins spans that overlap; those that only border on each other stay two. First among them are those that are taken out for good, then the
 * longest, the leftmost, what a detector saw, and by id: the order in which spans are given never counts.
 */
export function touchingSpans(spans: readonly MarkedSpan[]): readonly JoinedSpan[] {
  const joined: JoinedSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last === undefined || last.end <= span.start) {
      joined.push({ start: span.start, end: span.end, first: span });
      continue;
    }
    const first = isBefore(span, last.first) ? span : last.first;
    joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, span.end), first };
  }
  return joined;
}

function isBefore(a: MarkedSpan, b: MarkedSpan): boolean {
  if (a.action !== b.action) return a.action === 'redact';
  const [lengthA, lengthB] = [a.end - a.start, b.end - b.start];
  if (lengthA !== lengthB) return lengthA > lengthB;
  if (a.start !== b.start) return a.start < b.start;
  if (a.seenBy !== b.seenBy) return a.seenBy === 'finding';
  return a.detectorId < b.detectorId;
}
