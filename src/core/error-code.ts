/** Stable codes of failures that someone can act on. `docs/errors.md` has a section for each. */
export const ERROR_CODES = [
  'AUDIT_UNAVAILABLE',
  'AUDIT_CORRUPT',
  'ALREADY_RUNNING',
  'BWRAP_MISSING',
  'CLIENT_MISSING',
  'NOT_RUNNING',
  'POLICY_INVALID',
  'STATE_FOLDER',
  'UPSTREAM_UNCONFIGURED',
  'USAGE',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];
