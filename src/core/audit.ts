import type { JsonObject } from './json.ts';
import type { SessionId, Sha256 } from './ids.ts';

/** What a record is about. */
export const RECORD_KINDS = [
  'decision',
  'hook',
  'model',
  'session',
  'policy',
  'admin',
  'egress',
  'finding',
  'log',
] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/**
 * One thing that happened, as given to the log. `body` holds digests of content, and content only encrypted under the key
 * of its session: no prompt, no file text, no secret.
 */
export interface AuditRecord {
  readonly kind: RecordKind;
  /** Milliseconds since the Unix epoch, by the clock of the machine that acted. Order comes from the log index. */
  readonly occurredAtMs: number;
  /** The governed session it belongs to, or null for what concerns the host. */
  readonly sessionId: SessionId | null;
  readonly body: JsonObject;
}

/** Proof that a record is durable. `index` counts from 0 and is the record's id on the command line. */
export interface Receipt {
  readonly index: number;
  readonly hash: Sha256;
}

/** Milliseconds after which an append counts as failed; far below the hook client's own deadline. */
export const APPEND_TIMEOUT_MS = 2_000;

/** Where records go. Rooms that act are given one; they never open a log themselves. */
export interface AuditSink {
  /**
   * Implementations MUST NOT resolve before the record would survive a power cut.
   * Callers MUST NOT let an action proceed before this resolves.
   *
   * @throws {AuditUnavailable} when that fails or takes longer than {@link APPEND_TIMEOUT_MS}; the caller then denies.
   */
  append(record: AuditRecord): Promise<Receipt>;
}

/**
 * Whether the log signs its checkpoints in time. Records are durable all the same while it does not, but nobody outside
 * can verify them yet.
 */
export interface CheckpointHealth {
  /** `failing` where the oldest record that no checkpoint covers has waited longer than the log promises. */
  readonly state: 'ok' | 'failing';
  /** How long that record has waited, in milliseconds; 0 where every record is covered. */
  readonly lateMs: number;
  /** Attempts that failed since the newest checkpoint. */
  readonly failures: number;
  /** Why the last attempt failed, in one line; null where none did since the newest checkpoint. */
  readonly error: string | null;
}
