import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearestName } from './nearest-name.ts';

const NAMES = ['commands', 'files', 'web', 'mcp', 'tools', 'session'];

for (const { name, written, want } of [
  { name: 'a letter too few', written: 'comands', want: 'commands' },
  { name: 'a letter too many', written: 'filles', want: 'files' },
  { name: 'a wrong letter', written: 'wep', want: 'web' },
  { name: 'two letters swapped', written: 'mpc', want: 'mcp' },
  { name: 'the singular', written: 'tool', want: 'tools' },
  { name: 'other case', written: 'Session', want: 'session' },
  { name: 'another word altogether', written: 'wallpaper', want: null },
  { name: 'a text that is no name', written: 'x'.repeat(1_000_000), want: null },
  { name: 'nothing', written: '', want: null },
]) {
  test(`${name} means ${want ?? 'no name'}`, () => assert.equal(nearestName(written, NAMES), want));
}

test('the distance is that of the other way round, and none only between equal texts', () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(
    fc.property(word, word, (from, to) => {
      assert.equal(editDistance(from, to), editDistance(to, from));
      assert.equal(editDistance(from, to) === 0, from === to);
      assert.ok(editDistance(from, to) <= Math.max(from.length, to.length));
    }),
  );
});
