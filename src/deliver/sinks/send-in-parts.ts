import { StoreFailed } from '../../core/error.ts';
import type { RefusedRecord, SinkAnswer } from '../sink.ts';
import type { KeyedRecord } from './keyed-record.ts';

/** What a service takes in one request. */
export interface PartLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
  /** What a record counts beyond its text. */
  readonly overheadBytes: number;
  /** Longest record, with its overhead. */
  readonly maxRecordBytes: number;
}

/** What became of one request. Records in neither list were taken. */
export interface PartAnswer {
  readonly pending: readonly number[];
  readonly refused: readonly RefusedRecord[];
  readonly reason: string | null;
}

/**
 * Sends records in as many requests as the limits need, one after the other. The first request that fails ends it: what was not sent is
 * pending. Records that are too long for the service are refused, each by its index.
 *
 * @throws whatever the first request threw: then nothing is known to have arrived.
 */
export async function sendInParts(
  records: readonly KeyedRecord[],
  limits: PartLimits,
  send: (part: readonly KeyedRecord[]) => Promise<PartAnswer>,
): Promise<SinkAnswer> {
  const fits = ({ sizeBytes }: KeyedRecord): boolean => sizeBytes + limits.overheadBytes <= limits.maxRecordBytes;
  const refused: RefusedRecord[] = records
    .filter((record) => !fits(record))
    .map(({ index }) => ({ index, reason: `longer than the ${limits.maxRecordBytes} bytes that the service takes` }));
  const pending: number[] = [];
  let reason: string | null = null;
  const parts = partsOf(records.filter(fits), limits);
  for (const [place, part] of parts.entries()) {
    try {
      const answer = await send(part);
      pending.push(...answer.pending);
      refused.push(...answer.refused);
      reason ??= answer.reason;
    } catch (error) {
      if (place === 0 || !(error instanceof StoreFailed)) throw error;
      reason ??= error.message;
      for (const rest of parts.slice(place)) pending.push(...rest.map(({ index }) => index));
      break;
    }
  }
  return { pending, refused, reason, retryAfterMs: null };
}

function partsOf(records: readonly KeyedRecord[], limits: PartLimits): readonly (readonly KeyedRecord[])[] {
  const parts: KeyedRecord[][] = [];
  let part: KeyedRecord[] = [];
  let partBytes = 0;
  for (const record of records) {
    const sizeBytes = record.sizeBytes + limits.overheadBytes;
    if (part.length > 0 && (part.length >= limits.maxRecords || partBytes + sizeBytes > limits.maxBytes)) {
      parts.push(part);
      part = [];
      partBytes = 0;
    }
    part.push(record);
    partBytes += sizeBytes;
  }
  return part.length === 0 ? parts : [...parts, part];
}
