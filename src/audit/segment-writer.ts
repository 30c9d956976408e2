import { basename, join } from 'node:path';

import { AuditCorrupt, AuditUnavailable } from '../core/error.ts';
import type { Receipt } from '../core/audit.ts';
import type { Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { errorCode, isFull } from './log-file-system.ts';
import type { LogFile, LogFileSystem } from './log-file-system.ts';
import { draftRecord, encodeLine, hashLine } from './record-line.ts';
import type { RecordDraft } from './record-line.ts';
import type { LogEnd } from './recover-log.ts';
import { SEGMENTS_FOLDER, segmentAt } from './segment.ts';
import type { Segment } from './segment.ts';
import { readRange, writeRange } from './whole-file.ts';

export interface WriterOptions {
  readonly folder: string;
  readonly fs: LogFileSystem;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly segmentMaxBytes: number;
  /** Takes the hashes of records that are durable, in order, before their receipts are given. Must not throw. */
  readonly onDurable: (hashes: readonly Sha256[]) => void;
}

/** A write or sync that failed, until the log is known to be whole again. */
interface Failure {
  readonly step: string;
  readonly cause: unknown;
  /** Records that were refused since, but for those of the log about itself. */
  refused: number;
}

/**
 * Writes batches of records at the end of a log, one batch at a time.
 *
 * After a failure nobody knows what is on the disk beyond the last batch that was synced: the kernel reports a failed
 * sync once and may then call the lost pages clean. So the file is opened anew, cut back to that batch, synced, and
 * only then written on; until that works every batch is refused.
 */
export class SegmentWriter {
  readonly #options: WriterOptions;
  #file: LogFile;
  #segment: Segment;
  /** Bytes of the segment that are durable. */
  #sizeBytes: number;
  /** Bytes of its last durable line with newline, 0 while there is none. */
  #lastLineBytes: number;
  #nextIndex: number;
  #head: Sha256;
  #failure: Failure | null = null;
  #isClosed = false;

  /** Takes over `file`, which is open on the segment that `end` names. */
  constructor(file: LogFile, end: LogEnd, options: WriterOptions) {
    this.#options = options;
    this.#file = file;
    this.#segment = end.segment;
    this.#sizeBytes = end.sizeBytes;
    this.#lastLineBytes = end.lastLineBytes;
    this.#nextIndex = end.nextIndex;
    this.#head = end.head;
  }

  /** Durable records. */
  get size(): number {
    return this.#nextIndex;
  }

  /** Whether the newest batch was refused. */
  get isFailing(): boolean {
    return this.#failure !== null;
  }

  /** Hash of the last durable record. */
  get head(): Sha256 {
    return this.#head;
  }

  /**
   * Makes records durable, all or none. Must not be called again before it settles.
   *
   * @throws {AuditUnavailable} when that failed. Whether their bytes reached the disk is unknown, and the next call
   * first removes them.
   */
  async commit(drafts: readonly RecordDraft[]): Promise<readonly Receipt[]> {
    let step = 'repair';
    if (this.#isClosed) throw new AuditUnavailable('log is closed');
    try {
      const failure = this.#failure;
      if (failure !== null) await this.#repair();
      const batch = this.#encode(failure === null ? drafts : [this.#failureNote(failure), ...drafts]);
      step = 'rotate';
      if (this.#sizeBytes > 0 && this.#sizeBytes + batch.bytes.length > this.#options.segmentMaxBytes)
        await this.#rotate();
      step = 'write';
      await writeRange(this.#file, batch.bytes, this.#sizeBytes);
      step = 'sync';
      await Promise.all([this.#file.sync(), this.#checkInPlace(this.#sizeBytes + batch.bytes.length)]);
      this.#failure = null;
      this.#sizeBytes += batch.bytes.length;
      this.#lastLineBytes = batch.lastLineBytes;
      this.#nextIndex += batch.receipts.length;
      this.#head = batch.head;
      this.#options.onDurable(batch.receipts.map(({ hash }) => hash));
      return batch.receipts.slice(batch.receipts.length - drafts.length);
    } catch (cause) {
      this.#failure ??= { step, cause, refused: 0 };
      this.#failure.refused += drafts.filter(({ kind }) => kind !== 'log').length;
      throw unavailable(step, this.#segment, cause);
    }
  }

  /** Lets the file go. Nothing is written after that. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#file.close();
  }

  #encode(drafts: readonly RecordDraft[]): Batch {
    const receipts: Receipt[] = [];
    const lines: string[] = [];
    let head = this.#head;
    for (const draft of drafts) {
      const index = this.#nextIndex + receipts.length;
      const line = encodeLine(draft, index, head);
      head = hashLine(line);
      lines.push(line);
      receipts.push({ index, hash: head });
    }
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    return { bytes, receipts, head, lastLineBytes: Buffer.byteLength(lines.at(-1) ?? '') + 1 };
  }

  #failureNote(failure: Failure): RecordDraft {
    const body: JsonObject = {
      event: 'write-failed',
      step: failure.step,
      code: errorCode(failure.cause),
      refused: failure.refused,
    };
    return draftRecord({ kind: 'log', occurredAtMs: this.#options.clock(), sessionId: null, body });
  }

  async #rotate(): Promise<void> {
    const { fs, folder } = this.#options;
    const next = segmentAt(folder, this.#nextIndex);
    const file = await openEmpty(next, fs);
    try {
      await fs.syncFolder(join(folder, SEGMENTS_FOLDER));
    } catch (error) {
      await file.close();
      throw error;
    }
    const full = this.#file;
    this.#file = file;
    this.#segment = next;
    this.#sizeBytes = 0;
    this.#lastLineBytes = 0;
    await full.close();
  }

  /** A segment that was removed, replaced or cut under our feet still takes writes, which nobody would ever read. */
  async #checkInPlace(sizeBytes: number): Promise<void> {
    const [opened, named] = await Promise.all([this.#file.stat(), this.#options.fs.stat(this.#segment.path)]);
    if (opened.identity !== named.identity || opened.sizeBytes !== sizeBytes) {
      throw new AuditCorrupt(`segment \`${basename(this.#segment.path)}\` was changed by someone else`);
    }
  }

  async #repair(): Promise<void> {
    const { fs, folder } = this.#options;
    const broken = this.#file;
    this.#file = await fs.open(this.#segment.path, 'write');
    // A failing close of what failed already tells nothing new.
    await broken.close().catch(() => undefined);
    await this.#checkLastLine();
    await this.#file.truncate(this.#sizeBytes);
    await this.#file.sync();
    await fs.syncFolder(join(folder, SEGMENTS_FOLDER));
    await this.#checkInPlace(this.#sizeBytes);
  }

  async #checkLastLine(): Promise<void> {
    if (this.#sizeBytes === 0) return;
    const line = await readRange(this.#file, this.#sizeBytes - this.#lastLineBytes, this.#lastLineBytes);
    if (line.length === this.#lastLineBytes && hashLine(line.subarray(0, -1)) === this.#head) return;
    throw new AuditCorrupt(`segment \`${basename(this.#segment.path)}\` does not end with the last durable record`);
  }
}

interface Batch {
  readonly bytes: Buffer;
  readonly receipts: readonly Receipt[];
  readonly head: Sha256;
  readonly lastLineBytes: number;
}

/** Makes a segment, or takes the empty one that a failed attempt to make it left. */
async function openEmpty(segment: Segment, fs: LogFileSystem): Promise<LogFile> {
  try {
    return await fs.open(segment.path, 'create');
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  const file = await fs.open(segment.path, 'write');
  const { sizeBytes } = await file.stat();
  if (sizeBytes === 0) return file;
  await file.close();
  throw new AuditCorrupt(`segment \`${basename(segment.path)}\` exists before its first record`);
}

function unavailable(step: string, segment: Segment, cause: unknown): AuditUnavailable {
  const code = errorCode(cause);
  const message = `record not durable: ${step} of segment \`${basename(segment.path)}\` failed with ${code}`;
  if (isFull(cause)) return new AuditUnavailable(message, { cause, hint: 'free space on the disk of the log' });
  return new AuditUnavailable(message, { cause, hint: 'check the disk and the folder of the log, then restart' });
}
