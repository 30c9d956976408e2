import type { Diagnostic } from './diagnostic.ts';
import { printable } from './fault.ts';
import { sourceText } from './source-text.ts';

/** What is shown of a diagnostic, whoever gives it. */
export type ShownDiagnostic = Omit<Diagnostic, 'code' | 'severity'> & {
  readonly code: string;
  readonly severity: string;
};

/** Characters of a source line that are shown around the fault. */
const MAX_EXCERPT = 100;

/**
 * Writes a diagnostic for people: `file:line:col: error: message [code]`, the source line with a caret under the fault,
 * and the hint. No final newline.
 *
 * No source line for a fault inside `mcp.servers`, whose values can be credentials.
 *
 * @param text the policy text that the diagnostic is about.
 */
export function formatDiagnostic(diagnostic: ShownDiagnostic, fileName: string, text: string): string {
  const { code, severity, message, hint, line, column, path } = diagnostic;
  const lines = [`${printable(fileName)}:${line}:${column}: ${severity}: ${message} [${code}]`];
  if (!path.startsWith('mcp.servers')) lines.push(...excerpt(sourceText(text).lineAt(line), line, column));
  if (hint !== null) lines.push(`  hint: ${hint}`);
  return lines.join('\n');
}

function excerpt(sourceLine: string, line: number, column: number): readonly string[] {
  if (sourceLine.trim() === '') return [];
  const at = column - 1;
  const start = Math.max(0, Math.min(at - MAX_EXCERPT / 2, sourceLine.length - MAX_EXCERPT));
  const shown = sourceLine.slice(start, start + MAX_EXCERPT);
  const before = start > 0 ? '…' : '';
  const after = start + MAX_EXCERPT < sourceLine.length ? '…' : '';
  const number = String(line);
  // The caret line repeats tabs, so that the caret stands under its character however wide a tab is shown.
  const padding = printableLine(sourceLine.slice(start, at)).replace(/[^\t]/g, ' ');
  return [
    `  ${number} | ${before}${printableLine(shown)}${after}`,
    `  ${' '.repeat(number.length)} | ${before === '' ? '' : ' '}${padding}^`,
  ];
}

function printableLine(text: string): string {
  return text.split('\t').map(printable).join('\t');
}
