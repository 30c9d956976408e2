/** How often detectors were right and wrong. What is counted, rows or spans, is told by whoever counts. */
export interface Tally {
  readonly rows: number;
  /** Wanted and found. */
  readonly tp: number;
  /** Found and not wanted. */
  readonly fp: number;
  /** Wanted and not found. */
  readonly fn: number;
  /** Rows in which nothing was wanted and nothing found. */
  readonly tn: number;
  /** Rows in which nothing was wanted and something found. */
  readonly alarmedRows: number;
}

export const NO_TALLY: Tally = { rows: 0, tp: 0, fp: 0, fn: 0, tn: 0, alarmedRows: 0 };

export function addTallies(one: Tally, other: Tally): Tally {
  return {
    rows: one.rows + other.rows,
    tp: one.tp + other.tp,
    fp: one.fp + other.fp,
    fn: one.fn + other.fn,
    tn: one.tn + other.tn,
    alarmedRows: one.alarmedRows + other.alarmedRows,
  };
}

/** A tally with what follows from it. A rate is null where there was nothing to be right or wrong about. */
export interface Score {
  readonly rows: number;
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
  /** Share of what was wanted that was found. */
  readonly recall: number | null;
  /** Share of what was found that was wanted. */
  readonly precision: number | null;
  /** Share of the rows without anything wanted in which something was found all the same. */
  readonly falseAlarmRate: number | null;
}

export function scoreOf({ rows, tp, fp, fn, tn, alarmedRows }: Tally): Score {
  return {
    rows,
    tp,
    fp,
    fn,
    tn,
    recall: share(tp, tp + fn),
    precision: share(tp, tp + fp),
    falseAlarmRate: share(alarmedRows, alarmedRows + tn),
  };
}

const DIGITS = 10_000;

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * DIGITS) / DIGITS;
}
