import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvLine, queryTable } from './query-table.ts';

test('rows that fit are a table, numbers to the right, nothing as a dash', () => {
  assert.equal(
    queryTable(
      ['name', 'n'],
      [
        ['one', 5],
        ['two', null],
        ['three', 1200],
      ],
      80,
    ),
    'name      n\n-----  ----\none       5\ntwo       -\nthree  1200\n',
  );
});

test('rows that do not fit are blocks, and what is nothing is left out', () => {
  assert.equal(
    queryTable(['name', 'a_longer_name', 'none'], [['x'.repeat(70), 'y', null]], 40),
    `row 1\n  name           ${'x'.repeat(70)}\n  a_longer_name  y\n`,
  );
});

test('no rows are said', () => assert.equal(queryTable(['a'], [], 80), 'no rows\n'));

test('a long cell of a table is cut', () => {
  const [, , line = ''] = queryTable(['a'], [['x'.repeat(61)]], 80).split('\n');
  assert.equal(line, `${'x'.repeat(59)}…`);
});

test('nothing in a cell or a name moves the cursor', () => {
  const hostile = '\u001b[31mred\u202e\n';
  for (const width of [20, 200]) {
    const shown = queryTable([hostile], [[hostile], [{ key: hostile }]], width);
    assert.ok(!/[\p{Cc}\p{Cf}]/u.test(shown.replaceAll('\n', '')), shown);
    assert.ok(shown.split('\n').length <= 6);
  }
});

for (const { cell, want } of [
  { cell: null, want: '' },
  { cell: 5, want: '5' },
  { cell: -5, want: '-5' },
  { cell: true, want: 'true' },
  { cell: 'plain', want: 'plain' },
  { cell: 'a,b', want: '"a,b"' },
  { cell: 'say "x"\nand more', want: '"say ""x""\nand more"' },
  { cell: '=HYPERLINK("http://x")', want: `"'=HYPERLINK(""http://x"")"` },
  { cell: '+1', want: `'+1` },
  { cell: '-1', want: `'-1` },
  { cell: '@SUM(A1)', want: `'@SUM(A1)` },
])
  test(`${JSON.stringify(cell)} is \`${want}\` in comma-separated values`, () => assert.equal(csvLine([cell]), want));
