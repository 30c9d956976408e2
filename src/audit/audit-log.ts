import type { AuditSink, CheckpointHealth } from '../core/audit.ts';
import type { Sha256 } from '../core/ids.ts';
import type { SignedCheckpoint } from './signed-checkpoint.ts';

/** A log that is open for writing. Whoever opened it closes it. */
export interface AuditLog extends AuditSink {
  /** Durable records, and so the index of the next one. */
  readonly size: number;
  /** Hash of the last durable record. */
  readonly head: Sha256;
  /** Name of the log, which its checkpoints carry. */
  readonly origin: string;
  /** Key that its checkpoints verify with, as C2SP writes it. */
  readonly vkey: string;
  /** The newest checkpoint. It covers every record that has been durable for a second, unless `checkpointHealth` says else. */
  readonly checkpoint: SignedCheckpoint;
  readonly checkpointHealth: CheckpointHealth;
  /** Calls `listener`, which must not throw, with each checkpoint once it is durable; the function that it gives ends that. */
  onCheckpoint(listener: (checkpoint: SignedCheckpoint) => void): () => void;
  /** Sets the seconds of silence after which a heartbeat is recorded. @throws {TypeError} for 0, and for more than a day. */
  beatEvery(seconds: number): void;
  /**
   * Writes what was appended before, then a record of the closing and a checkpoint over all, and lets the folder go. The
   * same promise each time. It does not settle while a write is stuck in the system.
   *
   * @throws {AuditUnavailable} where the last records or the checkpoint could not be made durable; the folder is let go
   *   all the same.
   */
  close(): Promise<void>;
}
