import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ATTACKS, ORDINARY_WORK } from '../drill/index.ts';
import { DISCORDS } from './drill-reconcile.ts';
import type { DrillOutcome } from './drill-run.ts';
import { SCENARIOS } from './drill-scenarios.ts';
import { drillTable } from './drill-table.ts';
import type { DrillReport } from './drill-table.ts';

const outcome = (id: string, happened: string): DrillOutcome => ({
  id,
  chain: 'evasion',
  title: 'a title',
  expected: 'guard deny',
  happened,
  isAsExpected: true,
  problem: null,
  recordId: 12_345,
  durationMs: 14_567,
});

const report = (cases: readonly DrillOutcome[]): DrillReport => ({
  attacks: { total: cases.length, stopped: cases.length },
  ordinary: { total: 0, passed: 0 },
  compared: { total: 9, asExpected: 9 },
  durationMs: 170_000,
  cases,
});

const longest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

test('with every case that there is, the table fits 80 columns and names each case in full', () => {
  const ids = [...ATTACKS, ...ORDINARY_WORK, ...SCENARIOS, ...DISCORDS].map((one) => one.id);
  const text = drillTable(report(ids.map((id) => outcome(id, 'got through without the guard'))), 80);
  assert.ok(longest(text) <= 80, String(longest(text)));
  for (const id of ids) assert.ok(text.includes(`  ${id} `), id);
});

test('a rule whose name is too long is cut where that shows', () => {
  const long = outcome('evasion/x', `guard deny (${'a'.repeat(40)}/${'b'.repeat(60)})`);
  const text = drillTable(report([long]), 80);
  assert.ok(longest(text) <= 80);
  assert.match(text, /guard deny \(a+…  14567  12345$/m);
  assert.match(drillTable(report([long]), 200), /b{60}\)/);
});

test('no line is longer than the terminal, whatever happened', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 200 }), { minLength: 1 }),
      fc.integer({ min: 0, max: 200 }),
      (said, columns) => {
        const lines = drillTable(report(said.map((text) => outcome('a/b', text.replaceAll('\n', ' ')))), columns);
        assert.ok(longest(lines) <= Math.max(80, columns));
      },
    ),
  );
});
