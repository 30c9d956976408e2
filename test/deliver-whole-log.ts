import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../src/deliver/clock.ts';
import { ruleOf } from '../src/deliver/delivery-rig.ts';
import type { Rig } from '../src/deliver/delivery-rig.ts';
import type { Sink } from '../src/deliver/index.ts';

/** Real milliseconds in which everything has to have arrived, and between two looks. */
const LIMIT_MS = 60_000;
const POLL_MS = 10;

/**
 * Delivers the log of a rig to a store, in real time, until that has all records and a checkpoint over them; then ends the delivery.
 *
 * @param makeSink one with a store, each time that it is called.
 * @param folder of positions, below the rig's; another one has forgotten what was delivered.
 */
export async function deliverWholeLog(rig: Rig, makeSink: () => Sink, folder = 'delivery'): Promise<void> {
  const sizeRecords = rig.log.size;
  const trees: number[] = [];
  const delivery = await rig.open(
    [ruleOf('archive')],
    {},
    {
      folder: `${rig.home}/${folder}`,
      clock: systemClock(),
      makeSink: () => Promise.resolve(watched(makeSink(), trees)),
    },
  );
  const endMs = performance.now() + LIMIT_MS;
  while (!trees.some((size) => size >= sizeRecords)) {
    if (performance.now() > endMs) assert.fail(`not delivered: ${JSON.stringify(delivery.status())}`);
    await pause(POLL_MS);
  }
  await delivery.close();
}

/** A sink that waits for no more records, and notes the trees that it has. */
function watched(sink: Sink, trees: number[]): Sink {
  const { store } = sink;
  assert.ok(store !== null);
  return {
    ...sink,
    limits: { ...sink.limits, maxAgeMs: 20 },
    store: {
      ...store,
      putTree: async (tree, signal) => {
        await store.putTree(tree, signal);
        trees.push(tree.size);
      },
    },
  };
}
