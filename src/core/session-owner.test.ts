import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ownerName, parseSessionOwner } from './session-owner.ts';

const DOOR = 'a'.repeat(24);

for (const { name, value, want } of [
  { name: 'nobody', value: null, want: null },
  {
    name: 'a user with an account',
    value: { uid: 1000, user: 'ann', door: DOOR, watch: null },
    want: { uid: 1000, user: 'ann', door: DOOR, watch: null },
  },
  {
    name: 'a number whose client is watched',
    value: { uid: 0, user: null, door: DOOR, watch: { pid: 7, startTicks: 9 } },
    want: { uid: 0, user: null, door: DOOR, watch: { pid: 7, startTicks: 9 } },
  },
  { name: 'no number', value: { uid: '0', user: null, door: DOOR, watch: null }, want: undefined },
  { name: 'a number below 0', value: { uid: -1, user: null, door: DOOR, watch: null }, want: undefined },
  { name: 'no door', value: { uid: 0, user: null, watch: null }, want: undefined },
  { name: 'a user that is no text', value: { uid: 0, user: 5, door: DOOR, watch: null }, want: undefined },
  { name: 'a watch that is none', value: { uid: 0, user: null, door: DOOR, watch: { pid: 1.5 } }, want: undefined },
  { name: 'a list', value: [], want: undefined },
] as const) {
  test(`an owner is read back or refused whole: ${name}`, () => assert.deepEqual(parseSessionOwner(value), want));
}

test('whatever is kept, nothing is read as an owner that is none', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const owner = parseSessionOwner(value);
      if (owner !== null && owner !== undefined) assert.ok(Number.isSafeInteger(owner.uid) && owner.uid >= 0);
    }),
  );
});

test('a number without an account is called by its number', () => {
  assert.equal(ownerName({ uid: 61002, user: null }), 'uid 61002');
  assert.equal(ownerName({ uid: 61002, user: 'ann' }), 'ann');
});
