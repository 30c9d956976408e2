import { setImmediate } from 'node:timers/promises';

import { APPEND_TIMEOUT_MS } from '../core/audit.ts';
import type { AuditRecord, AuditSink, CheckpointHealth, Receipt } from '../core/audit.ts';
import { AuditUnavailable } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { Checkpointer } from './checkpointer.ts';
import type { FolderLock } from './folder-lock.ts';
import { errorCode } from './log-file-system.ts';
import type { LogIdentity } from './log-identity.ts';
import type { Moment, Pulse } from './pulse.ts';
import { draftRecord } from './record-line.ts';
import type { RecordDraft } from './record-line.ts';
import type { SegmentWriter } from './segment-writer.ts';
import type { SignedCheckpoint } from './signed-checkpoint.ts';

/** Most body bytes that go to the disk in one write, so that a full queue does not turn into one slow sync. */
const MAX_BATCH_BYTES = 1024 * 1024;

/** Most body bytes that wait for the disk. Beyond that appends are refused at once. */
export const MAX_PENDING_BYTES = 16 * 1024 * 1024;

/** Least milliseconds between two heartbeats, so that one that fails is not tried without end. */
const MIN_BEAT_MS = 1_000;

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

export interface GroupCommitParts {
  readonly writer: SegmentWriter;
  readonly checkpointer: Checkpointer;
  readonly pulse: Pulse;
  readonly moment: () => Moment;
  readonly lock: FolderLock;
  readonly identity: LogIdentity;
}

/** An append that waits. */
interface Waiting {
  readonly draft: RecordDraft;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: AuditUnavailable) => void;
}

/** While one batch is written and synced, later appends gather; then they go as one. No timer delays anything. */
export class GroupCommitLog implements AuditLog {
  readonly #parts: GroupCommitParts;
  readonly #waiting = new Set<Waiting>();
  #waitingBytes = 0;
  /** The batch on its way to the disk. */
  #inFlight: ReadonlySet<Waiting> = new Set();
  /** Settles when nothing waits any more; null while nothing does. */
  #draining: Promise<void> | null = null;
  /** Whether the batch in flight outlived an append in it: what comes now would only wait as long. */
  #isStalled = false;
  #closing: Promise<void> | null = null;
  /** Records that were refused before they got to the disk, and that no durable record tells of. */
  #turnedAway = 0;
  #beats = 0;
  #refusedSinceBeat = 0;
  #beatTimer: NodeJS.Timeout | null = null;

  constructor(parts: GroupCommitParts) {
    this.#parts = parts;
    this.#awaitBeat();
  }

  get size(): number {
    return this.#parts.writer.size;
  }

  get head(): Sha256 {
    return this.#parts.writer.head;
  }

  get origin(): string {
    return this.#parts.identity.origin;
  }

  get vkey(): string {
    return this.#parts.identity.vkey;
  }

  get checkpoint(): SignedCheckpoint {
    return this.#parts.checkpointer.signed;
  }

  get checkpointHealth(): CheckpointHealth {
    return this.#parts.checkpointer.health;
  }

  onCheckpoint(listener: (checkpoint: SignedCheckpoint) => void): () => void {
    return this.#parts.checkpointer.onCheckpoint(listener);
  }

  beatEvery(seconds: number): void {
    this.#parts.pulse.everySeconds = seconds;
    this.#awaitBeat();
  }

  async append(record: AuditRecord): Promise<Receipt> {
    if (this.#closing !== null) throw new AuditUnavailable('log is closed');
    let waiting: Promise<Receipt>;
    try {
      waiting = this.#enqueue(draftRecord(record));
    } catch (error) {
      if (error instanceof AuditUnavailable) this.#turnAway();
      throw error;
    }
    return await waiting;
  }

  /** Appends a record of the log about itself. */
  async note(body: JsonObject): Promise<Receipt> {
    return await this.#enqueue(this.#noteDraft(body));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { writer, checkpointer, lock, moment } = this.#parts;
    if (this.#beatTimer !== null) clearTimeout(this.#beatTimer);
    try {
      const { upMs, boot } = moment();
      await this.note({ event: 'closed', upMs, boot });
    } finally {
      try {
        // While the disk does not answer, a write may still land: the folder is not free before that.
        await this.#draining;
        await writer.close();
        await checkpointer.close().catch((cause: unknown) => {
          throw new AuditUnavailable(`last checkpoint not signed: failed with ${errorCode(cause)}`, {
            cause,
            hint: 'no record is lost; the next start signs it',
          });
        });
      } finally {
        lock.release();
      }
    }
  }

  /** Lets the files go without a word, where the log could not be opened. The lock stays with the caller. */
  async abandon(): Promise<void> {
    if (this.#beatTimer !== null) clearTimeout(this.#beatTimer);
    this.#closing = Promise.resolve();
    await this.#draining;
    await this.#parts.checkpointer.stop();
    await this.#parts.writer.close();
  }

  #noteDraft(body: JsonObject): RecordDraft {
    return draftRecord({ kind: 'log', occurredAtMs: this.#parts.moment().atMs, sessionId: null, body });
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
    if (this.#waiting.delete(waiting)) {
      this.#waitingBytes -= waiting.draft.body.length;
      if (waiting.draft.kind !== 'log') this.#turnAway();
    }
    if (this.#inFlight.has(waiting)) this.#isStalled = true;
    waiting.reject(new AuditUnavailable(`record not durable after ${APPEND_TIMEOUT_MS} ms`));
  }

  #turnAway(): void {
    this.#turnedAway += 1;
    this.#refusedSinceBeat += 1;
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
    const { moment } = this.#parts;
    this.#inFlight = batch;
    const order = [...batch];
    const now = moment();
    const due = this.#dueNotes(now);
    try {
      const receipts = await this.#written([
        ...due.notes.map((body) => this.#noteDraft(body)),
        ...order.map(({ draft }) => draft),
      ]);
      due.told();
      for (const [position, { resolve, timer }] of order.entries()) {
        clearTimeout(timer);
        const receipt = receipts[due.notes.length + position];
        if (receipt !== undefined) resolve(receipt);
      }
    } catch (error) {
      const reason =
        error instanceof AuditUnavailable ? error : new AuditUnavailable('record not durable', { cause: error });
      this.#refusedSinceBeat += order.filter(({ draft }) => draft.kind !== 'log').length;
      for (const { reject, timer } of order) {
        clearTimeout(timer);
        reject(reason);
      }
    } finally {
      this.#inFlight = new Set();
      this.#isStalled = false;
    }
  }

  async #written(drafts: readonly RecordDraft[]): Promise<readonly Receipt[]> {
    const writing = this.#parts.writer.commit(drafts);
    // By then the system syncs, and this thread would only wait.
    globalThis.setImmediate(() => this.#parts.checkpointer.fold());
    return await writing;
  }

  /** What the log has to say of itself before it writes on. Until `told` is called, it is due again the next time. */
  #dueNotes(now: Moment): { readonly notes: readonly JsonObject[]; readonly told: () => void } {
    const { pulse, writer, checkpointer } = this.#parts;
    const notes = [...pulse.look(now, writer.isFailing)];
    const turnedAway = this.#turnedAway;
    if (turnedAway > 0)
      notes.push({ event: 'write-failed', step: 'queue', code: 'AUDIT_UNAVAILABLE', refused: turnedAway });
    const { overcome } = checkpointer;
    if (overcome !== null) notes.push({ event: 'checkpoint-failed', ...overcome });
    const told = (): void => {
      pulse.wrote(now);
      this.#turnedAway -= turnedAway;
      if (overcome !== null) checkpointer.tell(overcome);
    };
    return { notes, told };
  }

  #awaitBeat(): void {
    if (this.#beatTimer !== null) clearTimeout(this.#beatTimer);
    const { pulse, moment } = this.#parts;
    this.#beatTimer = setTimeout(() => this.#beat(), Math.max(MIN_BEAT_MS, pulse.untilBeatMs(moment())));
    this.#beatTimer.unref();
  }

  #beat(): void {
    const { pulse, moment } = this.#parts;
    const now = moment();
    if (pulse.untilBeatMs(now) > 0) return this.#awaitBeat();
    this.#beats += 1;
    pulse.beat(now);
    const refused = this.#refusedSinceBeat;
    const { upMs, boot } = now;
    this.note({ event: 'heartbeat', sequence: this.#beats, everySeconds: pulse.everySeconds, upMs, boot, refused })
      .then(() => void (this.#refusedSinceBeat -= refused))
      // The next record says that this one failed, and that there was silence.
      .catch(() => undefined)
      .finally(() => {
        if (this.#closing === null) this.#awaitBeat();
      });
  }
}
