import { createHash } from 'node:crypto';
import type { Sha256 } from '../../core/ids.ts';
import type { SinkBatch } from '../sink.ts';

/** Noon of a day, in milliseconds since the Unix epoch. */
export const MADE_TIME_MS = Date.UTC(2026, 10, 22, 12);
export const MADE_LOG = 'sallyport/test/0a1b2c3d';

/** A batch of records that are lines in form, but no chain. `more` gives each record its time and the size of its filling. */
export function madeBatch(
  firstIndex: number,
  count: number,
  more: (index: number) => { readonly atMs?: number; readonly fill?: number } = () => ({}),
): SinkBatch {
  const records = Array.from({ length: count }, (_, place) => {
    const index = firstIndex + place;
    const { atMs = MADE_TIME_MS + index, fill = 4 } = more(index);
    const body = { text: 'ä'.repeat(fill) };
    const line = Buffer.from(JSON.stringify({ at: atMs, body, index, kind: 'decision' }));
    const hash = createHash('sha256').update(line).digest('hex') as Sha256;
    const record = { index, occurredAtMs: atMs, kind: 'decision', sessionId: null, body, prev: hash, hash } as const;
    return { record, line, source: { logId: MADE_LOG, productVersion: '0.0.0' } };
  });
  return { logId: MADE_LOG, firstIndex, lastIndex: firstIndex + count - 1, day: '2026-11-22', records };
}
