import { hash } from 'node:crypto';

import { MAX_RECORD_BYTES, ZERO_HASH, decodeLine, hashLine } from '../audit/index.ts';
import type { LoggedRecord } from '../audit/index.ts';
import type { Sha256 } from '../core/ids.ts';
import { HASH_BYTES, TILE_WIDTH } from '../tlog/index.ts';
import type { FaultList, LogFault } from './fault-list.ts';
import { CHUNK_BYTES, FileUnreadable } from './file-tree.ts';
import type { RecordFile } from './inventory.ts';
import { tailKind } from './record-line-tail.ts';
import type { LinePlace, TreeRebuild } from './tree-rebuild.ts';

const NEWLINE = 0x0a;
const LEAF_PREFIX = 0x00;

/** Most lines one after another that are no records and are kept until the next record tells which of them it misses. */
const MAX_DAMAGED_IN_A_ROW = 10_000;

const MISNAMED = 'is not named for the record that it starts with';

/** What a walk is told. */
export interface WalkOptions {
  /** Records below this are checked by their hash alone, as the signed tree holds it; those from here on are decoded. */
  readonly hashedSize: number;
  /** Told of each record of the log about itself, in order. */
  readonly onLogRecord: (record: LoggedRecord) => void;
}

/** A record that names another one before it than the one that stands there. */
export interface BrokenLink {
  readonly index: number;
  readonly fault: LogFault;
}

/** A line that holds no record, and waits for what comes behind it. */
interface DamagedLine {
  readonly file: string;
  readonly fileNumber: number;
  readonly line: number;
  readonly byteOffset: number;
  readonly hashHex: string;
  readonly problem: string;
}

/**
 * Walks over all records in order: places their hashes in the tree that is built anew, and names what is damaged, missing,
 * out of order or not linked. Memory stays bounded whatever the files hold.
 */
export class RecordWalk {
  readonly #rebuild: TreeRebuild;
  readonly #faults: FaultList;
  readonly #options: WalkOptions;
  // The byte in front is lent as the prefix of the hash to a line at the very start.
  readonly #buffer = Buffer.allocUnsafe(1 + MAX_RECORD_BYTES + CHUNK_BYTES);
  readonly links: BrokenLink[] = [];

  #nextIndex = 0;
  /** Hash of the last record, as bytes. */
  readonly #head = Buffer.alloc(HASH_BYTES);
  /** False behind a damaged line or a gap, whose successor cannot be compared with anything. */
  #isHeadKnown = true;
  readonly #damaged: DamagedLine[] = [];
  #records = 0;
  #bytes = 0;
  #torn: { readonly file: string; readonly sizeBytes: number } | null = null;

  #file: RecordFile | null = null;
  #fileNumber = 0;
  #line = 0;
  #byteOffset = 0;
  #mostLines = Infinity;

  constructor(rebuild: TreeRebuild, faults: FaultList, options: WalkOptions) {
    this.#rebuild = rebuild;
    this.#faults = faults;
    this.#options = options;
  }

  /** Index of the record that would come next. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** Hash of the last record; zeros before the first. */
  get head(): Sha256 {
    return this.#head.toString('hex') as Sha256;
  }

  /** Records that are whole and in their place. */
  get records(): number {
    return this.#records;
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
    await this.#settleDamaged(this.#nextIndex + this.#damaged.length);
    if (this.#nextIndex < coveredSize) {
      const [first, last] = [this.#nextIndex, coveredSize - 1];
      const what = first === last ? `record ${first} is` : `records ${first} to ${last} are`;
      this.#fault(`${what} missing at the end: the checkpoint covers ${coveredSize} records`, first, last);
    }
    await this.#rebuild.end(this.#nextIndex);
  }

  /** Takes the whole lines between two places in the buffer; gives where the rest starts. */
  async #takeLines(from: number, filled: number): Promise<number> {
    const buffer = this.#buffer;
    const view = buffer.subarray(0, filled);
    const rebuild = this.#rebuild;
    const head = this.#head;
    const { hashedSize } = this.#options;
    let start = from;
    for (;;) {
      const end = view.indexOf(NEWLINE, start);
      if (end < 0) return start;
      const index = this.#nextIndex;
      const kind =
        index < hashedSize &&
        this.#isHeadKnown &&
        this.#line > 0 &&
        this.#damaged.length === 0 &&
        end - start < MAX_RECORD_BYTES
          ? tailKind(buffer, start, end, index, head)
          : null;
      this.#line += 1;
      if (kind === null || kind === 'log') await this.#decode(start, end);
      else {
        // The byte before a line is the newline of the one before, which was read.
        buffer[start - 1] = LEAF_PREFIX;
        const leaf = hash('sha256', buffer.subarray(start - 1, end), 'binary');
        if (index % TILE_WIDTH === 0) await rebuild.moveTo(index);
        rebuild.put(index, leaf, this.#fileNumber, this.#line, this.#byteOffset);
        head.write(leaf, 'latin1');
        this.#nextIndex = index + 1;
        this.#records += 1;
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
    if (decoded.isRecord) await this.#follow(decoded.record);
    else await this.#hold(hashLine(bytes), decoded.problem);
  }

  async #follow(record: LoggedRecord): Promise<void> {
    const { index } = record;
    if (this.#line === 1 && this.#file !== null && index !== this.#file.firstIndex) this.#fault(MISNAMED, index);
    if (index < this.#nextIndex) {
      this.#fault('stands here a second time, or out of order', index);
      return;
    }
    const isNext = index === this.#nextIndex && this.#damaged.length === 0;
    await this.#settleDamaged(index);
    if (index > this.#nextIndex) {
      const [first, last] = [this.#nextIndex, index - 1];
      const what = first === last ? `record ${first} is` : `records ${first} to ${last} are`;
      this.#fault(`${what} missing before record ${index}`, first, last);
      this.#nextIndex = index;
    } else if (isNext && this.#isHeadKnown && record.prev !== this.head) {
      const problem = 'does not link to the record before: one of both was replaced';
      if (this.links.length < MAX_DAMAGED_IN_A_ROW) this.links.push({ index, fault: this.#faultHere(problem, index) });
    }
    const place = { fileNumber: this.#fileNumber, line: this.#line, byteOffset: this.#byteOffset };
    await this.#place(index, record.hash, place);
    this.#nextIndex = index + 1;
    this.#head.write(record.hash, 'hex');
    this.#isHeadKnown = true;
    this.#records += 1;
    if (record.kind === 'log') this.#options.onLogRecord(record);
  }

  async #hold(hashHex: string, problem: string): Promise<void> {
    if (this.#damaged.length >= MAX_DAMAGED_IN_A_ROW) await this.#settleDamaged(this.#nextIndex + this.#damaged.length);
    const file = this.#file?.name ?? '';
    this.#damaged.push({
      file,
      fileNumber: this.#fileNumber,
      line: this.#line,
      byteOffset: this.#byteOffset,
      hashHex,
      problem,
    });
  }

  /** Tells of the damaged lines before record `index`: as many as are missing are those records, the rest is none. */
  async #settleDamaged(index: number): Promise<void> {
    for (const { hashHex, problem, fileNumber, ...at } of this.#damaged.splice(0)) {
      if (this.#nextIndex < index) {
        const own = this.#nextIndex;
        this.#faults.add({ ...at, index: own, lastIndex: own, problem });
        await this.#place(own, hashHex, { fileNumber, line: at.line, byteOffset: at.byteOffset });
        this.#nextIndex += 1;
        this.#isHeadKnown = false;
      } else {
        const where = this.#nextIndex;
        this.#faults.add({
          ...at,
          index: where,
          lastIndex: null,
          problem: `${problem}, and was put before this record`,
        });
      }
    }
  }

  async #place(index: number, hashHex: string, place: LinePlace): Promise<void> {
    await this.#rebuild.moveTo(index);
    const leaf = Buffer.from(hashHex, 'hex').toString('latin1');
    this.#rebuild.put(index, leaf, place.fileNumber, place.line, place.byteOffset);
  }

  async #oversized(sizeBytes: number): Promise<void> {
    this.#line += 1;
    await this.#hold(ZERO_HASH, `longer than ${MAX_RECORD_BYTES} bytes`);
    this.#byteOffset += sizeBytes;
    this.#bytes += sizeBytes;
  }

  async #unended(heldBytes: number, mayBeTorn: boolean): Promise<void> {
    this.#line += 1;
    this.#bytes += heldBytes;
    const bytes = this.#buffer.subarray(1, 1 + heldBytes);
    // An interrupted write leaves the beginning of a record. A whole one with something after it was changed later.
    const isChanged = decodeLine(bytes.subarray(0, -1)).isRecord;
    if (isChanged) await this.#hold(hashLine(bytes.subarray(0, -1)), 'its newline was changed');
    else if (mayBeTorn && this.#nextIndex >= this.#options.hashedSize && this.#damaged.length === 0) {
      this.#torn = { file: this.#file?.name ?? '', sizeBytes: heldBytes };
    } else await this.#hold(hashLine(bytes), 'its end is cut off');
  }

  #endFile(file: RecordFile, isLast: boolean): void {
    if (this.#line > 0) return;
    if (!isLast) this.#fault('empty, but not the last of its kind', this.#nextIndex);
    else if (file.firstIndex !== this.#nextIndex) this.#fault(MISNAMED, file.firstIndex);
  }

  #fault(problem: string, index: number, lastIndex: number = index): void {
    this.#faults.add({ ...this.#faultHere(problem, index), lastIndex });
  }

  #faultHere(problem: string, index: number): LogFault {
    const file = this.#file?.name ?? '';
    return { file, line: this.#line, byteOffset: this.#byteOffset, index, lastIndex: index, problem };
  }
}
