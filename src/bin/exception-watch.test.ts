import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PolicyException } from '../policy/index.ts';
import { exceptionWatch } from './exception-watch.ts';

const ends = (name: string, expiresAtMs: number): PolicyException => ({
  name,
  owner: 'ann@example.com',
  reason: 'r',
  ticket: 'T-1',
  expiresAtMs,
  lifts: [],
});
const names = (list: readonly PolicyException[]): readonly string[] => list.map(({ name }) => name);

test('an exception is told once, when its end has come', () => {
  const watch = exceptionWatch();
  watch.follow([ends('a', 10), ends('b', 20), ends('over', 5)], 5);
  assert.deepEqual(names(watch.ended(9)), []);
  assert.deepEqual(names(watch.ended(10)), ['a']);
  assert.deepEqual(names(watch.ended(10)), []);
  assert.deepEqual(names(watch.ended(1_000)), ['b']);
});

test('a policy that comes into force brings its own exceptions', () => {
  const watch = exceptionWatch();
  watch.follow([ends('a', 10)], 0);
  watch.follow([ends('b', 20)], 0);
  assert.deepEqual(names(watch.ended(30)), ['b']);
});
