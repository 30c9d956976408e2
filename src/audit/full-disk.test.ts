import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { AuditUnavailable } from '../core/error.ts';
import { openLog } from './open-log.ts';
import { readLog } from './read-log.ts';
import { SAMPLE_TIME_MS, sampleRecord } from './sample-log.ts';
import { verifyLog } from './verify-log.ts';

const clock = (): number => SAMPLE_TIME_MS;

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

/** Takes all the space that is left. */
async function fill(path: string): Promise<void> {
  const { bavail, bsize } = await statfs(path);
  await writeFile(join(path, 'ballast'), Buffer.alloc(bavail * bsize));
}

test('a disk that is really full refuses records, and takes them again when space returns', async (t) => {
  const disk = await smallDisk(t);
  if ('missing' in disk) return t.skip(disk.missing);
  const folder = join(disk.path, 'log');
  const log = await openLog(folder, { clock, segmentMaxBytes: 50_000 });
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
  const report = await verifyLog(folder);
  assert.deepEqual([report.ok, report.torn, report.records], [true, false, first.index + 1 + taken + 3]);
  const events: unknown[] = [];
  for await (const { kind, body } of readLog(folder)) if (kind === 'log') events.push([body['event'], body['refused']]);
  assert.deepEqual(events, [
    ['opened', undefined],
    ['write-failed', 5],
    ['closed', undefined],
  ]);
});

test('a disk that is full at the start keeps the log shut', async (t) => {
  const disk = await smallDisk(t);
  if ('missing' in disk) return t.skip(disk.missing);
  const folder = join(disk.path, 'log');
  await (await openLog(folder, { clock })).close();
  await fill(disk.path);
  // What is left of the last page of the segment can take a few records more.
  await assert.rejects(
    (async () => {
      for (let round = 0; round < 20; round += 1) await (await openLog(folder, { clock })).close();
    })(),
    { code: 'AUDIT_UNAVAILABLE' },
  );
  await rm(join(disk.path, 'ballast'));
  await (await openLog(folder, { clock })).close();
  assert.equal((await verifyLog(folder)).ok, true);
});

test('a read-only disk refuses records, and keeps the log shut at the start', async (t) => {
  const disk = await smallDisk(t);
  if ('missing' in disk) return t.skip(disk.missing);
  const folder = join(disk.path, 'log');
  await (await openLog(folder, { clock })).close();
  assert.equal(spawnSync('mount', ['-o', 'remount,ro', disk.path]).status, 0);
  await assert.rejects(openLog(folder, { clock }), { code: 'STATE_FOLDER' });
  assert.equal((await verifyLog(folder)).ok, true);
});
