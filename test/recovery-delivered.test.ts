import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readLog } from '../src/audit/index.ts';
import { recoveryTest } from '../src/bin/recovery-test.ts';
import type { ListedObject, ObjectStore } from '../src/core/object-store.ts';
import { folderStore, storeSink } from '../src/deliver/index.ts';
import type { Delivery } from '../src/deliver/index.ts';
import { deliveryRig, ruleOf } from '../src/deliver/delivery-rig.ts';
import type { Rig } from '../src/deliver/delivery-rig.ts';
import { trustedKey } from '../src/verify/index.ts';

const DAY_MS = 86_400_000;

/** A folder as a store, during whose work no time passes. */
function heldStore(rig: Rig, folder: string): ObjectStore {
  const store = folderStore(folder);
  const listed = async (start: string): Promise<readonly ListedObject[]> => {
    const found: ListedObject[] = [];
    for await (const one of store.list(start)) found.push(one);
    return found;
  };
  return {
    place: store.place,
    put: async (...given) => await rig.clock.hold(store.put(...given)),
    get: async (...given) => await rig.clock.hold(store.get(...given)),
    head: async (...given) => await rig.clock.hold(store.head(...given)),
    async *list(start) {
      yield* await rig.clock.hold(listed(start));
    },
    close: () => store.close(),
  };
}

async function delivering(rig: Rig, folder: string): Promise<Delivery> {
  const makeSink = async (): ReturnType<NonNullable<Parameters<Rig['open']>[2]>['makeSink'] & object> =>
    await Promise.resolve(storeSink({ store: heldStore(rig, folder), retention: null, nowMs: rig.clock.nowMs }));
  return await rig.open([ruleOf('archive')], {}, { makeSink });
}

/** Size under the newest checkpoint that a store has; 0 where it has none. */
function treeSize(folder: string): number {
  const file = join(folder, 'checkpoint');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[1]) : 0;
}

test('each day that a log delivered to a folder is restored from there, and proven', async (t) => {
  const rig = await deliveryRig(t);
  await rig.fill(600);
  rig.clock.jumpMs = DAY_MS;
  await rig.fill(500);
  const filled = rig.log.size;
  const folder = join(rig.home, 'store');
  mkdirSync(folder);
  const first = await delivering(rig, folder);
  // It records that it begins; what waits for a batch to fill goes when it ends.
  await rig.clock.until(() => rig.log.size > filled && rig.log.checkpoint?.size === rig.log.size);
  let isClosed = false;
  const closing = first.close().finally(() => {
    isClosed = true;
  });
  await rig.clock.until(() => isClosed);
  await closing;
  await delivering(rig, folder);
  await rig.clock.until(() => treeSize(folder) === rig.log.size);

  let written = 0;
  for await (const _ of readLog(join(rig.home, 'audit'))) written += 1;
  const key = trustedKey(rig.log.vkey, 'log');
  assert.ok(key !== null);
  let proven = 0;
  for (const day of ['2023-11-14', '2023-11-15']) {
    const evidence = await recoveryTest(
      { store: folderStore(folder), folder: join(rig.home, day), day, seed: '', keys: [key] },
      { clock: rig.clock.nowMs, version: '0', by: 'ann', host: 'host', onProgress: () => undefined },
    );
    assert.deepEqual([evidence.outcome, evidence.faults], ['restored', []]);
    assert.equal(evidence.logId, rig.log.origin);
    proven += evidence.records.proven;
  }
  assert.equal(proven, written);
});
