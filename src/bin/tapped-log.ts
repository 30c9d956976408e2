import type { AuditRecord, AuditSink, Receipt } from '../core/audit.ts';
import type { PlacedRecord } from '../reconcile/index.ts';

/** A sink whose records others in this process see as they become durable, without reading the log again and again. */
export interface TappedLog extends AuditSink {
  /**
   * The log's records from one on: first those that it holds, then those that are appended here, in the order in which
   * they became durable. What the log writes of itself is among the first alone. Ends with the signal.
   */
  readonly records: (fromIndex: number, until: AbortSignal) => AsyncIterable<PlacedRecord>;
}

/** Records that wait for one reader; whoever is slower reads the log again. */
const MAX_WAITING = 20_000;

interface Tap {
  waiting: PlacedRecord[];
  hasLost: boolean;
  wake: () => void;
}

/**
 * Passes appends on to `sink` unchanged, failures too.
 *
 * @param readOnce reads the log from a record to its present end.
 */
export function tappedLog(sink: AuditSink, readOnce: (fromIndex: number) => AsyncIterable<PlacedRecord>): TappedLog {
  const taps = new Set<Tap>();

  const give = (record: AuditRecord, { index }: Receipt): void => {
    for (const tap of taps) {
      if (tap.waiting.length < MAX_WAITING) tap.waiting.push({ ...record, index });
      else tap.hasLost = true;
      tap.wake();
    }
  };

  async function* records(fromIndex: number, until: AbortSignal): AsyncGenerator<PlacedRecord> {
    const tap: Tap = { waiting: [], hasLost: true, wake: () => undefined };
    const wake = (): void => tap.wake();
    // INVARIANT: what is durable while the log is read waits in the tap; what both have is told once.
    taps.add(tap);
    until.addEventListener('abort', wake);
    try {
      for (let next = fromIndex; !until.aborted;) {
        if (tap.hasLost) {
          tap.hasLost = false;
          for await (const record of readOnce(next)) {
            next = record.index + 1;
            yield record;
            if (until.aborted) return;
          }
        }
        const given = tap.waiting;
        tap.waiting = [];
        for (const record of given) {
          if (record.index < next) continue;
          next = record.index + 1;
          yield record;
        }
        if (tap.waiting.length > 0 || tap.hasLost || until.aborted) continue;
        await new Promise<void>((resolve) => (tap.wake = resolve));
      }
    } finally {
      taps.delete(tap);
      until.removeEventListener('abort', wake);
    }
  }

  return {
    records,
    async append(record) {
      const receipt = await sink.append(record);
      give(record, receipt);
      return receipt;
    },
  };
}
