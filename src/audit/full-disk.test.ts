import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { AuditUnavailable } from '../core/error.ts';
import { lockFolder } from './folder-lock.ts';
import { gapsOf } from './gaps-of.ts';
import type { AuditLog } from './audit-log.ts';
import { openLog } from './open-log.ts';
import { readLog } from './read-log.ts';
import { chainOf, filesOf, recordsOf, sampleOptions, sampleRecord } from './sample-log.ts';
import { assertTree } from './sample-tree.ts';

/** A disk of one mebibyte of its own, or the reason why there is none. */
async function smallDisk(t: TestContext): Promise<{ readonly path: string } | { readonly missing: string }> {
  const path = await mkdtemp(join(tmpdir(), 'sallyport-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'sallyport-test', path], { encoding: 'utf8' });
  t.after(async () => {
    if (mounted.status === 0) spawnSync('umount', ['-l', path]);
    await rm(path, { recursive: true });
  });
  if (mounted.status !== 0) {
    return { missing: `needs the right to mount a tmpfs: ${mounted.stderr || 'no mount program'}` };
  }
  return { path };
}

function nextCheckpoint(log: AuditLog): Promise<void> {
  return new Promise((resolve) => {
    const stop = log.onCheckpoint(() => {
      stop();
      resolve();
    });
  });
}

/** Takes all the space that is left. */
async function fill(path: string): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  await writeFile(join(path, 'ballast'), Buffer.alloc(bavail * bsize));
}

test('a disk that is really full refuses records, and takes them again when space returns', async (t) => {
  const disk = await smallDisk(t);
  if ('missing' in disk) return t.skip(disk.missing);
  const folder = join(disk.path, 'log');
  const log = await openLog(folder, sampleOptions(folder, { segmentMaxBytes: 50_000 }));
  const first = await log.append(sampleRecord(1));
  await fill(disk.path);
  let taken = 0;
  for (let refused = 0; refused < 5;) {
    const result = await Promise.allSettled([log.append(sampleRecord(taken + 2))]);
    if (result[0].status === 'fulfilled') {
      taken += 1;
    } else {
      assert.ok(result[0].reason instanceof AuditUnavailable);
      assert.match(
        result[0].reason.message,
        /^record not durable: (write|rotate) of segment `\d{20}\.jsonl` failed with ENOSPC$/,
      );
      assert.equal(result[0].reason.hint, 'free space on the disk of the log');
      refused += 1;
    }
  }
  await rm(join(disk.path, 'ballast'));
  await log.append(sampleRecord(0));
  await log.close();
  const report = await chainOf(folder);
  assert.deepEqual([report.ok, report.torn, report.records], [true, false, first.index + 1 + taken + 3]);
  const events: unknown[] = [];
  for await (const { kind, body } of readLog(folder)) if (kind === 'log') events.push([body['event'], body['refused']]);
  assert.deepEqual(events, [
    ['opened', undefined],
    ['write-failed', 5],
    ['closed', undefined],
  ]);
});

test('a disk that is full for tiles and checkpoints takes records as long as it can, and is signed when space returns', async (t) => {
  const disk = await smallDisk(t);
  if ('missing' in disk) return t.skip(disk.missing);
  const folder = join(disk.path, 'log');
  const log = await openLog(folder, sampleOptions(folder, { checkpointDelayMs: 0 }));
  await nextCheckpoint(log);
  await fill(disk.path);
  // The last page of the segment has room for it; a tile and a checkpoint need a page each.
  await log.append(sampleRecord(1));
  const failed = async (): Promise<void> => {
    while (log.checkpointHealth.error === null) await new Promise(setImmediate);
  };
  await failed();
  assert.equal(log.checkpointHealth.error, 'checkpoint not signed: failed with ENOSPC');
  assert.equal(log.checkpoint.size, 1);
  await rm(join(disk.path, 'ballast'));
  await nextCheckpoint(log);
  assert.equal(log.checkpoint.size, 2);
  await log.close();
  await assertTree(folder, await filesOf(folder));
});

test('a disk that fills up at a new segment refuses records until there is space, and is whole and signed then', async (t) => {
  const disk = await smallDisk(t);
  if ('missing' in disk) return t.skip(disk.missing);
  const folder = join(disk.path, 'log');
  // No checkpoint comes and goes, so that nothing becomes free meanwhile.
  const log = await openLog(folder, sampleOptions(folder, { segmentMaxBytes: 400, checkpointDelayMs: 60_000 }));
  await log.append(sampleRecord(1));
  await fill(disk.path);
  for (const number of [2, 3]) {
    await assert.rejects(log.append(sampleRecord(number)), {
      code: 'AUDIT_UNAVAILABLE',
      hint: 'free space on the disk of the log',
    });
  }
  await rm(join(disk.path, 'ballast'));
  await log.append(sampleRecord(4));
  await log.close();
  await assertTree(folder, await filesOf(folder));
  assert.equal((await gapsOf(await recordsOf(folder))).lostRecords, 2);
});

test('a disk too full for a key leaves no log behind, and begins one when space returns', async (t) => {
  const disk = await smallDisk(t);
  if ('missing' in disk) return t.skip(disk.missing);
  const folder = join(disk.path, 'log');
  await mkdir(folder);
  lockFolder(folder).release();
  await fill(disk.path);
  await assert.rejects(openLog(folder, sampleOptions(folder)), {
    code: 'AUDIT_UNAVAILABLE',
    message: `log in \`${folder}\` cannot be opened: ENOSPC`,
  });
  await rm(join(disk.path, 'ballast'));
  await (await openLog(folder, sampleOptions(folder))).close();
  await assertTree(folder, await filesOf(folder));
});

test('a disk that is full at the start keeps the log shut', async (t) => {
  const disk = await smallDisk(t);
  if ('missing' in disk) return t.skip(disk.missing);
  const folder = join(disk.path, 'log');
  await (await openLog(folder, sampleOptions(folder))).close();
  await fill(disk.path);
  // What is left of the last page of the segment can take a few records more.
  await assert.rejects(
    (async () => {
      for (let round = 0; round < 20; round += 1) await (await openLog(folder, sampleOptions(folder))).close();
    })(),
    { code: 'AUDIT_UNAVAILABLE' },
  );
  await rm(join(disk.path, 'ballast'));
  await (await openLog(folder, sampleOptions(folder))).close();
  assert.equal((await chainOf(folder)).ok, true);
});

test('a read-only disk refuses records, and keeps the log shut at the start', async (t) => {
  const disk = await smallDisk(t);
  if ('missing' in disk) return t.skip(disk.missing);
  const folder = join(disk.path, 'log');
  await (await openLog(folder, sampleOptions(folder))).close();
  assert.equal(spawnSync('mount', ['-o', 'remount,ro', disk.path]).status, 0);
  await assert.rejects(openLog(folder, sampleOptions(folder)), { code: 'STATE_FOLDER' });
  assert.equal((await chainOf(folder)).ok, true);
});
