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

/**
 * The log takes no record that lets something happen, because a sink that the policy requires is too far behind. The
 * message names the sink and how far, and is for the developer too.
 */
export class LogBehind extends AuditUnavailable {}

/** The database that `audit query` asks is not installed, or does not run on this machine. */
export class QueryEngineMissing extends SallyportError {
  override readonly code = 'QUERY_ENGINE_MISSING';
}

/** A query is wrong, is none that only reads, or took more time or room than it may. */
export class QueryFailed extends SallyportError {
  override readonly code = 'QUERY_FAILED';
}

/** The log on disk is not what was written: a record before the last one is damaged, missing or out of order. */
export class AuditCorrupt extends SallyportError {
  override readonly code = 'AUDIT_CORRUPT';
}

/** The key that signs the log is missing, is not the one that signed before, or is open to others. */
export class AuditKey extends SallyportError {
  override readonly code = 'AUDIT_KEY';
}

/** Another process serves this state folder. */
export class AlreadyRunning extends SallyportError {
  override readonly code = 'ALREADY_RUNNING';
}

/** The local authority of the forward proxy is missing, damaged or open to others, or would be overwritten. */
export class AuthorityUnusable extends SallyportError {
  override readonly code = 'AUTHORITY_UNUSABLE';
}

/** The daemon answered that it could not do what it was asked, for a reason that nobody foresaw. It says more on its stderr. */
export class DaemonFailed extends SallyportError {
  override readonly code = 'DAEMON_FAILED';
}

/** A file of data, such as labelled rows, measured cases or allowed hashes, holds what is none. The message names the place and quotes nothing of it. */
export class DataInvalid extends SallyportError {
  override readonly code = 'DATA_INVALID';
}

/** A daemon holds the control socket, but is stopped, stuck or too busy to answer in time. */
export class NotAnswering extends SallyportError {
  override readonly code = 'NOT_ANSWERING';
}

/** No daemon answers for this state folder. */
export class NotRunning extends SallyportError {
  override readonly code = 'NOT_RUNNING';
}

/** Codes of a bundle that is not taken. */
export type BundleErrorCode = Extract<ErrorCode, `BUNDLE_${string}`>;

/** A bundle is not put in force, for the reason that the code names. What was in force before stays so. */
export class BundleRefused extends SallyportError {
  override readonly code: BundleErrorCode;

  constructor(
    code: BundleErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly hint?: string } = {},
  ) {
    super(message, options);
    this.code = code;
  }
}

/** bubblewrap, which puts the policy in force without touching the machine, cannot be run. */
export class BwrapMissing extends SallyportError {
  override readonly code = 'BWRAP_MISSING';
}

/** A case file cannot be read. The message counts the faults and names each place. */
export class CasesInvalid extends SallyportError {
  override readonly code = 'CASES_INVALID';
}

/** The coding agent's program was not found. */
export class ClientMissing extends SallyportError {
  override readonly code = 'CLIENT_MISSING';
}

/** Content is not destroyed: it is held, its session runs, or there is none. Nothing was changed. */
export class ErasureRefused extends SallyportError {
  override readonly code = 'ERASURE_REFUSED';
}

/** The log holds no record of that number. */
export class NoSuchRecord extends SallyportError {
  override readonly code = 'NO_SUCH_RECORD';
}

/** The policy cannot be put in force as it stands. The message counts the faults; the diagnostics name them. */
export class PolicyInvalid extends SallyportError {
  override readonly code = 'POLICY_INVALID';
}

/** The daemon ended a session and its client with it: a limit of the policy was reached, or somebody asked for it. */
export class SessionEnded extends SallyportError {
  override readonly code = 'SESSION_ENDED';
}

/** The daemon does not open a session for whoever asks. The message says why. */
export class SessionRefused extends SallyportError {
  override readonly code = 'SESSION_REFUSED';
}

/** The state folder cannot be used as it is. */
export class StateFolder extends SallyportError {
  override readonly code = 'STATE_FOLDER';
}

/** Codes of an object store, or another place that records are sent to, that did not do what it was asked. */
export type StoreErrorCode = Extract<ErrorCode, `STORE_${string}`>;

/** What an object store or another place for records was asked was not done, for the reason that the code names. */
export class StoreFailed extends SallyportError {
  override readonly code: StoreErrorCode;

  constructor(
    code: StoreErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly hint?: string } = {},
  ) {
    super(message, options);
    this.code = code;
  }
}

/** A second place of checkpoints cannot be read, so nothing can be said of what it holds. */
export class AnchorUnreadable extends SallyportError {
  override readonly code = 'ANCHOR_UNREADABLE';
}

/** A witness cannot be run as it is set up: its key, its state or the keys of its logs. The message says which. */
export class WitnessUnusable extends SallyportError {
  override readonly code = 'WITNESS_UNUSABLE';
}

/** A tile of a log's tree is missing or not of its length, so a root or proof cannot be made. */
export class TileUnusable extends SallyportError {
  override readonly code = 'TILE_UNUSABLE';
}

/** Something took longer than its limit and was broken off. */
export class TimedOut extends SallyportError {
  override readonly code = 'TIMED_OUT';
}

/** The policy routes to a model provider that is not set up. */
export class UpstreamUnconfigured extends SallyportError {
  override readonly code = 'UPSTREAM_UNCONFIGURED';
}

/** A command was called with words that it does not take. */
export class UsageError extends SallyportError {
  override readonly code = 'USAGE';
}
