import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { Receipt } from '../core/audit.ts';
import { AuditUnavailable } from '../core/error.ts';
import { openLog } from './open-log.ts';
import { RUNS_FACTOR, SAMPLE_TIME_MS, recordsOf, sampleRecord, temporaryFolder } from './sample-log.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { verifyLog } from './verify-log.ts';

const clock = (): number => SAMPLE_TIME_MS;

test('a failure at any one step loses no record with a receipt and keeps none without', async (t) => {
  const folder = await temporaryFolder(t);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('ENOSPC', 'EIO', 'short'),
      async (firstStep, length, kind) => {
        const disk = new SimulatedDisk();
        const log = await openLog(folder, { clock, segmentMaxBytes: 900, fs: disk });
        const from = disk.steps + firstStep;
        disk.onStep(({ number }) => {
          if (number < from || number >= from + length) return null;
          return kind === 'short' ? { takeBytes: 17 } : { failWith: kind };
        });
        const receipts = new Map<number, Receipt>();
        for (let round = 0; round < 8; round += 1) {
          const numbers = [round * 3, round * 3 + 1, round * 3 + 2];
          const results = await Promise.allSettled(numbers.map((number) => log.append(sampleRecord(number))));
          for (const [position, result] of results.entries()) {
            if (result.status === 'fulfilled') receipts.set(round * 3 + position, result.value);
            else assert.ok(result.reason instanceof AuditUnavailable);
          }
        }
        disk.onStep(() => null);
        await log.close();
        const records = await recordsOf(folder, disk);
        const kept = records.filter(({ kind }) => kind === 'decision');
        assert.deepEqual(
          kept.map(({ index, hash }) => ({ index, hash })),
          [...receipts.values()],
        );
        const report = await verifyLog(folder, undefined, disk);
        assert.deepEqual([report.ok, report.torn], [true, false]);
      },
    ),
    { numRuns: 150 * RUNS_FACTOR },
  );
});

test('a power cut at any moment loses no record with a receipt', async (t) => {
  const folder = await temporaryFolder(t);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 90 }),
      fc.infiniteStream(fc.nat()),
      fc.integer({ min: 1, max: 12 }),
      async (cutAfter, dice, writers) => {
        const chance = (most: number): number => (dice.next().value ?? 0) % (most + 1);
        const disk = new SimulatedDisk();
        const log = await openLog(folder, { clock, segmentMaxBytes: 900, fs: disk });
        const receipts: Receipt[] = [];
        let left: SimulatedDisk | null = null;
        const cutAt = disk.steps + cutAfter;
        disk.onStep(({ number, operation }) => {
          if (number >= cutAt && left === null) left = disk.afterPowerCut(chance);
          return operation === 'write' && number % 5 === 0 ? { takeBytes: 60 } : null;
        });
        await Promise.all(
          Array.from({ length: writers }, async (_, writer) => {
            for (let turn = 0; turn < 6; turn += 1) {
              const receipt = await log.append(sampleRecord(writer * 10 + turn));
              if (left === null) receipts.push(receipt);
            }
          }),
        );
        await log.close();
        const after: SimulatedDisk = left ?? disk.afterPowerCut(chance);
        await (await openLog(folder, { clock, segmentMaxBytes: 900, fs: after })).close();
        const records = await recordsOf(folder, after);
        for (const { index, hash } of receipts) assert.equal(records[index]?.hash, hash);
        assert.equal((await verifyLog(folder, undefined, after)).ok, true);
      },
    ),
    { numRuns: 150 * RUNS_FACTOR },
  );
});
