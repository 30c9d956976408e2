import type { SinkForm } from '../core/audit-rules.ts';
import { ocsfOf } from '../ocsf/index.ts';
import type { DeliveredRecord } from './sink.ts';

/** One record as a sink writes it: the exact line of the log, or an OCSF event as JSON. No newline. */
export function textOf({ record, line, source }: DeliveredRecord, form: SinkForm): string {
  switch (form) {
    case 'record':
      return Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8');
    case 'ocsf':
      return JSON.stringify(ocsfOf(record, source));
  }
}

/** The key by which a receiver knows a record that it has: the same each time that it is sent. */
export function recordKey(logId: string, index: number): string {
  return `${logId}/${index}`;
}
