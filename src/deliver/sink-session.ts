import { AuditCorrupt } from '../core/error.ts';
import type { BatchSender } from './batch-sender.ts';
import { fitPosition } from './fitting-position.ts';
import type { FittingPorts } from './fitting-position.ts';
import { LogCursor } from './log-source.ts';
import { nextBatch } from './next-batch.ts';
import type { NextBatchPorts } from './next-batch.ts';
import type { Position } from './position.ts';
import type { SinkBacklog } from './sink-backlog.ts';
import type { SinkPlace } from './sink-place.ts';
import type { Sink } from './sink.ts';
import { TreeDelivery } from './tree-delivery.ts';

export interface SessionPorts extends FittingPorts, Pick<NextBatchPorts, 'kinds' | 'isFlushing' | 'pause' | 'save'> {
  readonly place: SinkPlace;
  readonly backlog: SinkBacklog;
  readonly sender: BatchSender;
  /** Writes the position down, unless that was done a moment ago. */
  readonly saveNowAndThen: () => Promise<void>;
}

/**
 * Opens a sink and delivers to it from where it was, until that is stopped or something fails.
 *
 * @returns when there is nothing to go on for. Throws for everything that another try may mend.
 */
export async function deliverSession(ports: SessionPorts): Promise<void> {
  const { source, place, position, sender, stop, save } = ports;
  if (position.isUnsaved) await save();
  const { sink, target } = await place.open(stop);
  try {
    position.moveTo(target);
    const tree = new TreeDelivery(source, sink.store);
    const cursor = new LogCursor(source, (await fitting(ports, sink, tree)).acked);
    const whenIdle = async (): Promise<void> => {
      await putTree(ports, tree);
      await ports.saveNowAndThen();
    };
    try {
      for (;;) {
        const batch = await nextBatch({ ...ports, whenIdle }, cursor, sink.limits);
        if (batch === null || !(await sender.send(sink, batch))) return;
        position.change({ acked: batch.lastIndex + 1, head: cursor.head, plan: null });
        await save();
        await putTree(ports, tree);
      }
    } finally {
      await cursor.close();
    }
  } finally {
    await sink.close();
  }
}

/** The position from which this session goes on, durable. */
async function fitting(ports: SessionPorts, sink: Sink, tree: TreeDelivery): Promise<Position> {
  try {
    const position = await fitPosition(ports, sink, tree);
    ports.backlog.setFit(true);
    if (ports.position.isUnsaved) await ports.save();
    return position;
  } catch (error) {
    if (error instanceof AuditCorrupt) ports.backlog.setFit(false);
    throw error;
  }
}

async function putTree({ position, backlog, clock, stop, save }: SessionPorts, tree: TreeDelivery): Promise<void> {
  const { acked, treeSize } = position.known;
  try {
    const size = await tree.put(treeSize, acked, clock, stop);
    backlog.setTreeMoving(true);
    if (size === treeSize) return;
    position.change({ treeSize: size });
    await save();
  } catch (error) {
    backlog.setTreeMoving(false);
    throw error;
  }
}
