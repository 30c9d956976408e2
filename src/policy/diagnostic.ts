/** What can be wrong with a policy. Stable: editors and people's scripts match on them; `docs/policy.md` explains each. */
export const DIAGNOSTIC_CODES = [
  'policy/too-large',
  'policy/not-utf8',
  'policy/hidden-character',
  'policy/yaml-syntax',
  'policy/yaml-feature',
  'policy/too-deep',
  'policy/not-a-mapping',
  'policy/field-name',
  'policy/duplicate-field',
  'policy/unknown-field',
  'policy/missing-field',
  'policy/wrong-type',
  'policy/unknown-value',
  'policy/out-of-bounds',
  'policy/wrong-form',
  'policy/bad-pattern',
  'policy/look-alike',
  'policy/reserved-rule',
  'policy/duplicate-rule',
  'policy/unknown-rule',
  'policy/bad-lift',
  'policy/layer-set',
  'policy/layer-widens',
  'policy/multi-tenant-host',
  'policy/contradiction',
  'policy/no-effect',
  'policy/exception-long',
  'policy/exception-expired',
  'policy/more-faults',
] as const;
export type DiagnosticCode = (typeof DIAGNOSTIC_CODES)[number];

/** One thing to say about a policy text. An error keeps the policy from being used, a warning does not. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning';
  /** One line, lower case. Quotes what was written in backticks, shortened; never a value given to an MCP server. */
  readonly message: string;
  /** What to do about it, or null where the message says it. */
  readonly hint: string | null;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1, in UTF-16 code units, as editors count. */
  readonly column: number;
  /** The field, such as `commands.deny[3].run[1]`; empty for the whole text. */
  readonly path: string;
}

/** Diagnostics given for one text at most; the last one then says that there are more. */
export const MAX_DIAGNOSTICS = 100;
