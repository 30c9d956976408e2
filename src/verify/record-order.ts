import type { LoggedRecord } from '../audit/index.ts';
import type { Sha256 } from '../core/ids.ts';
import { HASH_BYTES } from '../tlog/index.ts';
import type { FaultList, LogFault } from './fault-list.ts';
import type { LinePlace, TreeRebuild } from './tree-rebuild.ts';

/** Most lines one after another that are no records and are kept until the next record tells which of them it misses. */
const MAX_DAMAGED_IN_A_ROW = 10_000;

/** Where a line stands. */
export interface LineAt extends LinePlace {
  readonly file: string;
}

/** A record that names another one before it than the one that stands there. */
export interface BrokenLink {
  readonly index: number;
  readonly fault: LogFault;
}

/** A line that holds no record, and waits for what comes behind it. */
interface DamagedLine {
  readonly at: LineAt;
  readonly hashHex: string;
  readonly problem: string;
}

/**
 * The records in their order: places their hashes in the tree that is built anew, and names what is damaged, missing, out of order
 * or not linked. It is told of each line once, in order.
 */
export class RecordOrder {
  /** Links that do not fit, which a damaged neighbour may explain. */
  readonly links: BrokenLink[] = [];
  /** Hash of the last record, as bytes; zeros before the first. */
  readonly headBytes = Buffer.alloc(HASH_BYTES);
  readonly #rebuild: TreeRebuild;
  readonly #faults: FaultList;
  #nextIndex = 0;
  #records = 0;
  /** False behind a damaged line or a gap, whose successor cannot be compared with anything. */
  #isHeadKnown = true;
  readonly #damaged: DamagedLine[] = [];

  constructor(rebuild: TreeRebuild, faults: FaultList) {
    this.#rebuild = rebuild;
    this.#faults = faults;
  }

  /** Index of the record that would come next. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** Hash of the last record; zeros before the first. */
  get head(): Sha256 {
    return this.headBytes.toString('hex') as Sha256;
  }

  /** Records that are whole and in their place. */
  get records(): number {
    return this.#records;
  }

  /** Whether lines are held back until the next record. */
  get isHolding(): boolean {
    return this.#damaged.length > 0;
  }

  /** Whether the record before the next one is known, so that a line can be compared with it. */
  get isComparable(): boolean {
    return this.#isHeadKnown && this.#damaged.length === 0;
  }

  /** Takes the next record by its hash alone. The tree was moved to it, and it was compared with the one before. */
  takeLeaf(leaf: string, fileNumber: number, line: number, byteOffset: number): void {
    this.#rebuild.put(this.#nextIndex, leaf, fileNumber, line, byteOffset);
    this.headBytes.write(leaf, 'latin1');
    this.#nextIndex += 1;
    this.#records += 1;
  }

  /** Takes a record that was decoded. @returns whether it stands in its place, or behind a gap. */
  async follow(record: LoggedRecord, at: LineAt): Promise<boolean> {
    const { index } = record;
    if (index < this.#nextIndex) {
      this.fault('stands here a second time, or out of order', at, index);
      return false;
    }
    const isNext = index === this.#nextIndex && this.#damaged.length === 0;
    await this.#settle(index);
    if (index > this.#nextIndex) {
      const [first, last] = [this.#nextIndex, index - 1];
      this.fault(`${missing(first, last)} missing before record ${index}`, at, first, last);
      this.#nextIndex = index;
    } else if (isNext && this.#isHeadKnown && record.prev !== this.head) {
      const problem = 'does not link to the record before: one of both was replaced';
      if (this.links.length < MAX_DAMAGED_IN_A_ROW)
        this.links.push({ index, fault: faultAt(problem, at, index, index) });
    }
    await this.#place(index, record.hash, at);
    this.#nextIndex = index + 1;
    this.headBytes.write(record.hash, 'hex');
    this.#isHeadKnown = true;
    this.#records += 1;
    return true;
  }

  /** Holds back a line that is no record. */
  async hold(hashHex: string, problem: string, at: LineAt): Promise<void> {
    if (this.#damaged.length >= MAX_DAMAGED_IN_A_ROW) await this.#settle(this.#nextIndex + this.#damaged.length);
    this.#damaged.push({ at, hashHex, problem });
  }

  /** Ends with what was held back. `coveredSize`: as many records as a signed checkpoint says there are. */
  async end(coveredSize: number, at: LineAt): Promise<void> {
    await this.#settle(this.#nextIndex + this.#damaged.length);
    if (this.#nextIndex < coveredSize) {
      const [first, last] = [this.#nextIndex, coveredSize - 1];
      const problem = `${missing(first, last)} missing at the end: the checkpoint covers ${coveredSize} records`;
      this.fault(problem, at, first, last);
    }
    await this.#rebuild.end(this.#nextIndex);
  }

  /** Adds a fault of a line. */
  fault(problem: string, at: LineAt, index: number, lastIndex: number = index): void {
    this.#faults.add(faultAt(problem, at, index, lastIndex));
  }

  /** Tells of the damaged lines before record `index`: as many as are missing are those records, the rest is none. */
  async #settle(index: number): Promise<void> {
    for (const { at, hashHex, problem } of this.#damaged.splice(0)) {
      const own = this.#nextIndex;
      if (own < index) {
        this.fault(problem, at, own);
        await this.#place(own, hashHex, at);
        this.#nextIndex += 1;
        this.#isHeadKnown = false;
      } else this.#faults.add(faultAt(`${problem}, and was put before this record`, at, own, null));
    }
  }

  async #place(index: number, hashHex: string, { fileNumber, line, byteOffset }: LineAt): Promise<void> {
    await this.#rebuild.moveTo(index);
    const leaf = Buffer.from(hashHex, 'hex').toString('latin1');
    this.#rebuild.put(index, leaf, fileNumber, line, byteOffset);
  }
}

function missing(first: number, last: number): string {
  return first === last ? `record ${first} is` : `records ${first} to ${last} are`;
}

function faultAt(
  problem: string,
  { file, line, byteOffset }: LineAt,
  index: number,
  lastIndex: number | null,
): LogFault {
  return { file, line, byteOffset, index, lastIndex, problem };
}
