import { formatDiagnostic } from '../policy/index.ts';
import type { LintFinding } from './lint-finding.ts';

/**
 * Writes findings for people, as diagnostics are written: place, severity, message and code, the line with a caret, and
 * the hint. A line that holds a credential is not shown.
 *
 * @param textOf the text of a document by its name.
 */
export function findingTexts(findings: readonly LintFinding[], textOf: (file: string) => string): readonly string[] {
  const secret = new Map<string, ReadonlySet<number>>();
  return findings.map((one) => {
    const hidden = secret.get(one.file) ?? secretLines(findings, one.file);
    secret.set(one.file, hidden);
    const isHidden = linesOf(one).some((line) => hidden.has(line));
    return formatDiagnostic(one, one.file, isHidden ? '' : textOf(one.file));
  });
}

/** The lines of a document that hold a credential, counted from 1: no text of them is shown. */
export function secretLines(findings: readonly LintFinding[], file: string): ReadonlySet<number> {
  const secrets = findings.filter((one) => one.code === 'lint/secret-in-policy' && one.file === file);
  return new Set(secrets.flatMap(linesOf));
}

function linesOf({ line, endLine }: LintFinding): readonly number[] {
  return Array.from({ length: Math.min(endLine - line, 100) + 1 }, (_, index) => line + index);
}
