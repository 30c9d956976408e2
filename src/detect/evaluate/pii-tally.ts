import type { Hit } from './areas.ts';
import type { LabelledRow, LabelledSpan } from './labelled-row.ts';
import { countedType, detectorsOfType, isSettledBy, typeOfDetector } from './pii-types.ts';
import { NO_TALLY, addTallies } from './tally.ts';
import type { Tally } from './tally.ts';

/** What one row adds. */
export interface PiiTally {
  readonly byType: ReadonlyMap<string, Tally>;
  /** How often a type was wanted that no detector claims to find. */
  readonly unclaimed: ReadonlyMap<string, number>;
}

/** Real names and addresses are in public code and documents: there a hit on one is no mistake. */
const REAL_IN_PUBLIC_FILES: ReadonlySet<string> = new Set([
  'pii/person',
  'pii/place',
  'pii/address',
  'pii/email',
  'pii/postal-code',
]);

/** A kind that is the name of a type says that the row is about that one alone; others are names of templates. */
const TYPE_NAME = /^[A-Z][A-Z0-9_]+$/;

/**
 * Counts spans by type. A span is found where a hit of a detector of its type overlaps it; what a hit is false for
 * depends on how far the row is labelled:
 * - with spans: a hit that overlaps no span which it may mean; if the row is about one type, hits of that type alone;
 * - of label `pii` without spans: none, and any hit of the row's type is the one that is wanted;
 * - of label `none` and about one type: any hit of that type;
 * - of label `benign`: any hit but on names and addresses;
 * - of any other label: any hit.
 */
export function piiTally(row: LabelledRow, hits: readonly Hit[]): PiiTally {
  const type = TYPE_NAME.test(row.kind) ? countedType(row.kind) : null;
  if (row.label === 'pii') return row.spans.length > 0 ? spanTally(row, type, hits) : placelessTally(type, hits);
  if (row.label === 'none' && type !== null) return otherTypeTally(type, hits);
  return cleanTally(row.label === 'benign' ? hits.filter(({ id }) => !REAL_IN_PUBLIC_FILES.has(id)) : hits, row.label);
}

function spanTally(row: LabelledRow, about: string | null, hits: readonly Hit[]): PiiTally {
  const spans = row.spans.map((span) => ({ ...span, type: countedType(span.type) }));
  const sum = sums();
  for (const span of spans) {
    const ids = detectorsOfType(span.type);
    if (ids === null) sum.addUnclaimed(span.type);
    else sum.add(span.type, hits.some((hit) => ids.has(hit.id) && overlaps(hit, span)) ? { tp: 1 } : { fn: 1 });
  }
  for (const type of new Set(spans.map((span) => span.type)))
    if (detectorsOfType(type) !== null) sum.add(type, { rows: 1 });
  // Where a table lists one type, what else stands in its texts was not labelled.
  const isAboutOne = about !== null && spans.every(({ type }) => type === about);
  for (const hit of hits) {
    if (isAboutOne && detectorsOfType(about)?.has(hit.id) !== true) continue;
    const isRight = spans.some(
      (span) =>
        overlaps(hit, span) && (detectorsOfType(span.type)?.has(hit.id) === true || isSettledBy(hit.id, span.type)),
    );
    if (!isRight) sum.add(typeOfDetector(hit.id), { fp: 1 });
  }
  return sum.tally();
}

function placelessTally(type: string | null, hits: readonly Hit[]): PiiTally {
  const sum = sums();
  const ids = type === null ? null : detectorsOfType(type);
  if (type === null || ids === null) sum.addUnclaimed(type ?? 'UNKNOWN');
  else sum.add(type, { rows: 1, ...(hits.some(({ id }) => ids.has(id)) ? { tp: 1 } : { fn: 1 }) });
  return sum.tally();
}

function otherTypeTally(type: string, hits: readonly Hit[]): PiiTally {
  const sum = sums();
  const ids = detectorsOfType(type);
  if (ids === null) {
    sum.addUnclaimed(type);
    return sum.tally();
  }
  const fp = hits.filter(({ id }) => ids.has(id)).length;
  sum.add(type, { rows: 1, fp, ...(fp > 0 ? { alarmedRows: 1 } : { tn: 1 }) });
  return sum.tally();
}

function cleanTally(hits: readonly Hit[], label: string): PiiTally {
  const sum = sums();
  sum.add(label, { rows: 1, ...(hits.length > 0 ? { alarmedRows: 1 } : { tn: 1 }) });
  for (const { id } of hits) sum.add(typeOfDetector(id), { fp: 1 });
  return sum.tally();
}

/** Tallies in the making. */
interface Sums {
  add(type: string, part: Partial<Tally>): void;
  addUnclaimed(type: string): void;
  tally(): PiiTally;
}

function sums(): Sums {
  const byType = new Map<string, Tally>();
  const unclaimed = new Map<string, number>();
  return {
    add: (type, part) => void byType.set(type, addTallies(byType.get(type) ?? NO_TALLY, { ...NO_TALLY, ...part })),
    addUnclaimed: (type) => void unclaimed.set(type, 1 + (unclaimed.get(type) ?? 0)),
    tally: () => ({ byType, unclaimed }),
  };
}

function overlaps(hit: Hit, span: LabelledSpan): boolean {
  return hit.startUtf16 < span.endUtf16 && span.startUtf16 < hit.endUtf16;
}
