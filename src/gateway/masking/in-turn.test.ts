import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inTurn } from './in-turn.ts';

test('no more than so many run at once, in order, and one that fails holds nobody up', async () => {
  let [running, most] = [0, 0];
  const order: number[] = [];
  const run = inTurn(async (given: number) => {
    running += 1;
    most = Math.max(most, running);
    order.push(given);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    running -= 1;
    if (given % 3 === 0) throw new Error('of three');
    return given;
  }, 4);
  const settled = await Promise.allSettled(Array.from({ length: 100 }, (_, at) => run(at)));
  assert.equal(most, 4);
  assert.deepEqual(
    order,
    Array.from({ length: 100 }, (_, at) => at),
  );
  assert.equal(settled.filter(({ status }) => status === 'rejected').length, 34);
  assert.equal(await run(1), 1);
});

test('what else is to be done comes in between, however many wait', async () => {
  let [ran, seen] = [0, 0];
  const run = inTurn(() => Promise.resolve((ran += 1)), 4);
  const all = Array.from({ length: 100_000 }, () => run(0));
  setImmediate(() => (seen = ran));
  await Promise.all(all);
  assert.equal(ran, 100_000);
  assert.ok(seen < 100, `${seen} had run`);
});
