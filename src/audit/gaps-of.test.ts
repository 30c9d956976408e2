import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { JsonObject } from '../core/json.ts';
import { GapCount, MAX_GAPS, gapsOf } from './gaps-of.ts';
import { ZERO_HASH } from './record-line.ts';
import type { LoggedRecord } from './record-line.ts';

const record = (index: number, body: JsonObject, occurredAtMs = index * 1_000): LoggedRecord => ({
  index,
  prev: ZERO_HASH,
  hash: ZERO_HASH,
  kind: body['event'] === undefined ? 'decision' : 'log',
  occurredAtMs,
  sessionId: null,
  body,
});

const opened = (index: number, gap: JsonObject | null): LoggedRecord =>
  record(index, { event: 'opened', gap, everySeconds: 10 });

test('an empty log misses nothing', async () => {
  const nothing = { missingSeconds: 0, stoppedSeconds: 0, lostRecords: 0, clockJumps: 0, gaps: [], unlistedGaps: 0 };
  assert.deepEqual(await gapsOf([], 5), nothing);
});

test('gaps are told apart by their cause, and refused records add up', async () => {
  const report = await gapsOf([
    opened(0, null),
    record(1, { event: 'write-failed', step: 'write', code: 'ENOSPC', refused: 3 }),
    record(2, { event: 'closed' }),
    opened(3, { fromMs: 2_000, toMs: 9_000, seconds: 7, cause: 'stopped' }),
    record(4, { event: 'write-failed', step: 'queue', code: 'AUDIT_UNAVAILABLE', refused: 2 }),
    opened(5, { fromMs: 4_000, toMs: 9_000, seconds: 5, cause: 'killed' }),
    record(6, { event: 'gap', fromMs: 5_000, toMs: 6_500, seconds: 1.5, cause: 'asleep' }),
  ]);
  assert.deepEqual([report.missingSeconds, report.stoppedSeconds, report.lostRecords], [6.5, 7, 5]);
  assert.deepEqual(
    report.gaps.map(({ index, cause }) => [index, cause]),
    [
      [3, 'stopped'],
      [5, 'killed'],
      [6, 'asleep'],
    ],
  );
});

test('indexes that no record has are lost records', async () => {
  assert.equal((await gapsOf([record(4, {}), record(5, {}), record(9, {}), record(7, {})])).lostRecords, 3);
});

for (const { name, records, nowMs, want } of [
  { name: 'a log that was closed', records: [record(0, { event: 'closed' })], nowMs: 5_000, want: [[5, 'stopped']] },
  { name: 'a log whose heartbeat is due', records: [opened(0, null)], nowMs: 19_000, want: [] },
  { name: 'a log whose heartbeat is overdue', records: [opened(0, null)], nowMs: 21_000, want: [[21, 'no-end']] },
  { name: 'a log from the future', records: [opened(0, null)], nowMs: -5_000, want: [] },
]) {
  test(`the open end of ${name} is counted as what it is`, async () => {
    const { gaps } = await gapsOf(records, nowMs);
    assert.deepEqual(
      gaps.map(({ seconds, cause }) => [seconds, cause]),
      want,
    );
  });
}

test('gaps beyond the most that are listed are counted', () => {
  const count = new GapCount();
  const gap = { event: 'gap', fromMs: 0, toMs: 1_000, seconds: 1, cause: 'asleep' };
  for (let index = 0; index < MAX_GAPS + 10; index += 1) count.add(record(index, gap, 0));
  const report = count.report(1_000_000);
  assert.deepEqual([report.gaps.length, report.unlistedGaps], [MAX_GAPS, 11]);
  assert.equal(report.missingSeconds, MAX_GAPS + 10 + 1_000);
});

test('no body makes it throw, or count what is no number', async () => {
  const bodies = fc.record(
    {
      event: fc.constantFrom('opened', 'gap', 'write-failed', 'heartbeat', 'closed', 'clock-jump'),
      gap: fc.jsonValue(),
      seconds: fc.oneof(fc.jsonValue(), fc.double()),
      fromMs: fc.jsonValue(),
      toMs: fc.jsonValue(),
      cause: fc.constantFrom('stopped', 'killed', 'x', null),
      refused: fc.oneof(fc.jsonValue(), fc.double()),
      everySeconds: fc.oneof(fc.jsonValue(), fc.double()),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(bodies), async (all) => {
      const records = all.map((body, index) => record(index, body as JsonObject));
      const { missingSeconds, stoppedSeconds, lostRecords } = await gapsOf(records);
      for (const number of [missingSeconds, stoppedSeconds, lostRecords]) assert.ok(number >= 0);
    }),
  );
});
