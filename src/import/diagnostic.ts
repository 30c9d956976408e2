/** What an import says about an entry of its input. Stable: scripts match on them; `docs/import.md` explains each. */
export const IMPORT_CODES = [
  'import/taken-over',
  'import/widened',
  'import/narrowed',
  'import/weakened',
  'import/now-in-force',
  'import/always-so',
  'import/not-policy',
  'import/not-taken',
  'import/unknown-key',
  'import/wrong-type',
  'import/duplicate-key',
  'import/launcher-secret',
  'import/secret',
  'import/syntax',
  'import/not-readable',
  'import/not-utf8',
  'import/too-large',
  'import/not-settings',
  'import/not-writable',
] as const;
export type ImportCode = (typeof IMPORT_CODES)[number];

/**
 * What became of one entry of the input. `note`: the intent is kept. `warning`: something was lost, or wants a look.
 * `error`: nothing was imported from this file. Holds no value that could be a credential.
 */
export interface ImportDiagnostic {
  readonly code: ImportCode;
  readonly severity: 'note' | 'warning' | 'error';
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1, in UTF-16 code units. */
  readonly column: number;
  /** Where in the document, such as `permissions.deny[3]`; empty for the whole text. */
  readonly path: string;
  /** What the entry says. */
  readonly said: string;
  /** What the real client does with it. */
  readonly client: string;
  /** What it is in the policy. */
  readonly became: string;
}

/** Writes a diagnostic for people, in three lines. No final newline. */
export function formatImportDiagnostic(diagnostic: ImportDiagnostic): string {
  const { code, severity, file, line, column, path, said, client, became } = diagnostic;
  const place = path === '' ? '' : `${path}: `;
  return [
    `${plain(file)}:${line}:${column}: ${severity}: ${place}${said} [${code}]`,
    `  client: ${client}`,
    `  became: ${became}`,
  ].join('\n');
}

/** UTF-16 code units of a quoted entry that are shown. */
const MAX_SHOWN = 160;

/** An outside text on one line, shortened: safe for a terminal and a comment. */
export function plain(text: string): string {
  return spelledOut(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text);
}

/** The whole text with everything but plain ASCII spelled out. */
export function spelledOut(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
