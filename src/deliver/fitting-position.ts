import { AuditCorrupt } from '../core/error.ts';
import type { DeliveryClock } from './clock.ts';
import type { KeptPosition } from './kept-position.ts';
import { LogCursor } from './log-source.ts';
import type { LogSource } from './log-source.ts';
import type { Position } from './position.ts';
import { withinTime } from './send-once.ts';
import type { Sink } from './sink.ts';
import type { TreeDelivery } from './tree-delivery.ts';

export interface FittingPorts {
  readonly source: LogSource;
  readonly clock: DeliveryClock;
  readonly position: KeptPosition;
  readonly stop: AbortSignal;
}

/**
 * Finds from where delivery goes on, and checks that what was delivered is the beginning of the log as it is now.
 *
 * @throws {AuditCorrupt} where it is not: the log was cut back, put back or replaced.
 */
export async function fitPosition(ports: FittingPorts, sink: Sink, tree: TreeDelivery): Promise<Position> {
  const { source, clock, position, stop } = ports;
  if (position.known.isFresh) {
    // A store that has records already is not given them again.
    const { store } = sink;
    const acked =
      store === null ? 0 : await withinTime(clock, stop, (signal) => store.heldRecords(source.origin, signal));
    position.change({ acked, head: null, isFresh: false });
  }
  const found = position.known;
  const size = source.size();
  if (found.acked > size) {
    throw new AuditCorrupt(`the log holds ${size} records, and ${found.acked} of it were delivered`, {
      hint: 'the log was cut back or replaced: compare it with what was delivered',
    });
  }
  if (!(await isSameLog(source, found))) {
    throw new AuditCorrupt(`record ${found.acked - 1} of the log is not the one that was delivered`, {
      hint: 'the log was put back to an older state and grew again: compare it with what was delivered',
    });
  }
  await tree.checkFits(clock, stop);
  return found;
}

/** Whether the log still holds the record that was delivered last. */
async function isSameLog(source: LogSource, { acked, head }: Position): Promise<boolean> {
  if (head === null || acked === 0) return true;
  const cursor = new LogCursor(source, acked - 1);
  try {
    return (await cursor.peek())?.hash === head;
  } finally {
    await cursor.close();
  }
}
