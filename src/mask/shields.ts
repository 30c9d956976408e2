import type { DetectorId } from '../core/ids.ts';
import type { MaskMemory } from './mask-memory.ts';
import { canonicalToken, tokensIn } from './token-shape.ts';

/** A range of a text that is our own writing: a token that was given, or the mark of what was taken out. */
export interface Shield {
  readonly start: number;
  readonly end: number;
}

const MARK = /\[removed: ([a-z0-9-]+\/[a-z0-9-]+)\]/g;

/** How something that was taken out for good is written. */
export function removalMark(id: DetectorId): string {
  return `[removed: ${id}]`;
}

/**
 * Ours in a text, by start, none overlapping. A token that was not given is not ours: it is reserved, and stays text.
 * Linear in the text.
 */
export function shieldsIn(text: string, { placeholders, removedBy }: MaskMemory): readonly Shield[] {
  const shields: Shield[] = [];
  for (const { 0: shape, index } of tokensIn(text)) {
    const token = canonicalToken(shape);
    if (placeholders.valueOf(token) === null) placeholders.reserve(token);
    else shields.push({ start: index, end: index + shape.length });
  }
  if (removedBy.size === 0) return shields;
  for (const { 0: mark, 1: id, index } of text.matchAll(MARK))
    if (removedBy.has(id as DetectorId)) shields.push({ start: index, end: index + mark.length });
  return shields.sort((a, b) => a.start - b.start);
}

/**
 * The range, made to hold no part of a shield but only whole ones. Null where it lies within a shield: what is found in our own
 * writing is nothing. Bisects.
 */
export function roundShields(shields: readonly Shield[], start: number, end: number): Shield | null {
  const first = shields[firstEndingBehind(shields, start)];
  const last = shields[firstEndingBehind(shields, end - 1)];
  if (first !== undefined && first.start <= start && end <= first.end) return null;
  return {
    start: first !== undefined && first.start < start ? first.start : start,
    end: last !== undefined && last.start < end ? last.end : end,
  };
}

function firstEndingBehind(shields: readonly Shield[], at: number): number {
  let [from, to] = [0, shields.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((shields[middle]?.end ?? 0) > at) to = middle;
    else from = middle + 1;
  }
  return from;
}
