import type { ContentForm } from './scan-form.ts';
import type { SkipReason } from './scan-files.ts';
import type { PlacedFinding } from './scan-content.ts';
import { toldProblem } from './scan-problem.ts';

/** What a scan saw, and what it did not get to see. Holds nothing of what was found. */
export interface ScanReport {
  readonly findings: readonly FileFinding[];
  readonly files: number;
  readonly bytes: number;
  /** Contents that are no text: of those, runs of printable characters are scanned, for secrets. */
  readonly binary: number;
  readonly skipped: Readonly<Record<SkipReason, number>>;
  /** Allowed by their hashes, and not among the findings. */
  readonly allowed: number;
  readonly unread: readonly Unread[];
}

/** A finding in a file. */
export interface FileFinding extends Omit<PlacedFinding, 'hash'> {
  readonly path: string;
  readonly form: ContentForm;
}

/** What was not scanned, or not to its end. */
export interface Unread {
  readonly path: string;
  readonly problem: string;
}

/** One line for a finding, `path:line:column`; in a binary file the place is a byte. */
export function findingLine({ path, form, start, startByte, detectorId, confidence }: FileFinding): string {
  const place = form === 'binary' ? `byte ${startByte}` : `${start.line}:${start.column}`;
  return `${printable(path)}:${place}: ${detectorId} (confidence ${confidence.toFixed(2)})\n`;
}

/** What was not read, a line each, and what to do about it, each hint once. */
export function unreadLines(unread: readonly Unread[]): string {
  const told = unread.map(({ path, problem }) => ({ path, ...toldProblem(problem) }));
  const hints = new Set(told.flatMap(({ hint }) => hint ?? []));
  return [
    ...told.map(({ path, says }) => `error: ${printable(path)}: ${says}\n`),
    ...[...hints].map((hint) => `hint: ${hint}\n`),
  ].join('');
}

/** The last line, for people. */
export function summaryLine({ findings, files, bytes, binary, skipped, allowed, unread }: ScanReport): string {
  const about = [
    `${counted(findings.length, 'finding')} in ${counted(files, 'file')}, ${(bytes / 1e6).toFixed(2)} MB`,
    ...(binary > 0 ? [`${binary} binary`] : []),
    ...(allowed > 0 ? [`${allowed} allowed`] : []),
    ...Object.entries(skipped).flatMap(([reason, count]) =>
      count > 0 ? [`${count} ${SKIPPED[reason as SkipReason]}`] : [],
    ),
    ...(unread.length > 0 ? [`${unread.length} not read`] : []),
  ];
  return `${about.join('; ')}\n`;
}

const SKIPPED: Readonly<Record<SkipReason, string>> = {
  symlink: 'links not followed',
  special: 'pipes, sockets and devices left out',
  gone: 'deleted',
};

/** What `--json` prints. */
export function reportJson(report: ScanReport): string {
  const findings = report.findings.map(({ start, end, detectorId, ...rest }) => ({
    detector: detectorId,
    ...rest,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  }));
  // Someone may look at it on a terminal, and names are anyone's: written as escapes, they stay what they are.
  return `${JSON.stringify({ ...report, findings }).replaceAll(ACTING, escaped)}\n`;
}

/** What acts on a terminal, or is not seen there, and stands in JSON as it is. */
const ACTING = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A name without what would act on a terminal. */
export function printable(name: string): string {
  return JSON.stringify(name).slice(1, -1).replaceAll(ACTING, '?');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
