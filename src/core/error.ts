import type { ErrorCode } from './error-code.ts';

/** A failure that someone can act on. The message is one line, lower case, and never holds a secret or a prompt. */
export abstract class SallyportError extends Error {
  abstract readonly code: ErrorCode;
  /** What to do next, or null where the message says it all. */
  readonly hint: string | null;

  constructor(message: string, options: { readonly cause?: unknown; readonly hint?: string } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint ?? null;
  }
}

/** The log could not make a record durable in time. Actions waiting for it are denied. */
export class AuditUnavailable extends SallyportError {
  override readonly code = 'AUDIT_UNAVAILABLE';
}

/** The log on disk is not what was written: a record before the last one is damaged, missing or out of order. */
export class AuditCorrupt extends SallyportError {
  override readonly code = 'AUDIT_CORRUPT';
}

/** Another process serves this state folder. */
export class AlreadyRunning extends SallyportError {
  override readonly code = 'ALREADY_RUNNING';
}

/** No daemon answers for this state folder. */
export class NotRunning extends SallyportError {
  override readonly code = 'NOT_RUNNING';
}

/** bubblewrap, which puts the policy in force without touching the machine, cannot be run. */
export class BwrapMissing extends SallyportError {
  override readonly code = 'BWRAP_MISSING';
}

/** The coding agent's program was not found. */
export class ClientMissing extends SallyportError {
  override readonly code = 'CLIENT_MISSING';
}

/** The policy cannot be put in force as it stands. The message counts the faults; the diagnostics name them. */
export class PolicyInvalid extends SallyportError {
  override readonly code = 'POLICY_INVALID';
}

/** The state folder cannot be used as it is. */
export class StateFolder extends SallyportError {
  override readonly code = 'STATE_FOLDER';
}

/** The policy routes to a model provider that is not set up. */
export class UpstreamUnconfigured extends SallyportError {
  override readonly code = 'UPSTREAM_UNCONFIGURED';
}

/** A command was called with words that it does not take. */
export class UsageError extends SallyportError {
  override readonly code = 'USAGE';
}
