import type { DrillOutcome } from './drill-run.ts';

/** The result of a rehearsal, as `--json` prints it. */
export interface DrillReport {
  readonly attacks: { readonly total: number; readonly stopped: number };
  readonly ordinary: { readonly total: number; readonly passed: number };
  /** Whether layers agreed where they should, and their disagreements were found. */
  readonly compared: { readonly total: number; readonly asExpected: number };
  readonly durationMs: number;
  readonly cases: readonly DrillOutcome[];
}

/** Columns of the narrowest terminal that a table is made for. */
export const MIN_COLUMNS = 80;
const GAP = '  ';
/** Where the one column is that gives way: a rule is named in full by the record. */
const HAPPENED = 2;

/**
 * A rehearsal for people, one line for each case, none longer than `columns` (at least {@link MIN_COLUMNS}). What was
 * expected is not in it: where something else happened, the caller names both.
 */
export function drillTable(report: DrillReport, columns: number): string {
  const rows = [
    ['', 'case', 'what happened', 'ms', 'record'],
    ...report.cases.map((one) => [
      one.isAsExpected ? 'ok' : 'NO',
      one.id,
      one.happened,
      String(one.durationMs),
      one.recordId === null ? '-' : String(one.recordId),
    ]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const others = widths.reduce((sum, width, column) => (column === HAPPENED ? sum : sum + width), 4 * GAP.length);
  const room = Math.max(columns, MIN_COLUMNS) - others;
  const fitted = widths.map((width, column) => (column === HAPPENED ? Math.min(width, room) : width));
  const text = rows.map((row) => lineOf(row, fitted)).join('\n');
  const { attacks, ordinary, compared } = report;
  const seconds = (report.durationMs / 1000).toFixed(1);
  const sums = [
    ...(attacks.total + ordinary.total === 0
      ? []
      : [
          `attacks stopped: ${attacks.stopped} of ${attacks.total}; everyday work passed: ${ordinary.passed} of ${ordinary.total}; ${seconds} s`,
        ]),
    ...(compared.total === 0
      ? []
      : [`layers compared: ${compared.asExpected} of ${compared.total} as expected; ${seconds} s`]),
  ];
  return `${text}\n\n${sums.join('\n')}\n`;
}

function lineOf(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => {
      const width = widths[column] ?? 0;
      return (cell.length > width ? `${cell.slice(0, width - 1)}…` : cell).padEnd(width);
    })
    .join(GAP)
    .trimEnd();
}
