import { hash } from 'node:crypto';

import { MAX_RECORD_BYTES, ZERO_HASH, decodeLine, hashLine } from '../audit/index.ts';
import type { LoggedRecord } from '../audit/index.ts';
import type { Sha256 } from '../core/ids.ts';
import { TILE_WIDTH } from '../tlog/index.ts';
import type { FaultList } from './fault-list.ts';
import { CHUNK_BYTES, FileUnreadable } from './file-tree.ts';
import type { RecordFile } from './inventory.ts';
import { tailKind } from './record-line-tail.ts';
import { RecordOrder } from './record-order.ts';
import type { BrokenLink, LineAt } from './record-order.ts';
import type { TreeRebuild } from './tree-rebuild.ts';

const NEWLINE = 0x0a;
const LEAF_PREFIX = 0x00;

const MISNAMED = 'is not named for the record that it starts with';

/** What a walk is told. */
export interface WalkOptions {
  /** Records below this are checked by their hash alone, as the signed tree holds it; those from here on are decoded. */
  readonly hashedSize: number;
  /** Told of each record of the log about itself, in order. */
  readonly onLogRecord: (record: LoggedRecord) => void;
}

/** Cuts the files of a log into lines and gives each to the order of the records. Memory stays bounded whatever the files hold. */
export class RecordWalk {
  readonly #rebuild: TreeRebuild;
  readonly #order: RecordOrder;
  readonly #options: WalkOptions;
  // The byte in front is lent as the prefix of the hash to a line at the very start.
  readonly #buffer = Buffer.allocUnsafe(1 + MAX_RECORD_BYTES + CHUNK_BYTES);
  #bytes = 0;
  #torn: { readonly file: string; readonly sizeBytes: number } | null = null;

  #file: RecordFile | null = null;
  #fileNumber = 0;
  #line = 0;
  #byteOffset = 0;
  #mostLines = Infinity;

  constructor(rebuild: TreeRebuild, faults: FaultList, options: WalkOptions) {
    this.#rebuild = rebuild;
    this.#order = new RecordOrder(rebuild, faults);
    this.#options = options;
  }

  /** Index of the record that would come next. */
  get nextIndex(): number {
    return this.#order.nextIndex;
  }

  /** Hash of the last record; zeros before the first. */
  get head(): Sha256 {
    return this.#order.head;
  }

  /** Records that are whole and in their place. */
  get records(): number {
    return this.#order.records;
  }

  /** Records that do not link to the one before. */
  get links(): readonly BrokenLink[] {
    return this.#order.links;
  }

  /** Bytes of lines, unpacked. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The end of a write that was interrupted or is in progress, null where there is none. */
  get torn(): { readonly file: string; readonly sizeBytes: number } | null {
    return this.#torn;
  }

  /**
   * Takes the lines of one file. What a source throws passes through; the lines before it are taken.
   *
   * @param mayBeTorn whether its last line may lack its end: the newest file of a log that is being written.
   */
  async take(
    file: RecordFile,
    fileNumber: number,
    chunks: AsyncIterable<Uint8Array>,
    mayBeTorn: boolean,
  ): Promise<void> {
    this.#file = file;
    this.#fileNumber = fileNumber;
    this.#line = 0;
    this.#byteOffset = 0;
    // A bomb of empty lines must not be read to its end.
    this.#mostLines = file.lastIndex === null ? Infinity : file.lastIndex - file.firstIndex + 1;
    let heldBytes = 0;
    let droppedBytes = 0;
    for await (const chunk of chunks) {
      this.#buffer.set(chunk, 1 + heldBytes);
      const filled = 1 + heldBytes + chunk.length;
      let start = 1;
      if (droppedBytes > 0) {
        const end = this.#buffer.subarray(0, filled).indexOf(NEWLINE, start);
        const dropped = (end < 0 ? filled : end) - start;
        droppedBytes += dropped;
        start += dropped;
        if (end >= 0) {
          await this.#oversized(droppedBytes + 1);
          droppedBytes = 0;
          start += 1;
        }
      }
      start = await this.#takeLines(start, filled);
      heldBytes = filled - start;
      if (heldBytes >= MAX_RECORD_BYTES) {
        droppedBytes += heldBytes;
        heldBytes = 0;
      } else this.#buffer.copyWithin(1, start, filled);
    }
    if (droppedBytes > 0) await this.#oversized(droppedBytes + heldBytes);
    else if (heldBytes > 0) await this.#unended(heldBytes, mayBeTorn);
    this.#endFile(file, mayBeTorn);
  }

  /** Ends with what was held back. `coveredSize`: as many records as a signed checkpoint says there are. */
  async end(coveredSize: number): Promise<void> {
    await this.#order.end(coveredSize, this.#here());
  }

  /** Takes the whole lines between two places in the buffer; gives where the rest starts. */
  async #takeLines(from: number, filled: number): Promise<number> {
    const buffer = this.#buffer;
    const view = buffer.subarray(0, filled);
    const order = this.#order;
    const { hashedSize } = this.#options;
    let start = from;
    for (;;) {
      const end = view.indexOf(NEWLINE, start);
      if (end < 0) return start;
      const index = order.nextIndex;
      const kind =
        index < hashedSize && this.#line > 0 && order.isComparable && end - start < MAX_RECORD_BYTES
          ? tailKind(buffer, start, end, index, order.headBytes)
          : null;
      this.#line += 1;
      if (kind === null || kind === 'log') await this.#decode(start, end);
      else {
        // The byte before a line is the newline of the one before, which was read.
        buffer[start - 1] = LEAF_PREFIX;
        const leaf = hash('sha256', buffer.subarray(start - 1, end), 'binary');
        if (index % TILE_WIDTH === 0) await this.#rebuild.moveTo(index);
        order.takeLeaf(leaf, this.#fileNumber, this.#line, this.#byteOffset);
      }
      const sizeBytes = end - start + 1;
      this.#byteOffset += sizeBytes;
      this.#bytes += sizeBytes;
      start = end + 1;
      if (this.#line > this.#mostLines) throw new FileUnreadable('it holds more lines than its name says');
    }
  }

  /** Takes a line by decoding it. */
  async #decode(start: number, end: number): Promise<void> {
    const bytes = this.#buffer.subarray(start, end);
    const decoded = decodeLine(bytes);
    const at = this.#here();
    if (!decoded.isRecord) return await this.#order.hold(hashLine(bytes), decoded.problem, at);
    const { record } = decoded;
    if (this.#line === 1 && this.#file !== null && record.index !== this.#file.firstIndex)
      this.#order.fault(MISNAMED, at, record.index);
    if ((await this.#order.follow(record, at)) && record.kind === 'log') this.#options.onLogRecord(record);
  }

  async #oversized(sizeBytes: number): Promise<void> {
    this.#line += 1;
    await this.#order.hold(ZERO_HASH, `longer than ${MAX_RECORD_BYTES} bytes`, this.#here());
    this.#byteOffset += sizeBytes;
    this.#bytes += sizeBytes;
  }

  async #unended(heldBytes: number, mayBeTorn: boolean): Promise<void> {
    this.#line += 1;
    this.#bytes += heldBytes;
    const order = this.#order;
    const bytes = this.#buffer.subarray(1, 1 + heldBytes);
    // An interrupted write leaves the beginning of a record. A whole one with something after it was changed later.
    const isChanged = decodeLine(bytes.subarray(0, -1)).isRecord;
    if (isChanged) await order.hold(hashLine(bytes.subarray(0, -1)), 'its newline was changed', this.#here());
    else if (mayBeTorn && order.nextIndex >= this.#options.hashedSize && !order.isHolding) {
      this.#torn = { file: this.#file?.name ?? '', sizeBytes: heldBytes };
    } else await order.hold(hashLine(bytes), 'its end is cut off', this.#here());
  }

  #endFile(file: RecordFile, isLast: boolean): void {
    if (this.#line > 0) return;
    const { nextIndex } = this.#order;
    if (!isLast) this.#order.fault('empty, but not the last of its kind', this.#here(), nextIndex);
    else if (file.firstIndex !== nextIndex) this.#order.fault(MISNAMED, this.#here(), file.firstIndex);
  }

  #here(): LineAt {
    const file = this.#file?.name ?? '';
    return { file, fileNumber: this.#fileNumber, line: this.#line, byteOffset: this.#byteOffset };
  }
}
