import assert from 'node:assert/strict';
import { test } from 'node:test';

import { jsonString, spliced } from './splice.ts';

const bytes = Buffer.from('0123456789');
const by = (text: string): Buffer => Buffer.from(text);

for (const { name, within, edits, want } of [
  { name: 'no edit gives the bytes', within: [2, 8], edits: [], want: '234567' },
  { name: 'an edit in the middle', within: [0, 10], edits: [[3, 5, 'ab']], want: '012ab56789' },
  {
    name: 'edits at both ends and next to each other',
    within: [2, 8],
    edits: [
      [2, 3, 'a'],
      [3, 4, ''],
      [7, 8, 'bcd'],
    ],
    want: 'a456bcd',
  },
  { name: 'an edit of everything', within: [2, 8], edits: [[2, 8, 'x']], want: 'x' },
  { name: 'an insertion', within: [2, 8], edits: [[4, 4, 'x']], want: '23x4567' },
] satisfies readonly {
  name: string;
  within: [number, number];
  edits: [number, number, string][];
  want: string;
}[]) {
  test(name, () => {
    const made = spliced(
      bytes,
      { start: within[0], end: within[1] },
      edits.map(([start, end, text]) => ({ span: { start, end }, by: by(text) })),
    );
    assert.equal(made.toString(), want);
  });
}

test('without edits nothing is copied', () => {
  assert.equal(spliced(bytes, { start: 2, end: 8 }, []).buffer, bytes.buffer);
});

for (const { name, edits } of [
  {
    name: 'overlap',
    edits: [
      [3, 6],
      [5, 7],
    ],
  },
  {
    name: 'are out of order',
    edits: [
      [5, 6],
      [3, 4],
    ],
  },
  { name: 'begin before the bytes', edits: [[1, 3]] },
  { name: 'end behind the bytes', edits: [[7, 9]] },
  { name: 'lie behind the bytes', edits: [[9, 9]] },
  { name: 'end before they begin', edits: [[5, 4]] },
] satisfies readonly { name: string; edits: [number, number][] }[]) {
  test(`edits that ${name} are a mistake of the caller`, () => {
    const all = edits.map(([start, end]) => ({ span: { start, end }, by: by('x') }));
    assert.throws(() => spliced(bytes, { start: 2, end: 8 }, all), TypeError);
  });
}

test('a lone surrogate is written as an escape, so that it is read as it was', () => {
  assert.equal(jsonString('a\ud800"\n').toString(), '"a\\ud800\\"\\n"');
  assert.equal(jsonString('\u00e9\u{1f600}').toString(), '"\u00e9\u{1f600}"');
});
