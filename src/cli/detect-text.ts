import type { EvalReport } from './detect-eval.ts';
import type { Score } from '../detect/index.ts';

/** Kinds that get a line of their own; the others are summed up by the first parts of their names. */
const MAX_KINDS = 40;

/** The report for people. Holds no text of any row. */
export function evaluationText(report: EvalReport): string {
  const { area, byKind, apart, unclaimed, byFile, mbPerCpuSecond, bytes } = report;
  const files = Object.entries(byFile);
  const sections = [
    ...(files.length > 1 ? [section('by file', files)] : []),
    section(area === 'pii' ? 'by type' : 'by kind', grouped(byKind)),
    ...(Object.keys(apart).length > 0 ? [section('counted apart', Object.entries(apart))] : []),
    section('all', [[area, report]]),
  ];
  const unclaimedNote = Object.entries(unclaimed).map(([type, count]) => `${type} ${count}`);
  return [
    ...sections,
    ...(unclaimedNote.length > 0 ? [`no detector for: ${unclaimedNote.join(', ')}\n`] : []),
    ...namedRows('missed', report.missedRows),
    ...namedRows('wrong', report.falseRows),
    `${(bytes / 1e6).toFixed(2)} MB, ${mbPerCpuSecond ?? '-'} MB per CPU second\n`,
  ].join('\n');
}

function namedRows(what: string, ids: readonly string[] | undefined): readonly string[] {
  // Ids come from the file: what is no plain text must not reach a terminal.
  return ids === undefined || ids.length === 0 ? [] : [`${what}: ${ids.map((id) => JSON.stringify(id)).join(' ')}\n`];
}

const HEAD = ['rows', 'tp', 'fp', 'fn', 'tn', 'recall', 'precision', 'false alarms'];

function section(title: string, scores: readonly (readonly [string, Score])[]): string {
  const rows = [
    [title, ...HEAD],
    ...scores.map(([name, score]) => [JSON.stringify(name).slice(1, -1), ...cells(score)]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((row) => `${row.join('  ')}\n`)
    .join('');
}

function cells({ rows, tp, fp, fn, tn, recall, precision, falseAlarmRate }: Score): readonly string[] {
  const rates = [recall, precision, falseAlarmRate].map((rate) => (rate === null ? '-' : rate.toFixed(3)));
  return [...[rows, tp, fp, fn, tn].map(String), ...rates];
}

/** Many kinds are shown by the largest groups of their names, `a/b/c` under `a/b`. */
function grouped(byKind: Readonly<Record<string, Score>>): readonly (readonly [string, Score])[] {
  const all = Object.entries(byKind);
  for (const parts of [Infinity, 3, 2, 1]) {
    const groups = new Map<string, Score>();
    for (const [kind, score] of all) {
      const name = parts === Infinity ? kind : kind.split('/').slice(0, parts).join('/');
      groups.set(name, summed(groups.get(name), score));
    }
    const sorted = [...groups].toSorted(([, a], [, b]) => b.rows - a.rows);
    if (sorted.length <= MAX_KINDS) return sorted;
    if (parts === 1) return [...sorted.slice(0, MAX_KINDS), restOf(sorted.slice(MAX_KINDS))];
  }
  return [];
}

function restOf(rest: readonly (readonly [string, Score])[]): readonly [string, Score] {
  const sum = rest.reduce<Score | undefined>((total, [, score]) => summed(total, score), undefined);
  return [`${rest.length} more kinds (--json has them)`, summed(sum, NOTHING)];
}

const NOTHING: Score = { rows: 0, tp: 0, fp: 0, fn: 0, tn: 0, recall: null, precision: null, falseAlarmRate: null };

function summed(one: Score | undefined, other: Score): Score {
  if (one === undefined) return other;
  const [tp, fp, fn, tn] = [one.tp + other.tp, one.fp + other.fp, one.fn + other.fn, one.tn + other.tn];
  const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  return {
    rows: one.rows + other.rows,
    tp,
    fp,
    fn,
    tn,
    recall: share(tp, tp + fn),
    precision: share(tp, tp + fp),
    falseAlarmRate: share(fp, fp + tn),
  };
}
