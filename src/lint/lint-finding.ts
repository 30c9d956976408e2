import type { DiagnosticCode } from '../policy/index.ts';
import type { LintCode, LintSeverity } from './lint-code.ts';

/** A change of a text: what stands from `start` to before `end` becomes `text`. */
export interface TextEdit {
  readonly file: string;
  /** UTF-16 offsets in the text without its byte order mark. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One thing to say about a policy, with the place in its text. Never holds a credential, whatever the text holds. */
export interface LintFinding {
  readonly code: LintCode | DiagnosticCode;
  readonly severity: LintSeverity;
  /** As the document was named; empty for the set of documents. */
  readonly file: string;
  /** Lines and columns count from 1, in UTF-16 code units; the end is the first place behind. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The field, such as `commands.deny[3].run[1]`; empty where there is none. */
  readonly path: string;
  /** One line, lower case, no final period. */
  readonly message: string;
  /** What to do about it, or null where the message says it. */
  readonly hint: string | null;
  /** Edits that mend it and change nothing else that the policy means; null where a person must decide. */
  readonly fix: readonly TextEdit[] | null;
}
