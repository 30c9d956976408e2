import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bulkhead } from './bulkhead.ts';

const never = new AbortController().signal;

test('so many run, so many wait in the order they came, the rest is turned away', async () => {
  const turns = bulkhead(1, 2);
  const leave = await turns.enter(never);
  const order: string[] = [];
  const second = turns.enter(never).then((next) => (order.push('second'), next));
  const third = turns.enter(never).then((next) => (order.push('third'), next));
  assert.equal(await turns.enter(never), null);
  leave?.();
  (await second)?.();
  (await third)?.();
  assert.deepEqual(order, ['second', 'third']);
  assert.notEqual(await turns.enter(never), null);
});

test('who gives up while waiting leaves the place in the queue', async () => {
  const turns = bulkhead(1, 1);
  const leave = await turns.enter(never);
  const controller = new AbortController();
  const waiting = turns.enter(controller.signal);
  controller.abort();
  assert.equal(await waiting, null);
  const next = turns.enter(never);
  leave?.();
  assert.notEqual(await next, null);
});

test('who gave up before gets no turn', async () => {
  assert.equal(await bulkhead(1, 1).enter(AbortSignal.abort()), null);
});

test('numbers that leave no turn are refused', () => {
  for (const [running, queued] of [
    [0, 1],
    [-1, 1],
    [1.5, 1],
    [1, -1],
    [Number.NaN, 1],
  ] as const) {
    assert.throws(() => bulkhead(running, queued), TypeError);
  }
});
