import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { LONGEST_FIRST, inOrder } from '../scripts/test-order.ts';

for (const { name, files, want } of [
  { name: 'the longest are begun first, in their own order', files: ['b', 'z', 'a', 'y'], want: ['z', 'y', 'a', 'b'] },
  { name: 'a file that was not asked for is not run', files: ['b', 'y'], want: ['y', 'b'] },
  { name: 'nothing is nothing', files: [], want: [] },
]) {
  test(name, () => assert.deepEqual(inOrder(files, ['z', 'y', 'x']), want));
}

test('each file that is begun early is there, once', () => {
  assert.deepEqual(
    LONGEST_FIRST.filter((file) => !existsSync(new URL(`../${file}`, import.meta.url))),
    [],
  );
  assert.equal(new Set(LONGEST_FIRST).size, LONGEST_FIRST.length);
});
