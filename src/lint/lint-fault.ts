import { fieldPathText } from '../policy/index.ts';
import type { FieldPath } from '../policy/index.ts';
import { LINT_CODES } from './lint-code.ts';
import type { LintCode, LintSeverity } from './lint-code.ts';
import type { LintDocument } from './lint-document.ts';
import type { LintFinding, TextEdit } from './lint-finding.ts';

/** What a check found, before it is given lines and columns. */
export interface LintFault {
  readonly code: LintCode;
  /** Left out: what the code weighs. */
  readonly severity?: LintSeverity;
  readonly document: LintDocument;
  readonly path: FieldPath;
  /** UTF-16 offsets; left out: the value at `path`. */
  readonly span?: { readonly start: number; readonly end: number };
  readonly message: string;
  readonly hint: string | null;
  readonly edits?: readonly Omit<TextEdit, 'file'>[];
}

/** Gives a fault its place. */
export function findingOf({ code, severity, document, path, span, message, hint, edits }: LintFault): LintFinding {
  const at = span ?? document.document?.spanOf(path) ?? { start: 0, end: 0 };
  const start = document.source.positionOf(at.start);
  const end = document.source.positionOf(at.end);
  return {
    code,
    severity: severity ?? LINT_CODES[code].severity,
    file: document.file,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    path: fieldPathText(path),
    message,
    hint,
    fix: edits?.map((edit) => ({ ...edit, file: document.file })) ?? null,
  };
}
