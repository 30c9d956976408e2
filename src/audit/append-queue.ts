import { APPEND_TIMEOUT_MS } from '../core/audit.ts';
import type { Receipt } from '../core/audit.ts';
import { AuditUnavailable } from '../core/error.ts';
import type { RecordDraft } from './record-line.ts';

/** Most body bytes that go to the disk in one write, so that a full queue does not turn into one slow sync. */
const MAX_BATCH_BYTES = 1024 * 1024;

/** Most body bytes that wait for the disk. Beyond that appends are refused at once. */
export const MAX_PENDING_BYTES = 16 * 1024 * 1024;

/** An append that waits. */
export interface Waiting {
  readonly draft: RecordDraft;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: AuditUnavailable) => void;
}

/** Appends that wait for the disk, oldest first. None waits longer than {@link APPEND_TIMEOUT_MS}, and their bytes are bounded. */
export class AppendQueue {
  readonly #onExpired: (draft: RecordDraft) => void;
  readonly #waiting = new Set<Waiting>();
  #waitingBytes = 0;
  /** The batch on its way to the disk. */
  #inFlight: ReadonlySet<Waiting> = new Set();
  /** Whether the batch in flight outlived an append in it: what comes now would only wait as long. */
  #isStalled = false;

  /** @param onExpired told of each append that was given up before it was on its way to the disk. */
  constructor(onExpired: (draft: RecordDraft) => void) {
    this.#onExpired = onExpired;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /**
   * Adds an append.
   *
   * @returns what {@link Waiting.resolve} or a rejection tells its caller.
   * @throws {AuditUnavailable} where too much waits already, or the disk does not answer.
   */
  add(draft: RecordDraft): Promise<Receipt> {
    if (this.#isStalled)
      throw new AuditUnavailable('disk of the log does not answer', { hint: 'check the disk of the log' });
    if (this.#waitingBytes + draft.body.length > MAX_PENDING_BYTES)
      throw new AuditUnavailable('too many records wait for the disk');
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#expire(waiting), APPEND_TIMEOUT_MS);
      const waiting: Waiting = { draft, timer, resolve, reject };
      this.#waiting.add(waiting);
      this.#waitingBytes += draft.body.length;
    });
  }

  /** Takes the oldest as one batch, which is on its way to the disk until {@link landed}. */
  take(): readonly Waiting[] {
    const batch = new Set<Waiting>();
    let batchBytes = 0;
    for (const waiting of this.#waiting) {
      if (batch.size > 0 && batchBytes + waiting.draft.body.length > MAX_BATCH_BYTES) break;
      batchBytes += waiting.draft.body.length;
      batch.add(waiting);
      this.#waiting.delete(waiting);
    }
    this.#waitingBytes -= batchBytes;
    this.#inFlight = batch;
    return [...batch];
  }

  /** Says that the disk answered about the batch that was taken, well or not. */
  landed(): void {
    this.#inFlight = new Set();
    this.#isStalled = false;
  }

  #expire(waiting: Waiting): void {
    if (this.#waiting.delete(waiting)) {
      this.#waitingBytes -= waiting.draft.body.length;
      this.#onExpired(waiting.draft);
    }
    if (this.#inFlight.has(waiting)) this.#isStalled = true;
    waiting.reject(new AuditUnavailable(`record not durable after ${APPEND_TIMEOUT_MS} ms`));
  }
}
