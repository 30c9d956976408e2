import { setImmediate } from 'node:timers/promises';

import { APPEND_TIMEOUT_MS } from '../core/audit.ts';
import type { AuditRecord, AuditSink, Receipt } from '../core/audit.ts';
import { AuditUnavailable, SallyportError, StateFolder } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { lockFolder } from './folder-lock.ts';
import type { FolderLock } from './folder-lock.ts';
import { errorCode } from './log-file-system.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { nodeLogFileSystem } from './node-log-file-system.ts';
import { draftRecord } from './record-line.ts';
import type { RecordDraft } from './record-line.ts';
import { recoverLog } from './recover-log.ts';
import { SEGMENT_MAX_BYTES } from './segment.ts';
import { SegmentWriter } from './segment-writer.ts';

/** Most body bytes that go to the disk in one write, so that a full queue does not turn into one slow sync. */
const MAX_BATCH_BYTES = 1024 * 1024;

/** Most body bytes that wait for the disk. Beyond that appends are refused at once. */
export const MAX_PENDING_BYTES = 16 * 1024 * 1024;

/** A log that is open for writing. Whoever opened it closes it. */
export interface AuditLog extends AuditSink {
  /** Durable records, and so the index of the next one. */
  readonly size: number;
  /** Hash of the last durable record. */
  readonly head: Sha256;
  /**
   * Writes what was appended before, then a record of the closing, and lets the folder go. The same promise each time.
   * It does not settle while a write is stuck in the system.
   *
   * @throws {AuditUnavailable} where the last records could not be made durable; the folder is let go all the same.
   */
  close(): Promise<void>;
}

export interface LogOptions {
  /** Milliseconds since the Unix epoch, for the log's records about itself. */
  readonly clock: () => number;
  /** Size in bytes at which a new segment begins, {@link SEGMENT_MAX_BYTES} where absent. */
  readonly segmentMaxBytes?: number;
  /** The machine's own file system where absent. */
  readonly fs?: LogFileSystem;
}

/**
 * Opens the log in `folder` for writing, or begins one. A torn last line is cut off; that and the opening are recorded
 * before this resolves.
 *
 * @param folder absolute path; made where it is missing.
 * @throws {AlreadyRunning} when the log is open elsewhere.
 * @throws {AuditCorrupt} when anything but the last line is damaged; the log is left as it is.
 * @throws {AuditUnavailable} when the first record could not be made durable, as on a full disk.
 * @throws {StateFolder} when the folder cannot be made, locked or read, or the system refuses to open its files.
 */
export async function openLog(folder: string, options: LogOptions): Promise<AuditLog> {
  const { clock, segmentMaxBytes = SEGMENT_MAX_BYTES, fs = nodeLogFileSystem() } = options;
  const lock = await lockLog(folder);
  try {
    const end = await recoverLog(folder, fs);
    const writer = new SegmentWriter(end, { folder, fs, clock, segmentMaxBytes });
    const log = new GroupCommitLog(writer, lock, clock);
    try {
      if (end.torn !== null) await log.note({ event: 'torn-tail', ...end.torn });
      await log.note({ event: 'opened', size: end.nextIndex, head: end.head });
    } catch (error) {
      await writer.close();
      throw error;
    }
    return log;
  } catch (error) {
    lock.release();
    if (error instanceof SallyportError) throw error;
    throw new StateFolder(`log in \`${folder}\` cannot be opened: ${errorCode(error)}`, { cause: error });
  }
}

async function lockLog(folder: string): Promise<FolderLock> {
  try {
    // The lock is the machine's own even where the segments are not.
    await nodeLogFileSystem().makeFolder(folder);
  } catch (cause) {
    throw new StateFolder(`folder \`${folder}\` cannot be made: ${errorCode(cause)}`, { cause });
  }
  return lockFolder(folder);
}

/** An append that waits. */
interface Waiting {
  readonly draft: RecordDraft;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: AuditUnavailable) => void;
}

/** While one batch is written and synced, later appends gather; then they go as one. No timer delays anything. */
class GroupCommitLog implements AuditLog {
  readonly #writer: SegmentWriter;
  readonly #lock: FolderLock;
  readonly #clock: () => number;
  readonly #waiting = new Set<Waiting>();
  #waitingBytes = 0;
  /** The batch on its way to the disk. */
  #inFlight: ReadonlySet<Waiting> = new Set();
  /** Settles when nothing waits any more; null while nothing does. */
  #draining: Promise<void> | null = null;
  /** Whether the batch in flight outlived an append in it: what comes now would only wait as long. */
  #isStalled = false;
  #closing: Promise<void> | null = null;

  constructor(writer: SegmentWriter, lock: FolderLock, clock: () => number) {
    this.#writer = writer;
    this.#lock = lock;
    this.#clock = clock;
  }

  get size(): number {
    return this.#writer.size;
  }

  get head(): Sha256 {
    return this.#writer.head;
  }

  async append(record: AuditRecord): Promise<Receipt> {
    if (this.#closing !== null) throw new AuditUnavailable('log is closed');
    return await this.#enqueue(draftRecord(record));
  }

  /** Appends a record of the log about itself. */
  async note(body: JsonObject): Promise<Receipt> {
    return await this.#enqueue(draftRecord({ kind: 'log', occurredAtMs: this.#clock(), sessionId: null, body }));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.note({ event: 'closed' });
    } finally {
      try {
        // While the disk does not answer, a write may still land: the folder is not free before that.
        await this.#draining;
        await this.#writer.close();
      } finally {
        this.#lock.release();
      }
    }
  }

  #enqueue(draft: RecordDraft): Promise<Receipt> {
    if (this.#isStalled)
      throw new AuditUnavailable('disk of the log does not answer', { hint: 'check the disk of the log' });
    if (this.#waitingBytes + draft.body.length > MAX_PENDING_BYTES)
      throw new AuditUnavailable('too many records wait for the disk');
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#expire(waiting), APPEND_TIMEOUT_MS);
      const waiting: Waiting = { draft, timer, resolve, reject };
      this.#waiting.add(waiting);
      this.#waitingBytes += draft.body.length;
      this.#draining ??= this.#drain();
    });
  }

  #expire(waiting: Waiting): void {
    if (this.#waiting.delete(waiting)) this.#waitingBytes -= waiting.draft.body.length;
    if (this.#inFlight.has(waiting)) this.#isStalled = true;
    waiting.reject(new AuditUnavailable(`record not durable after ${APPEND_TIMEOUT_MS} ms`));
  }

  async #drain(): Promise<void> {
    for (let isFirst = true; this.#waiting.size > 0; isFirst = false) {
      // Whoever got a receipt, or a request in this turn of the loop, can still join: at full load that is everybody.
      // A record that finds the log idle waits for nobody.
      await (isFirst ? Promise.resolve() : setImmediate());
      const batch = this.#takeBatch();
      if (batch.size > 0) await this.#commit(batch);
    }
    this.#draining = null;
  }

  #takeBatch(): ReadonlySet<Waiting> {
    const batch = new Set<Waiting>();
    let batchBytes = 0;
    for (const waiting of this.#waiting) {
      if (batch.size > 0 && batchBytes + waiting.draft.body.length > MAX_BATCH_BYTES) break;
      batchBytes += waiting.draft.body.length;
      batch.add(waiting);
      this.#waiting.delete(waiting);
    }
    this.#waitingBytes -= batchBytes;
    return batch;
  }

  async #commit(batch: ReadonlySet<Waiting>): Promise<void> {
    this.#inFlight = batch;
    const order = [...batch];
    try {
      const receipts = await this.#writer.commit(order.map(({ draft }) => draft));
      for (const [position, { resolve, timer }] of order.entries()) {
        clearTimeout(timer);
        const receipt = receipts[position];
        if (receipt !== undefined) resolve(receipt);
      }
    } catch (error) {
      const reason =
        error instanceof AuditUnavailable ? error : new AuditUnavailable('record not durable', { cause: error });
      for (const { reject, timer } of order) {
        clearTimeout(timer);
        reject(reason);
      }
    } finally {
      this.#inFlight = new Set();
      this.#isStalled = false;
    }
  }
}
