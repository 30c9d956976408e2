import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowance } from './allowance.ts';

test('what is held never passes the limit, and what is given back can be taken again', () => {
  const bytes = allowance(10);
  assert.ok(bytes.take(6));
  assert.equal(bytes.take(5), false);
  assert.equal(bytes.held, 6);
  assert.ok(bytes.take(4));
  bytes.give(10);
  assert.ok(bytes.take(10));
});

test('one part cannot take what is left for the others', () => {
  const all = allowance(10);
  const [ann, bob] = [allowance(6, all), allowance(6, all)];
  assert.ok(bob.take(6));
  assert.equal(bob.take(1), false);
  assert.ok(ann.take(4));
  assert.equal(ann.take(1), false, 'all together have no more');
  assert.deepEqual([ann.held, bob.held, all.held], [4, 6, 10]);
  bob.give(1);
  assert.ok(ann.take(1));
  assert.deepEqual([ann.held, all.held], [5, 10]);
});
