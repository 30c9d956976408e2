import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { APPEND_TIMEOUT_MS } from '../core/audit.ts';
import type { Receipt } from '../core/audit.ts';
import { AuditUnavailable } from '../core/error.ts';
import { MAX_PENDING_BYTES } from './append-queue.ts';
import type { AuditLog } from './audit-log.ts';
import { openLog } from './open-log.ts';
import { MAX_BODY_BYTES } from './record-line.ts';
import { chainOf, recordsOf, sampleOptions, sampleRecord, temporaryFolder } from './sample-log.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import type { DiskStep, StepFate } from './simulated-disk.ts';

const FIRST_SEGMENT = `${'0'.repeat(20)}.jsonl`;

async function opened(
  t: TestContext,
  segmentMaxBytes = 100_000,
): Promise<{ folder: string; disk: SimulatedDisk; log: AuditLog }> {
  const folder = await temporaryFolder(t);
  const disk = new SimulatedDisk();
  return { folder, disk, log: await openLog(folder, sampleOptions(folder, { segmentMaxBytes, fs: disk })) };
}

/** Fails each step of one operation. */
const failing =
  (operation: DiskStep['operation'], code: string) =>
  (step: DiskStep): StepFate =>
    step.operation === operation ? { failWith: code } : null;

/** Takes only some bytes of the first write, and fails all that follow with a code. */
function shortWrite(takeBytes: number, code: string): (step: DiskStep) => StepFate {
  let writes = 0;
  return (step) => {
    if (step.operation !== 'write') return null;
    writes += 1;
    return writes === 1 ? { takeBytes } : { failWith: code };
  };
}

for (const { name, fate, want } of [
  { name: 'a full disk', fate: failing('write', 'ENOSPC'), want: { step: 'write', code: 'ENOSPC' } },
  { name: 'a full quota', fate: failing('write', 'EDQUOT'), want: { step: 'write', code: 'EDQUOT' } },
  { name: 'a disk error while writing', fate: failing('write', 'EIO'), want: { step: 'write', code: 'EIO' } },
  {
    name: 'a disk that fills up within a record',
    fate: shortWrite(30, 'ENOSPC'),
    want: { step: 'write', code: 'ENOSPC' },
  },
  { name: 'a disk that takes nothing', fate: shortWrite(0, 'EIO'), want: { step: 'write', code: 'EIO' } },
  { name: 'a failed sync', fate: failing('sync', 'EIO'), want: { step: 'sync', code: 'EIO' } },
  {
    name: 'a file system that became read-only',
    fate: failing('write', 'EROFS'),
    want: { step: 'write', code: 'EROFS' },
  },
  {
    name: 'a folder that cannot be looked at',
    fate: failing('stat', 'EACCES'),
    want: { step: 'sync', code: 'EACCES' },
  },
]) {
  test(`${name} refuses records until it is over, and that is recorded`, async (t) => {
    const { folder, disk, log } = await opened(t);
    const before = await log.append(sampleRecord(1));
    disk.onStep(fate);
    for (let number = 2; number < 5; number += 1) {
      await assert.rejects(log.append(sampleRecord(number)), { code: 'AUDIT_UNAVAILABLE' });
    }
    assert.deepEqual([log.size, log.head], [before.index + 1, before.hash]);
    disk.onStep(() => null);
    const after = await log.append(sampleRecord(5));
    await log.close();
    const records = await recordsOf(folder, disk);
    assert.deepEqual(records[before.index + 1]?.body, { event: 'write-failed', refused: 3, ...want });
    assert.deepEqual([after.index, records[after.index]?.body['number']], [before.index + 2, 5]);
    const report = await chainOf(folder, disk);
    assert.deepEqual([report.ok, report.torn, report.records], [true, false, before.index + 4]);
  });
}

for (const operation of ['open', 'read', 'truncate', 'sync', 'syncFolder', 'stat'] as const) {
  test(`a repair that fails at ${operation} keeps refusing, and a later one succeeds`, async (t) => {
    const { folder, disk, log } = await opened(t);
    disk.onStep(shortWrite(30, 'EIO'));
    await assert.rejects(log.append(sampleRecord(1)), AuditUnavailable);
    disk.onStep(failing(operation, 'EIO'));
    await assert.rejects(log.append(sampleRecord(2)), AuditUnavailable);
    await assert.rejects(log.append(sampleRecord(3)), AuditUnavailable);
    disk.onStep(() => null);
    assert.equal((await log.append(sampleRecord(4))).index, 2);
    await log.close();
    assert.equal((await recordsOf(folder, disk))[1]?.body['refused'], 3);
    assert.equal((await chainOf(folder, disk)).ok, true);
  });
}

for (const operation of ['create', 'syncFolder'] as const) {
  test(`a new segment that fails at ${operation} refuses records until it works`, async (t) => {
    const { folder, disk, log } = await opened(t, 400);
    disk.onStep(failing(operation, 'ENOSPC'));
    await assert.rejects(log.append(sampleRecord(1)), /rotate of segment `0{20}\.jsonl` failed with ENOSPC$/);
    await assert.rejects(log.append(sampleRecord(2)), AuditUnavailable);
    disk.onStep(() => null);
    await log.append(sampleRecord(3));
    await log.close();
    const report = await chainOf(folder, disk);
    assert.deepEqual([report.ok, report.records], [true, 4]);
  });
}

test('a segment that someone removes while it is written is noticed before the receipt', async (t) => {
  const { disk, log } = await opened(t);
  disk.takeAway(FIRST_SEGMENT);
  await assert.rejects(log.append(sampleRecord(1)), AuditUnavailable);
  await assert.rejects(log.append(sampleRecord(2)), /repair of segment `0{20}\.jsonl` failed with ENOENT$/);
  await assert.rejects(log.close(), AuditUnavailable);
});

test('a segment that someone cuts while it is written is noticed, and never written on', async (t) => {
  const { folder, disk, log } = await opened(t);
  const file = await disk.open(`${folder}/segments/${FIRST_SEGMENT}`, 'write');
  await file.truncate(10);
  // The write at the old end leaves a hole, so that the size fits again; the read of the repair finds it.
  disk.onStep(failing('sync', 'EIO'));
  await assert.rejects(log.append(sampleRecord(1)), AuditUnavailable);
  disk.onStep(() => null);
  await assert.rejects(log.append(sampleRecord(2)), /failed with AUDIT_CORRUPT$/);
  await assert.rejects(log.close(), AuditUnavailable);
});

test('a segment that someone appends to is noticed before the receipt, and their bytes are removed', async (t) => {
  const { folder, disk, log } = await opened(t);
  const file = await disk.open(`${folder}/segments/${FIRST_SEGMENT}`, 'write');
  await file.write(Buffer.alloc(5_000, 0x78), (await file.stat()).sizeBytes);
  await assert.rejects(log.append(sampleRecord(1)), /sync of .* failed with AUDIT_CORRUPT$/);
  await log.append(sampleRecord(2));
  await log.close();
  assert.equal((await chainOf(folder, disk)).ok, true);
});

test('no receipt is given before the sync is done, and later records gather for the next one', async (t) => {
  const { disk, log } = await opened(t);
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let syncs = 0;
  disk.onStep((step) => {
    if (step.operation !== 'sync') return null;
    syncs += 1;
    reached.resolve();
    return { waitFor: gate.promise };
  });
  let isReceiptGiven = false;
  const first = log.append(sampleRecord(0)).finally(() => (isReceiptGiven = true));
  await reached.promise;
  const later = Array.from({ length: 100 }, (_, number) => log.append(sampleRecord(number + 1)));
  await new Promise(setImmediate);
  assert.equal(isReceiptGiven, false);
  assert.equal(log.size, 1);
  gate.resolve();
  const indices = (await Promise.all([first, ...later])).map(({ index }: Receipt) => index);
  assert.deepEqual(
    indices,
    Array.from({ length: 101 }, (_, position) => position + 1),
  );
  assert.equal(syncs, 2);
  await log.close();
});

test('a disk that does not answer refuses in time, then at once, and goes on when it answers', async (t) => {
  const { folder, disk, log } = await opened(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  disk.onStep((step) => {
    if (step.operation !== 'sync') return null;
    reached.resolve();
    return { waitFor: gate.promise };
  });
  const hanging = log.append(sampleRecord(1));
  await reached.promise;
  const queued = log.append(sampleRecord(2));
  t.mock.timers.tick(APPEND_TIMEOUT_MS - 1);
  assert.equal(await Promise.race([hanging, new Promise((resolve) => setImmediate(resolve, 'pending'))]), 'pending');
  t.mock.timers.tick(1);
  const late = { code: 'AUDIT_UNAVAILABLE', message: `record not durable after ${APPEND_TIMEOUT_MS} ms` };
  await assert.rejects(hanging, late);
  await assert.rejects(queued, late);
  await assert.rejects(log.append(sampleRecord(3)), { message: 'disk of the log does not answer' });
  gate.resolve();
  await disk.open(`${folder}/segments/${FIRST_SEGMENT}`, 'read');
  await new Promise(setImmediate);
  const receipt = await log.append(sampleRecord(4));
  await log.close();
  // The first was on its way and is there without receipt; the second had not left and is not, nor the third.
  const numbers = (await recordsOf(folder, disk)).map(({ body }) => body['number'] ?? body['event']);
  assert.deepEqual(numbers, ['opened', 1, 'write-failed', 4, 'closed']);
  assert.equal((await recordsOf(folder, disk))[2]?.body['refused'], 2);
  assert.equal(receipt.index, 3);
});

test('what waits for the disk is bounded', async (t) => {
  const { folder, disk, log } = await opened(t);
  const gate = Promise.withResolvers<void>();
  disk.onStep((step) => (step.operation === 'sync' ? { waitFor: gate.promise } : null));
  const big = { ...sampleRecord(1), body: { text: 'x'.repeat(MAX_BODY_BYTES - 20) } };
  const most = Math.ceil(MAX_PENDING_BYTES / MAX_BODY_BYTES) + 1;
  const appends = Array.from({ length: most }, () => log.append(big));
  await assert.rejects(log.append(big), { code: 'AUDIT_UNAVAILABLE', message: 'too many records wait for the disk' });
  gate.resolve();
  const results = await Promise.allSettled(appends);
  const refused = 1 + results.filter(({ status }) => status === 'rejected').length;
  assert.ok(refused <= 3);
  await log.close();
  const note = (await recordsOf(folder, disk)).find(({ body }) => body['event'] === 'write-failed');
  assert.deepEqual(note?.body, { event: 'write-failed', step: 'queue', code: 'AUDIT_UNAVAILABLE', refused });
});

test('a disk that is full when the log is opened keeps it shut, and the folder free', async (t) => {
  const folder = await temporaryFolder(t);
  const disk = new SimulatedDisk();
  disk.onStep(failing('write', 'ENOSPC'));
  await assert.rejects(openLog(folder, sampleOptions(folder, { fs: disk })), { code: 'AUDIT_UNAVAILABLE' });
  disk.onStep(() => null);
  await (await openLog(folder, sampleOptions(folder, { fs: disk }))).close();
  assert.equal((await chainOf(folder, disk)).ok, true);
});
