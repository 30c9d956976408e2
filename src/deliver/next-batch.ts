import type { RecordKind } from '../core/audit.ts';
import { BatchReader, readPlanned } from './batch-reader.ts';
import type { BatchOptions } from './batch-reader.ts';
import type { DeliveryClock } from './clock.ts';
import type { KeptPosition } from './kept-position.ts';
import type { LogCursor, LogSource } from './log-source.ts';
import type { SinkBacklog } from './sink-backlog.ts';
import type { BatchLimits, SinkBatch } from './sink.ts';

/** Longest time without a look at the log, in milliseconds, should a wake-up get lost. */
const LOOK_MS = 5_000;

export interface NextBatchPorts {
  readonly source: Pick<LogSource, 'origin' | 'version'>;
  readonly clock: Pick<DeliveryClock, 'uptimeMs'>;
  readonly position: KeptPosition;
  readonly backlog: Pick<SinkBacklog, 'mostWaiting'>;
  /** Kinds that the sink is given; null for all. */
  readonly kinds: readonly RecordKind[] | null;
  /** Whether what there is is to be sent without waiting for more. */
  readonly isFlushing: () => boolean;
  readonly stop: AbortSignal;
  /** Waits for time or a wake-up. */
  readonly pause: (ms: number) => Promise<void>;
  /** Does what is due while there is no record to send. */
  readonly whenIdle: () => Promise<void>;
  /** Writes the position down. */
  readonly save: () => Promise<void>;
}

/** The batch to send next, its plan durable; null where nothing more is to be sent because of the end. */
export async function nextBatch(
  ports: NextBatchPorts,
  cursor: LogCursor,
  limits: BatchLimits,
): Promise<SinkBatch | null> {
  const { clock, source, position, kinds, stop } = ports;
  const options: BatchOptions = { limits, kinds, source: { logId: source.origin, productVersion: source.version } };
  const planned = position.known.plan;
  if (planned !== null) return await readPlanned(cursor, planned, options);

  let reader = new BatchReader(cursor, options);
  let firstAtMs: number | null = null;
  for (;;) {
    if (stop.aborted) return null;
    const end = await reader.take();
    if (!reader.hasRecords && reader.rangeRecords > 0 && end !== 'open') {
      // None of them is for this sink.
      position.change({ acked: cursor.nextIndex, head: cursor.head });
      reader = new BatchReader(cursor, options);
      continue;
    }
    if (reader.hasRecords) firstAtMs ??= clock.uptimeMs();
    const most = ports.backlog.mostWaiting(limits);
    const restMs = firstAtMs === null ? LOOK_MS : most.ageMs - (clock.uptimeMs() - firstAtMs);
    const isDue = end !== 'open' || restMs <= 0 || reader.rangeRecords >= most.records;
    if (reader.hasRecords && (isDue || ports.isFlushing())) break;
    if (firstAtMs === null) {
      if (reader.rangeRecords > 0) {
        position.change({ acked: cursor.nextIndex, head: cursor.head });
        reader = new BatchReader(cursor, options);
      }
      await ports.whenIdle();
      if (ports.isFlushing()) return null;
    }
    await ports.pause(Math.min(restMs, LOOK_MS));
  }
  const { plan, batch } = reader.finish();
  position.change({ plan });
  await ports.save();
  return batch;
}
