import type { DiagnosticCode } from './diagnostic.ts';

/** The way from the top of the policy to a field: names and list positions. */
export type FieldPath = readonly (string | number)[];

/** A diagnostic before it is given a line and a column. */
export interface Fault {
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly hint: string | null;
  readonly path: FieldPath;
  /** UTF-16 offset in the text, without its byte order mark. */
  readonly offset: number;
}

/** Writes a path the way people say it: `commands.deny[3].run[1]`. */
export function fieldPathText(path: FieldPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += `${text === '' ? '' : '.'}${printable(part)}`;
  }
  return text;
}

/** Characters of quoted input that a message shows. */
const MAX_QUOTED = 60;

/** Puts input in backticks, on one line and shortened. */
export function quoted(text: string): string {
  const short = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
  return `\`${printable(short)}\``;
}

// Diagnostics reach terminals: a control character could move the cursor, a bidirectional one reorder the line.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** The text with every character that steers a terminal replaced by U+FFFD. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\uFFFD');
}
