import { formatDiagnostic } from '../policy/index.ts';
import type { LintFinding } from './lint-finding.ts';

/**
 * Writes findings for people, as diagnostics are written: place, severity, message and code, the line with a caret, and
 * the hint. A line that holds a credential is not shown.
 *
 * @param textOf the text of a document by its name.
 */
export function findingTexts(findings: readonly LintFinding[], textOf: (file: string) => string): readonly string[] {
  const secret = new Set(
    findings
      .filter(({ code }) => code === 'lint/secret-in-policy')
      .flatMap((one) => linesOf(one).map((line) => `${one.file}\n${line}`)),
  );
  return findings.map((one) => {
    const isHidden = linesOf(one).some((line) => secret.has(`${one.file}\n${line}`));
    return formatDiagnostic(one, one.file, isHidden ? '' : textOf(one.file));
  });
}

function linesOf({ line, endLine }: LintFinding): readonly number[] {
  return Array.from({ length: Math.min(endLine - line, 100) + 1 }, (_, index) => line + index);
}
