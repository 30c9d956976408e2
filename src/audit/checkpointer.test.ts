import assert from 'node:assert/strict';
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { AuditUnavailable } from '../core/error.ts';
import { CHECKPOINT_DELAY_MS, CHECKPOINT_LATE_MS } from './checkpointer.ts';
import type { AuditLog } from './audit-log.ts';
import { openLog } from './open-log.ts';
import { filesOf, recordsOf, sampleOptions, sampleRecord, temporaryFolder } from './sample-log.ts';
import { assertTree } from './sample-tree.ts';
import type { SignedCheckpoint } from './signed-checkpoint.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import type { DiskStep } from './simulated-disk.ts';

/** The next checkpoint that covers so many records. */
function checkpointOver(log: AuditLog, size: number): Promise<SignedCheckpoint> {
  return new Promise((resolve) => {
    const stop = log.onCheckpoint((checkpoint) => {
      if (checkpoint.size < size) return;
      stop();
      resolve(checkpoint);
    });
  });
}

async function onDisk(t: TestContext): Promise<{ folder: string; disk: SimulatedDisk; log: AuditLog }> {
  const folder = await temporaryFolder(t);
  const disk = new SimulatedDisk();
  const log = await openLog(folder, sampleOptions(folder, { fs: disk, checkpointDelayMs: 0 }));
  await checkpointOver(log, 1);
  return { folder, disk, log };
}

const pathsIn = (folder: string, disk: SimulatedDisk): readonly string[] =>
  disk.paths.map((path) => path.slice(folder.length + 1));

test('a record is covered by a signed checkpoint within a second', async (t) => {
  const folder = await temporaryFolder(t);
  const log = await openLog(folder, sampleOptions(folder));
  const { index } = await log.append(sampleRecord(1));
  const startMs = performance.now();
  const checkpoint = await checkpointOver(log, index + 1);
  assert.ok(performance.now() - startMs < 1_000);
  assert.ok(CHECKPOINT_DELAY_MS <= 500);
  assert.deepEqual(log.checkpoint, checkpoint);
  assert.equal(await readFile(join(folder, 'checkpoint'), 'utf8'), checkpoint.note);
  assert.equal(await assertTree(folder, await filesOf(folder)), index + 1);
  assert.deepEqual(log.checkpointHealth, { state: 'ok', lateMs: 0, failures: 0, error: null });
  await log.close();
});

test('a closed log is covered whole, and its folder holds what the format says and no more', async (t) => {
  const folder = await temporaryFolder(t);
  const log = await openLog(folder, sampleOptions(folder));
  await log.append(sampleRecord(1));
  await log.close();
  assert.equal(await assertTree(folder, await filesOf(folder)), 3);
  assert.deepEqual(await filesOf(folder), [
    'audit-signing.key',
    'checkpoint',
    'lock.db',
    'log.vkey',
    `segments/${'0'.repeat(20)}.jsonl`,
    'tile/0/000.p/3',
  ]);
  for (const name of ['checkpoint', 'log.vkey', 'audit-signing.key', 'tile/0/000.p/3']) {
    assert.equal((await lstat(join(folder, name))).mode & 0o777, 0o600, name);
  }
  assert.equal(await readFile(join(folder, 'log.vkey'), 'utf8'), `${log.vkey}\n`);
  assert.match(log.origin, /^sallyport\/[A-Za-z0-9.-]+\/[0-9a-f]{8}$/);
  assert.ok(log.checkpoint.note.startsWith(`${log.origin}\n3\n`));
});

for (const count of [254, 255, 256, 511, 512, 1_000, 66_000]) {
  test(`the tiles of a tree of about ${count} records are those of RFC 6962, over restarts`, async (t) => {
    const folder = await temporaryFolder(t);
    for (const part of [count / 2, count / 2]) {
      const log = await openLog(folder, sampleOptions(folder, { checkpointDelayMs: 20 }));
      for (let left = Math.floor(part) - 2; left > 0; left -= 1_000)
        await Promise.all(
          Array.from({ length: Math.min(left, 1_000) }, (_, number) => log.append(sampleRecord(number))),
        );
      await log.close();
      await assertTree(folder, await filesOf(folder));
    }
  });
}

test('while records come without end, each checkpoint is right, and old partial tiles go', async (t) => {
  const { folder, disk, log } = await onDisk(t);
  for (let number = 0; number < 600; number += 1) await log.append(sampleRecord(number));
  await log.close();
  await assertTree(folder, pathsIn(folder, disk), disk);
});

for (const operation of ['create', 'write', 'sync', 'rename', 'syncFolder', 'makeFolder'] as const) {
  for (const [what, isMeant] of [
    ['tile', ({ path }: DiskStep) => path.includes('/tile')],
    ['checkpoint', ({ path }: DiskStep) => !path.includes('/tile') && !path.includes('/segments')],
  ] as const) {
    if (what === 'checkpoint' && operation === 'makeFolder') continue;
    test(`a ${what} that fails at ${operation} delays its checkpoint, and costs no record`, async (t) => {
      const { folder, disk, log } = await onDisk(t);
      const before = log.checkpoint;
      const failed = Promise.withResolvers<void>();
      disk.onStep((step) => {
        if (step.operation !== operation || !isMeant(step)) return null;
        failed.resolve();
        return { failWith: 'EIO' };
      });
      for (let number = 0; number < 300; number += 1) await log.append(sampleRecord(number));
      await failed.promise;
      await new Promise(setImmediate);
      assert.equal(log.checkpoint, before);
      assert.equal(log.checkpointHealth.error, 'checkpoint not signed: failed with EIO');
      assert.ok(log.checkpointHealth.failures > 0);
      disk.onStep(() => null);
      const told = checkpointOver(log, 301);
      await log.append(sampleRecord(300));
      await told;
      assert.deepEqual(
        [log.checkpointHealth.state, log.checkpointHealth.failures, log.checkpointHealth.error],
        ['ok', 0, null],
      );
      await log.append(sampleRecord(301));
      await log.close();
      await assertTree(folder, pathsIn(folder, disk), disk);
      const records = await recordsOf(folder, disk);
      const [note] = records.filter(({ body }) => body['event'] === 'checkpoint-failed');
      assert.equal(note?.body['code'], 'EIO');
      assert.equal(records.filter(({ kind }) => kind === 'decision').length, 302);
    });
  }
}

test('partial tiles that cannot be removed are removed after a later checkpoint', async (t) => {
  const { folder, disk, log } = await onDisk(t);
  disk.onStep(({ operation }) => (operation === 'remove' ? { failWith: 'EBUSY' } : null));
  for (const number of [1, 2, 3]) await checkpointAfter(log, number);
  assert.ok(pathsIn(folder, disk).filter((path) => path.startsWith('tile')).length > 1);
  assert.equal(log.checkpointHealth.state, 'ok');
  disk.onStep(() => null);
  await log.close();
  await assertTree(folder, pathsIn(folder, disk), disk);
});

async function checkpointAfter(log: AuditLog, number: number): Promise<void> {
  const told = checkpointOver(log, log.size + 1);
  await log.append(sampleRecord(number));
  await told;
}

test('a checkpoint that stays away too long is a failure of the log, and appends go on', async (t) => {
  const { disk, log } = await onDisk(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  disk.onStep(({ path }) => (path.includes('/tile') ? { failWith: 'ENOSPC' } : null));
  const start = performance.now();
  await log.append(sampleRecord(1));
  t.mock.timers.tick(1);
  await new Promise(setImmediate);
  t.mock.method(performance, 'now', () => start + CHECKPOINT_LATE_MS + 1_000);
  const { state, lateMs, error } = log.checkpointHealth;
  assert.deepEqual([state, error], ['failing', 'checkpoint not signed: failed with ENOSPC']);
  assert.ok(lateMs > CHECKPOINT_LATE_MS);
  await log.append(sampleRecord(2));
  disk.onStep(() => null);
  t.mock.timers.tick(1_000);
  t.mock.reset();
  await log.close();
  assert.equal(log.checkpointHealth.state, 'ok');
});

test('a log that cannot sign at its close says so, loses nothing, and signs at the next opening', async (t) => {
  const { folder, disk, log } = await onDisk(t);
  await log.append(sampleRecord(1));
  disk.onStep(({ path }) => (path.includes('/tile') ? { failWith: 'ENOSPC' } : null));
  await assert.rejects(log.close(), (error) => {
    assert.ok(error instanceof AuditUnavailable);
    assert.equal(error.message, 'last checkpoint not signed: failed with ENOSPC');
    assert.equal(error.hint, 'no record is lost; the next start signs it');
    return true;
  });
  disk.onStep(() => null);
  await (await openLog(folder, sampleOptions(folder, { fs: disk }))).close();
  await assertTree(folder, pathsIn(folder, disk), disk);
});
