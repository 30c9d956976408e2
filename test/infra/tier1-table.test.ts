import assert from 'node:assert/strict';
import { test } from 'node:test';
import { infraLine, infraTable, tableText } from './lib/table.ts';
import type { InfraLine } from './lib/table.ts';

const file = '/somewhere/test/infra/tier2-terraform.test.ts';
const short = 'test/infra/tier2-terraform.test.ts';
for (const { name, event, want } of [
  {
    name: 'a test that passed',
    event: { type: 'test:pass', data: { file, name: 'a' } },
    want: { kind: 'test', file: short, name: 'a', outcome: 'ran' },
  },
  {
    name: 'a test that failed',
    event: { type: 'test:fail', data: { file, name: 'a' } },
    want: { kind: 'test', file: short, name: 'a', outcome: 'failed' },
  },
  {
    name: 'a test that was skipped, with the reason',
    event: { type: 'test:pass', data: { file, name: 'a', skip: 'no terraform' } },
    want: { kind: 'test', file: short, name: 'a', outcome: 'skipped', reason: 'no terraform' },
  },
  {
    name: 'a figure',
    event: { type: 'test:diagnostic', data: { file, message: 'infra: resources in the plan = 12' } },
    want: { kind: 'figure', file: short, what: 'resources in the plan', value: '12' },
  },
  {
    name: 'nothing of other diagnostics',
    event: { type: 'test:diagnostic', data: { file, message: 'tests 12' } },
    want: null,
  },
  {
    name: 'nothing of other files',
    event: { type: 'test:pass', data: { file: '/somewhere/test/rooms.test.ts', name: 'a' } },
    want: null,
  },
  {
    name: 'nothing of a group of tests',
    event: { type: 'test:pass', data: { file, details: { type: 'suite' } } },
    want: null,
  },
]) {
  test(`the table takes from the runner ${name}`, () => assert.deepEqual(infraLine(event), want));
}

const LINES: readonly InfraLine[] = [
  { kind: 'test', file: 'test/infra/tier1-schema.test.ts', name: 'a', outcome: 'ran' },
  { kind: 'figure', file: 'test/infra/tier1-schema.test.ts', what: 'blocks', value: '3' },
  { kind: 'figure', file: 'test/infra/tier1-schema.test.ts', what: 'blocks', value: '4' },
  { kind: 'figure', file: 'test/infra/tier1-schema.test.ts', what: 'version', value: '1.11.4' },
  { kind: 'test', file: short, name: 'b', outcome: 'skipped', reason: 'no mirror' },
  { kind: 'test', file: short, name: 'c', outcome: 'skipped', reason: 'no mirror' },
  { kind: 'test', file: short, name: 'd', outcome: 'failed' },
];

test('the table counts per file, adds figures up, and tells why tests were skipped', () => {
  assert.equal(
    tableText(infraTable(LINES, ['test/infra/tier3-audit.test.ts', 'test/infra/lib/x.ts'])),
    [
      'AWS deployment',
      'tier  check      ran  skipped  failed',
      '1     schema       1        0       0',
      '2     terraform    0        2       1',
      '3     audit        0        0       0',
      '      all          1        2       1',
      'tier 1: blocks: 7',
      'tier 1: version: 1.11.4',
      'tier 2: 2 skipped: no mirror',
      'tier 2: terraform failed: d',
      '',
    ].join('\n'),
  );
});
