import type { SinkForm } from '../../core/audit-rules.ts';
import { recordKey, textOf } from '../form.ts';
import type { DeliveredRecord } from '../sink.ts';

/** A record as a service without keys of its own gets it. */
export interface KeyedRecord {
  readonly index: number;
  readonly occurredAtMs: number;
  /**
   * One line of JSON: `{"key":"<logId>/<index>","record":…}` with the exact line of the log, or `event` with an OCSF event. Readers
   * drop lines whose key they have seen: what was not known to have arrived is sent again.
   */
  readonly text: string;
  /** Of the text as UTF-8, without a newline. */
  readonly sizeBytes: number;
}

/** Writes a record with its key before it. */
export function keyedRecord(logId: string, delivered: DeliveredRecord, form: SinkForm): KeyedRecord {
  const { index, occurredAtMs } = delivered.record;
  const name = form === 'record' ? 'record' : 'event';
  const text = `{"key":${JSON.stringify(recordKey(logId, index))},"${name}":${textOf(delivered, form)}}`;
  return { index, occurredAtMs, text, sizeBytes: Buffer.byteLength(text) };
}
