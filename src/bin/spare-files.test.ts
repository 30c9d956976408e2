import assert from 'node:assert/strict';
import { openSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { isShortOfFiles } from './spare-files.ts';

/** Opens so many files and then fails as the system does. */
function opening(count: number, code: string): () => number {
  let left = count;
  return () => {
    left -= 1;
    if (left < 0) throw Object.assign(new Error(code), { code });
    return openSync('/dev/null', 'r');
  };
}

for (const { name, open, want } of [
  { name: 'a process with files to spare is not short of them', open: undefined, want: false },
  { name: 'one that can open a few is', open: opening(3, 'EMFILE'), want: true },
  { name: 'so is one on a system that can open none', open: opening(0, 'ENFILE'), want: true },
]) {
  test(name, { skip: process.platform === 'linux' ? false : 'there is no /proc' }, () => {
    const before = readdirSync('/proc/self/fd').length;
    assert.equal(isShortOfFiles(open), want);
    assert.equal(readdirSync('/proc/self/fd').length, before, 'what was opened to see is closed');
  });
}

test('another failure is no shortage, and keeps no sweep from its work', () => {
  assert.equal(isShortOfFiles(opening(0, 'EACCES')), false);
});
