import type { Sha256 } from '../core/ids.ts';
import type { Line } from './lines.ts';
import { MAX_RECORD_BYTES, ZERO_HASH, decodeLine } from './record-line.ts';
import type { LoggedRecord } from './record-line.ts';

/** How a line stands to the one before. */
export type Link =
  | { readonly kind: 'record'; readonly record: LoggedRecord }
  /** The line holds no record. `index` is where one was expected. */
  | { readonly kind: 'damaged'; readonly index: number; readonly problem: string }
  /** The line holds a record that does not belong here. */
  | { readonly kind: 'misplaced'; readonly record: LoggedRecord; readonly problem: string };

/** Follows the chain of records line by line, and takes it up again after a fault. */
export class Chain {
  #nextIndex: number;
  #head: Sha256;
  /** False after a damaged line or a gap, whose successor cannot be compared with anything. */
  #isHeadKnown = true;

  /** Starts after the record before `nextIndex`, whose hash is `head`. */
  constructor(nextIndex = 0, head: Sha256 = ZERO_HASH) {
    this.#nextIndex = nextIndex;
    this.#head = head;
  }

  /** Index that the next record must have. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** Hash of the last record that was read, or {@link ZERO_HASH}. */
  get head(): Sha256 {
    return this.#head;
  }

  /** Takes the next line. After a fault it goes on from what the line claims to be. */
  follow(line: Line): Link {
    const decoded = line.isOversized
      ? ({ isRecord: false, problem: `longer than ${MAX_RECORD_BYTES} bytes` } as const)
      : decodeLine(line.bytes);
    if (!decoded.isRecord) {
      const index = this.#nextIndex;
      this.#nextIndex += 1;
      this.#isHeadKnown = false;
      return { kind: 'damaged', index, problem: decoded.problem };
    }
    const { record } = decoded;
    const problem = this.#misplacement(record);
    this.#nextIndex = record.index + 1;
    this.#head = record.hash;
    this.#isHeadKnown = true;
    return problem === null ? { kind: 'record', record } : { kind: 'misplaced', record, problem };
  }

  #misplacement(record: LoggedRecord): string | null {
    const expected = this.#nextIndex;
    if (record.index === expected + 1) return `record ${expected} is missing before record ${record.index}`;
    if (record.index > expected)
      return `records ${expected} to ${record.index - 1} are missing before record ${record.index}`;
    if (record.index < expected)
      return `record ${record.index} stands where record ${expected} should: twice or out of order`;
    if (this.#isHeadKnown && record.prev !== this.#head) {
      return `record ${record.index} does not link to the record before: one of both was replaced`;
    }
    return null;
  }
}
