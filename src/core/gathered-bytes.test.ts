import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { allowance } from './allowance.ts';
import { gatheredBytes } from './gathered-bytes.ts';

test('what comes is what was sent, however it is cut and whether or not its length was told', () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }));
  fc.assert(
    fc.property(pieces, fc.boolean(), (cut, isTold) => {
      const sent = Buffer.concat(cut);
      const gathered = gatheredBytes(isTold ? sent.length : null, () => true);
      for (const piece of cut) assert.ok(gathered?.add(Buffer.from(piece)));
      assert.deepEqual(gathered?.whole(), sent);
      assert.equal(gathered.length, sent.length);
    }),
  );
});

test('room for a length that is told is asked for once, before anything comes', () => {
  const room = allowance(10);
  assert.equal(
    gatheredBytes(11, (bytes) => room.take(bytes)),
    null,
  );
  assert.ok(gatheredBytes(10, (bytes) => room.take(bytes))?.add(Buffer.alloc(4)));
  assert.equal(room.held, 10);
  assert.equal(
    gatheredBytes(1, (bytes) => room.take(bytes)),
    null,
  );
});

test('a million pieces of one byte do not hold more than was allowed', () => {
  const room = allowance(1_000_000);
  const gathered = gatheredBytes(null, (bytes) => room.take(bytes));
  let taken = 0;
  while (gathered?.add(Buffer.alloc(1)) === true) taken += 1;
  assert.ok(taken < 4_000, String(taken));
});

test('more than was told is not taken', () => {
  const gathered = gatheredBytes(3, () => true);
  assert.ok(gathered !== null);
  assert.ok(gathered.add(Buffer.from('ab')));
  assert.equal(gathered.add(Buffer.from('cd')), false);
  assert.equal(gathered.whole().toString(), 'ab');
});
