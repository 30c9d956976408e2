import { setImmediate } from 'node:timers/promises';

import type { AuditRecord, CheckpointHealth, Receipt } from '../core/audit.ts';
import { AuditUnavailable } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { AppendQueue } from './append-queue.ts';
import type { Waiting } from './append-queue.ts';
import type { AuditLog } from './audit-log.ts';
import type { Checkpointer } from './checkpointer.ts';
import type { FolderLock } from './folder-lock.ts';
import { Heartbeat } from './heartbeat.ts';
import { errorCode } from './log-file-system.ts';
import type { LogIdentity } from './log-identity.ts';
import type { Moment, Pulse } from './pulse.ts';
import { draftRecord } from './record-line.ts';
import type { RecordDraft } from './record-line.ts';
import type { SegmentWriter } from './segment-writer.ts';
import type { SignedCheckpoint } from './signed-checkpoint.ts';

export interface GroupCommitParts {
  readonly writer: SegmentWriter;
  readonly checkpointer: Checkpointer;
  readonly pulse: Pulse;
  readonly moment: () => Moment;
  readonly lock: FolderLock;
  readonly identity: LogIdentity;
}

/** While one batch is written and synced, later appends gather; then they go as one. No timer delays anything. */
export class GroupCommitLog implements AuditLog {
  readonly #parts: GroupCommitParts;
  readonly #queue: AppendQueue;
  readonly #heartbeat: Heartbeat;
  /** Settles when nothing waits any more; null while nothing does. */
  #draining: Promise<void> | null = null;
  #closing: Promise<void> | null = null;
  /** Records that were refused before they got to the disk, and that no durable record tells of. */
  #turnedAway = 0;

  constructor(parts: GroupCommitParts) {
    this.#parts = parts;
    this.#queue = new AppendQueue(({ kind }) => {
      if (kind !== 'log') this.#turnAway();
    });
    const { pulse, moment } = parts;
    this.#heartbeat = new Heartbeat({ pulse, moment, note: (body) => this.note(body) });
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
    this.#heartbeat.everySeconds(seconds);
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
    this.#heartbeat.stop();
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
    this.#heartbeat.stop();
    this.#closing = Promise.resolve();
    await this.#draining;
    await this.#parts.checkpointer.stop();
    await this.#parts.writer.close();
  }

  #noteDraft(body: JsonObject): RecordDraft {
    return draftRecord({ kind: 'log', occurredAtMs: this.#parts.moment().atMs, sessionId: null, body });
  }

  #enqueue(draft: RecordDraft): Promise<Receipt> {
    const receipt = this.#queue.add(draft);
    this.#draining ??= this.#drain();
    return receipt;
  }

  #turnAway(): void {
    this.#turnedAway += 1;
    this.#heartbeat.countRefused(1);
  }

  async #drain(): Promise<void> {
    for (let isFirst = true; !this.#queue.isEmpty; isFirst = false) {
      // Whoever got a receipt, or a request in this turn of the loop, can still join: at full load that is everybody.
      // A record that finds the log idle waits for nobody.
      await (isFirst ? Promise.resolve() : setImmediate());
      const batch = this.#queue.take();
      if (batch.length > 0) await this.#commit(batch);
    }
    this.#draining = null;
  }

  async #commit(order: readonly Waiting[]): Promise<void> {
    const { moment } = this.#parts;
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
      this.#heartbeat.countRefused(order.filter(({ draft }) => draft.kind !== 'log').length);
      for (const { reject, timer } of order) {
        clearTimeout(timer);
        reject(reason);
      }
    } finally {
      this.#queue.landed();
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
}
