import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommandLine } from './read-command-line.ts';
import { writtenNames } from './written-names.ts';

for (const { text, want } of [
  { text: 'x = 1', want: ['x'] },
  { text: 'x == 1', want: [] },
  { text: 'x += y', want: ['x'] },
  { text: 'x <<= 2, y >>= 1', want: ['x', 'y'] },
  { text: 'x++ + --y', want: ['x', 'y'] },
  { text: '++  x', want: ['x'] },
  { text: 'a[i] = 1', want: ['a'] },
  { text: 'a[i = 1] = 2', want: ['a', 'i'] },
  { text: 'a[b[0]] = 2', want: ['a', 'b'] },
  { text: 'a[i]', want: [] },
  { text: 'x <= y && y >= z || !x', want: [] },
  { text: '1abc = 2', want: ['abc'] },
])
  test(`writes of ${text}`, () => assert.deepEqual([...writtenNames(text)], want));

const LENGTH = 100_000;
/** Far more than it takes: a machine under load passes, anything quadratic does not. */
const MOST_MS = 2000;

for (const unit of ['a', 'a[', 'a[b', 'a ', '++', '++ a', 'a]  ', 'a[  ', '_1+'])
  test(`an expression of ${LENGTH} characters takes no square of time: ${unit}`, () => {
    const text = unit.repeat(LENGTH / unit.length);
    for (const expression of [text, `${text}]${' '.repeat(LENGTH)}`]) {
      const startedMs = performance.now();
      writtenNames(expression);
      assert.ok(performance.now() - startedMs < MOST_MS);
    }
  });

test('a long name in arithmetic does not hold up the reading of a command', () => {
  const startedMs = performance.now();
  readCommandLine(`echo $((${'a'.repeat(60_000)}))`, { folder: '/workspace', homeDir: '/home/dev' });
  assert.ok(performance.now() - startedMs < MOST_MS);
});
