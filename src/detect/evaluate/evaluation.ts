import type { EvaluatedArea, Hit } from './areas.ts';
import type { LabelledRow } from './labelled-row.ts';
import { piiTally } from './pii-tally.ts';
import { apartReason, rowTally } from './row-tally.ts';
import { NO_TALLY, addTallies, scoreOf } from './tally.ts';
import type { Score, Tally } from './tally.ts';

/** How well an area does on labelled data. Holds no text. */
export interface Evaluation extends Score {
  readonly area: EvaluatedArea;
  /** Of rows by their kind, of personal data by its type. */
  readonly byKind: Readonly<Record<string, Score>>;
  /** Rows that are counted here and not in the whole, by the reason. */
  readonly apart: Readonly<Record<string, Score>>;
  /** Types of personal data that no detector claims to find, and how often they were wanted. */
  readonly unclaimed: Readonly<Record<string, number>>;
}

/** Takes rows with what was found in them, one after the other. */
export interface Evaluator {
  add(row: LabelledRow, hits: readonly Hit[]): Outcome;
  result(): Evaluation;
}

/** What became of a row: something wanted was missed, something else was found, both, or neither. */
export interface Outcome {
  readonly isMissed: boolean;
  readonly isFalse: boolean;
}

/** @returns an evaluator that has seen nothing. Personal data is counted by spans, all else by rows. */
export function evaluator(area: EvaluatedArea): Evaluator {
  let [total, rows] = [NO_TALLY, 0];
  const byKind = new Map<string, Tally>();
  const apart = new Map<string, Tally>();
  const unclaimed = new Map<string, number>();
  const addTo = (sums: Map<string, Tally>, key: string, tally: Tally): void =>
    void sums.set(key, addTallies(sums.get(key) ?? NO_TALLY, tally));
  const add = (row: LabelledRow, hits: readonly Hit[]): readonly Tally[] => {
    if (area === 'pii') {
      const tally = piiTally(row, hits);
      for (const [type, part] of tally.byType) addTo(byKind, type, part);
      for (const [type, count] of tally.unclaimed) unclaimed.set(type, count + (unclaimed.get(type) ?? 0));
      for (const part of tally.byType.values()) total = addTallies(total, { ...part, rows: 0 });
      rows += 1;
      return [...tally.byType.values()];
    }
    const tally = rowTally(area, row, hits.length > 0);
    const reason = apartReason(row);
    if (reason !== null) addTo(apart, reason, tally);
    else {
      addTo(byKind, row.kind, tally);
      total = addTallies(total, { ...tally, rows: 0 });
      rows += 1;
    }
    return [tally];
  };
  return {
    add(row, hits) {
      const parts = add(row, hits);
      return { isMissed: parts.some(({ fn }) => fn > 0), isFalse: parts.some(({ fp }) => fp > 0) };
    },
    result: () => ({
      area,
      ...scoreOf({ ...total, rows }),
      byKind: scores(byKind),
      apart: scores(apart),
      unclaimed: Object.fromEntries([...unclaimed].toSorted(byName)),
    }),
  };
}

function scores(tallies: ReadonlyMap<string, Tally>): Record<string, Score> {
  return Object.fromEntries([...tallies].toSorted(byName).map(([key, tally]) => [key, scoreOf(tally)]));
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
