import { createHash } from 'node:crypto';

import { recordLine } from '../audit/index.ts';
import { AuditCorrupt } from '../core/error.ts';
import type { RecordKind } from '../core/audit.ts';
import type { OcsfSource } from '../ocsf/index.ts';
import type { LogCursor } from './log-source.ts';
import type { BatchPlan } from './position.ts';
import type { BatchLimits, DeliveredRecord, SinkBatch } from './sink.ts';

/** Records of one batch, those of kinds that the sink is not given included: bounds what a rare kind makes us read. */
const MAX_RANGE_RECORDS = 50_000;

/** A batch with the plan that must be durable before it is sent. */
export interface PlannedBatch {
  readonly plan: BatchPlan;
  readonly batch: SinkBatch;
}

/** What a batch is made for. */
export interface BatchOptions {
  readonly limits: BatchLimits;
  /** Kinds that the sink is given; null for all. */
  readonly kinds: readonly RecordKind[] | null;
  readonly source: OcsfSource;
}

/** Why no more records join a batch. */
export type BatchEnd = 'open' | 'full' | 'day-over';

/** Gathers records for a batch. Holds at most what the limits of the sink allow, and one record. */
export class BatchReader {
  readonly #cursor: LogCursor;
  readonly #limits: BatchLimits;
  readonly #kinds: ReadonlySet<RecordKind> | null;
  readonly #source: OcsfSource;
  readonly #records: DeliveredRecord[] = [];
  readonly #hash = createHash('sha256');
  readonly #firstIndex: number;
  #bytes = 0;
  #day: string | null = null;

  constructor(cursor: LogCursor, { limits, kinds, source }: BatchOptions) {
    this.#source = source;
    this.#cursor = cursor;
    this.#limits = limits;
    this.#kinds = kinds === null ? null : new Set(kinds);
    this.#firstIndex = cursor.nextIndex;
  }

  /** Whether any record of the batch is for the sink. */
  get hasRecords(): boolean {
    return this.#records.length > 0;
  }

  /** Records of the range so far, also those that are not for the sink. */
  get rangeRecords(): number {
    return this.#cursor.nextIndex - this.#firstIndex;
  }

  /**
   * Takes what the log holds by now.
   *
   * @param endIndex where to stop: the first record that does not belong to the batch, as a plan says.
   * @throws {AuditCorrupt} where the log is damaged.
   */
  async take(endIndex = Number.MAX_SAFE_INTEGER): Promise<BatchEnd> {
    const isPlanned = endIndex !== Number.MAX_SAFE_INTEGER;
    while (this.#cursor.nextIndex < endIndex) {
      const record = await this.#cursor.peek();
      if (record === null) return 'open';
      const line = Buffer.from(recordLine(record));
      const day = dayOf(record.occurredAtMs);
      if (!isPlanned) {
        // A batch is of one day, and its plan is the same whoever reads it again.
        if (this.#day !== null && day !== this.#day) return 'day-over';
        if (this.#bytes > 0 && this.#bytes + line.length + 1 > this.#limits.maxBytes) return 'full';
        if (this.#records.length >= this.#limits.maxRecords || this.rangeRecords >= MAX_RANGE_RECORDS) return 'full';
      }
      this.#day = day;
      this.#hash.update(line).update('\n');
      if (this.#kinds === null || this.#kinds.has(record.kind)) {
        this.#records.push({ record, line, source: this.#source });
        this.#bytes += line.length + 1;
      }
      this.#cursor.skip();
    }
    return 'full';
  }

  /** The batch of what was taken, at least one record. Nothing can be taken after that. */
  finish(): PlannedBatch {
    const { logId } = this.#source;
    if (this.#day === null) throw new TypeError('a batch of no records');
    const [firstIndex, lastIndex] = [this.#firstIndex, this.#cursor.nextIndex - 1];
    return {
      plan: { firstIndex, lastIndex, sha256: this.#hash.digest('hex') },
      batch: { logId, firstIndex, lastIndex, day: this.#day, records: this.#records },
    };
  }
}

/**
 * Reads the batch of a plan again.
 *
 * @throws {AuditCorrupt} where the log does not hold the records that were planned.
 */
export async function readPlanned(cursor: LogCursor, plan: BatchPlan, options: BatchOptions): Promise<SinkBatch> {
  const reader = new BatchReader(cursor, options);
  const end = await reader.take(plan.lastIndex + 1);
  const read = end === 'full' ? reader.finish() : null;
  if (read?.plan.sha256 !== plan.sha256) {
    throw new AuditCorrupt(
      `records ${plan.firstIndex} to ${plan.lastIndex} are not those that were about to be delivered`,
      { hint: '`sallyport audit verify` says what is wrong with the log' },
    );
  }
  return read.batch;
}

function dayOf(atMs: number): string {
  // Years beyond 9999 have another form, and a clock can say anything.
  const day = new Date(Math.min(Math.max(atMs, 0), LAST_MS));
  return day.toISOString().slice(0, 10);
}

const LAST_MS = Date.UTC(9999, 11, 31);
