import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import type { Receipt } from '../core/audit.ts';
import { AuditUnavailable, SallyportError } from '../core/error.ts';
import type { AuditLog } from './audit-log.ts';
import { openLog } from './open-log.ts';
import type { LogOptions } from './open-log.ts';
import { RUNS_FACTOR, recordsOf, sampleOptions, sampleRecord, temporaryFolder } from './sample-log.ts';
import { assertTree } from './sample-tree.ts';
import { SimulatedDisk } from './simulated-disk.ts';

/** Segments of three records, and a checkpoint after each turn of the loop, so that every step is near every other. */
const optionsFor = (folder: string, fs: SimulatedDisk): LogOptions =>
  sampleOptions(folder, { segmentMaxBytes: 900, checkpointDelayMs: 0, fs });

const pathsIn = (folder: string, disk: SimulatedDisk): readonly string[] =>
  disk.paths.map((path) => path.slice(folder.length + 1));

/** Appends records, three at a time, and gives the receipts. */
async function appendAll(log: AuditLog, rounds: number, isOver: () => boolean): Promise<ReadonlyMap<number, Receipt>> {
  const receipts = new Map<number, Receipt>();
  for (let round = 0; round < rounds; round += 1) {
    const numbers = [round * 3, round * 3 + 1, round * 3 + 2];
    const results = await Promise.allSettled(numbers.map((number) => log.append(sampleRecord(number))));
    // The checkpoint's timer is due in between.
    if (round % 2 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    if (isOver()) break;
    for (const [position, result] of results.entries()) {
      if (result.status === 'fulfilled') receipts.set(round * 3 + position, result.value);
      else assert.ok(result.reason instanceof AuditUnavailable);
    }
  }
  return receipts;
}

test('a failure at any one step loses no record with a receipt and keeps none without', async (t) => {
  const folder = await temporaryFolder(t);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('ENOSPC', 'EIO', 'short'),
      async (firstStep, length, kind) => {
        const disk = new SimulatedDisk();
        const log = await openLog(folder, optionsFor(folder, disk));
        const from = disk.steps + firstStep;
        disk.onStep(({ number }) => {
          if (number < from || number >= from + length) return null;
          return kind === 'short' ? { takeBytes: 17 } : { failWith: kind };
        });
        const receipts = await appendAll(log, 8, () => false);
        disk.onStep(() => null);
        await log.close();
        const records = await recordsOf(folder, disk);
        const kept = records.filter((record) => record.kind === 'decision');
        assert.deepEqual(
          kept.map(({ index, hash }) => ({ index, hash })),
          [...receipts.values()],
        );
        await assertTree(folder, pathsIn(folder, disk), disk);
      },
    ),
    { numRuns: 150 * RUNS_FACTOR },
  );
});

test('a failure at any one step of an opening leaves a log that opens, and loses nothing', async (t) => {
  const folder = await temporaryFolder(t);
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.integer({ min: 1, max: 80 }),
      fc.constantFrom('ENOSPC', 'EIO', 'short'),
      async (isNew, firstStep, kind) => {
        const disk = new SimulatedDisk();
        let before = 0;
        if (!isNew) {
          const log = await openLog(folder, optionsFor(folder, disk));
          await appendAll(log, 5, () => false);
          await log.close();
          before = log.size;
        }
        const from = disk.steps + firstStep;
        disk.onStep(({ number }) =>
          number === from ? (kind === 'short' ? { takeBytes: 17 } : { failWith: kind }) : null,
        );
        await openLog(folder, optionsFor(folder, disk))
          .then((log) => log.close())
          .catch((error: unknown) => assert.ok(error instanceof SallyportError, String(error)));
        disk.onStep(() => null);
        const log = await openLog(folder, optionsFor(folder, disk));
        await log.close();
        assert.ok(log.size >= before + 2);
        await assertTree(folder, pathsIn(folder, disk), disk);
      },
    ),
    { numRuns: 150 * RUNS_FACTOR },
  );
});

test('a power cut at any moment loses no record with a receipt, and leaves a log that opens and is signed', async (t) => {
  const folder = await temporaryFolder(t);
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 400 }),
      fc.integer({ min: 1, max: 60 }),
      fc.infiniteStream(fc.nat()),
      async (cutAfter, secondCutAfter, dice) => {
        const chance = (most: number): number => (dice.next().value ?? 0) % (most + 1);
        const receipts: Receipt[] = [];
        let disk = new SimulatedDisk();
        // The second cut falls into the recovery from the first.
        for (const after of [cutAfter, secondCutAfter]) {
          let left: SimulatedDisk | null = null;
          disk.onStep(({ number, operation }) => {
            if (number >= after && left === null) left = disk.afterPowerCut(chance);
            return operation === 'write' && number % 5 === 0 ? { takeBytes: 60 } : null;
          });
          const log = await openLog(folder, optionsFor(folder, disk));
          receipts.push(...(await appendAll(log, 12, () => left !== null)).values());
          await log.close();
          disk = left ?? disk.afterPowerCut(chance);
        }
        await (await openLog(folder, optionsFor(folder, disk))).close();
        const records = await recordsOf(folder, disk);
        for (const { index, hash } of receipts) assert.equal(records[index]?.hash, hash);
        await assertTree(folder, pathsIn(folder, disk), disk);
      },
    ),
    { numRuns: 200 * RUNS_FACTOR },
  );
});
