import assert from 'node:assert/strict';
import { appendFile, cp, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';

import fc from 'fast-check';

import { openLog } from './open-log.ts';
import {
  RUNS_FACTOR,
  SAMPLE_TIME_MS,
  sampleRecord,
  segmentLines,
  segmentPaths,
  temporaryFolder,
  writeSampleLog,
} from './sample-log.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { MAX_FAULTS, verifyLog } from './verify-log.ts';
import type { VerifyProgress } from './verify-log.ts';

const written = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

async function editLines(path: string, edit: (lines: readonly string[]) => readonly string[]): Promise<void> {
  await writeFile(path, written(edit(await segmentLines(path))));
}

test('an untouched log verifies, with its size and head', async (t) => {
  const folder = await temporaryFolder(t);
  const log = await openLog(folder, { clock: () => SAMPLE_TIME_MS, segmentMaxBytes: 2_000 });
  for (let number = 0; number < 40; number += 1) await log.append(sampleRecord(number));
  const open = await verifyLog(folder);
  assert.deepEqual([open.ok, open.records, open.head], [true, 41, log.head]);
  await log.close();
  const progress: VerifyProgress[] = [];
  const closed = await verifyLog(folder, (step) => progress.push(step));
  const bytes = (await Promise.all((await segmentPaths(folder)).map((path) => readFile(path)))).reduce(
    (sum, { length }) => sum + length,
    0,
  );
  assert.deepEqual(closed, { ok: true, records: 42, bytes, head: log.head, faults: [], torn: false, warnings: [] });
  assert.deepEqual(progress.at(-1), { bytes, totalBytes: bytes, records: 42 });
  assert.ok(progress.length >= (await segmentPaths(folder)).length);
});

test('a log with any one byte changed does not verify, and the record is named', async (t) => {
  const folder = await temporaryFolder(t);
  await writeSampleLog(folder, 30, 2_000);
  const segments = await Promise.all(
    (await segmentPaths(folder)).map(async (path) => ({ path, bytes: await readFile(path) })),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (which, at, flip) => {
      const { path, bytes } = segments[which % segments.length] ?? assert.fail('no segment');
      const position = at % bytes.length;
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(position) ^ flip, position);
      await writeFile(path, changed);
      const report = await verifyLog(folder);
      await writeFile(path, bytes);
      assert.equal(report.ok, false);
      const line = bytes.subarray(0, position).toString('latin1').split('\n').length;
      const first = report.faults[0] ?? assert.fail('no fault');
      assert.equal(first.file, basename(path));
      assert.equal(first.line, line);
      assert.equal(first.index, Number.parseInt(basename(path), 10) + line - 1);
    }),
    { numRuns: 300 * RUNS_FACTOR },
  );
  assert.equal((await verifyLog(folder)).ok, true);
});

for (const { name, damage, want } of [
  {
    name: 'a changed verdict is one fault, at its record',
    damage: (paths: readonly string[]) =>
      editLines(paths[1] ?? '', (lines) =>
        lines.map((line, at) => (at === 2 ? line.replace('dev/look', 'dev/lock') : line)),
      ),
    want: [/^changed since it was written/],
  },
  {
    name: 'a removed record is named as missing',
    damage: (paths: readonly string[]) => editLines(paths[1] ?? '', (lines) => lines.toSpliced(3, 1)),
    want: [/^record \d+ is missing before record \d+$/],
  },
  {
    name: 'removed records are named as a range',
    damage: (paths: readonly string[]) => editLines(paths[1] ?? '', (lines) => lines.toSpliced(2, 3)),
    want: [/^records \d+ to \d+ are missing before record \d+$/],
  },
  {
    name: 'a record given twice is out of order, and the next is where it should be again',
    damage: (paths: readonly string[]) => editLines(paths[1] ?? '', (lines) => lines.toSpliced(3, 0, lines[2] ?? '')),
    want: [/twice or out of order$/],
  },
  {
    name: 'swapped records are each named',
    damage: (paths: readonly string[]) =>
      editLines(paths[1] ?? '', (lines) => lines.with(2, lines[3] ?? '').with(3, lines[2] ?? '')),
    want: [/is missing before/, /twice or out of order$/, /is missing before/],
  },
  {
    name: 'an inserted line is damage',
    damage: (paths: readonly string[]) => editLines(paths[1] ?? '', (lines) => lines.toSpliced(3, 0, 'hello')),
    want: [/^not JSON$/, /twice or out of order$/],
  },
  {
    name: 'a huge line is passed over',
    damage: (paths: readonly string[]) => editLines(paths[1] ?? '', (lines) => lines.with(3, 'x'.repeat(3_000_000))),
    want: [/^longer than 65536 bytes$/],
  },
  {
    name: 'zeros are damage',
    damage: (paths: readonly string[]) => editLines(paths[1] ?? '', (lines) => lines.with(3, '\0'.repeat(300))),
    want: [/^not JSON$/],
  },
  {
    name: 'bytes that are no UTF-8 are damage',
    damage: async (paths: readonly string[]) => {
      const lines = await segmentLines(paths[1] ?? '');
      const parts = lines.map((line, at) => (at === 3 ? Buffer.from([0xc3, 0x28, 0x0a]) : Buffer.from(`${line}\n`)));
      await writeFile(paths[1] ?? '', Buffer.concat(parts));
    },
    want: [/^not UTF-8$/],
  },
  {
    name: 'a missing segment is a missing range',
    damage: (paths: readonly string[]) => rm(paths[1] ?? ''),
    want: [/^records \d+ to \d+ are missing before record \d+$/],
  },
  {
    name: 'an emptied segment is named, and what it held',
    damage: (paths: readonly string[]) => truncate(paths[1] ?? '', 0),
    want: [/^empty, but not the last segment$/, /^records \d+ to \d+ are missing/],
  },
  {
    name: 'an earlier segment without end is no torn tail',
    damage: async (paths: readonly string[]) => truncate(paths[1] ?? '', (await readFile(paths[1] ?? '')).length - 10),
    want: [/^last line is not ended$/, /^record \d+ is missing/],
  },
  {
    name: 'a segment under another name is named',
    damage: (paths: readonly string[]) =>
      rename(paths[1] ?? '', join(dirname(paths[1] ?? ''), `${'3'.padStart(20, '0')}.jsonl`)),
    want: [/^segment is not named for the record/],
  },
  {
    name: 'a changed newline at the very end is no torn tail',
    damage: async (paths: readonly string[]) => {
      const bytes = await readFile(paths.at(-1) ?? '');
      await writeFile(paths.at(-1) ?? '', Buffer.concat([bytes.subarray(0, -1), Buffer.from(' ')]));
    },
    want: [/^newline was changed$/],
  },
  {
    name: 'a link is not followed',
    damage: async (paths: readonly string[]) => {
      await rename(paths[1] ?? '', join(dirname(dirname(paths[1] ?? '')), 'moved'));
      await symlink('../moved', paths[1] ?? '');
    },
    want: [/^cannot be read: ELOOP$/, /^records \d+ to \d+ are missing/],
  },
  {
    name: 'a folder in place of a segment is named',
    damage: async (paths: readonly string[]) => {
      await rm(paths[1] ?? '');
      await mkdir(paths[1] ?? '');
    },
    want: [/^cannot be read: EINVAL$/, /^records \d+ to \d+ are missing/],
  },
]) {
  test(name, async (t) => {
    const folder = await temporaryFolder(t);
    await writeSampleLog(folder, 40, 2_000);
    const paths = await segmentPaths(folder);
    await damage(paths);
    const report = await verifyLog(folder);
    assert.equal(report.ok, false);
    assert.equal(report.torn, false);
    assert.equal(report.faults.length, want.length, JSON.stringify(report.faults));
    for (const [position, pattern] of want.entries()) assert.match(report.faults[position]?.problem ?? '', pattern);
  });
}

test('a forged record with a right checksum does not link', async (t) => {
  const [folder, other] = [await temporaryFolder(t), await temporaryFolder(t)];
  await writeSampleLog(folder, 10);
  const log = await openLog(other, { clock: () => SAMPLE_TIME_MS });
  for (let number = 0; number < 10; number += 1)
    await log.append({ ...sampleRecord(number), body: { verdict: 'allow' } });
  await log.close();
  const [[path], [forged]] = [await segmentPaths(folder), await segmentPaths(other)];
  const lines = await segmentLines(forged ?? '');
  await editLines(path ?? '', (own) => own.with(5, lines[5] ?? ''));
  const { faults } = await verifyLog(folder);
  assert.deepEqual(
    faults.map(({ line, index, problem }) => ({ line, index, problem })),
    [5, 6].map((index) => ({
      line: index + 1,
      index,
      problem: `record ${index} does not link to the record before: one of both was replaced`,
    })),
  );
});

test('a torn end is told, but is no fault', async (t) => {
  const folder = await temporaryFolder(t);
  await writeSampleLog(folder, 3);
  const [path] = await segmentPaths(folder);
  await appendFile(path ?? '', '{"at":17');
  const report = await verifyLog(folder);
  assert.deepEqual([report.ok, report.torn, report.records], [true, true, 5]);
  assert.match(report.warnings[0] ?? '', /^last 8 bytes of `0{20}\.jsonl` are no whole record: a write in progress/);
});

test('faults beyond the most that are listed are counted', async (t) => {
  const folder = await temporaryFolder(t);
  await writeSampleLog(folder, MAX_FAULTS + 40, 1_000_000);
  const [path] = await segmentPaths(folder);
  await editLines(path ?? '', (lines) => lines.map((line) => line.replace('"v":1', '"v":7')));
  const report = await verifyLog(folder);
  assert.deepEqual([report.ok, report.records, report.faults.length], [false, 0, MAX_FAULTS]);
  assert.deepEqual(report.warnings, ['42 more faults are not listed']);
});

test('a segment that the disk does not give back is a fault', async (t) => {
  const folder = await temporaryFolder(t);
  const disk = new SimulatedDisk();
  const log = await openLog(folder, { clock: () => SAMPLE_TIME_MS, fs: disk });
  disk.onStep(({ operation }) => (operation === 'read' ? { failWith: 'EIO' } : null));
  const { ok, faults } = await verifyLog(folder, undefined, disk);
  assert.deepEqual([ok, faults.map(({ problem }) => problem)], [false, ['cannot be read: EIO']]);
  await log.close();
});

test('an empty folder and strange names are told', async (t) => {
  const folder = await temporaryFolder(t);
  assert.deepEqual((await verifyLog(folder)).warnings, [`no segment in \`${join(folder, 'segments')}\``]);
  await writeSampleLog(folder, 3);
  await writeFile(join(folder, 'segments', 'notes.txt'), 'hello');
  const report = await verifyLog(folder);
  assert.deepEqual([report.ok, report.warnings], [true, ['`notes.txt` is no segment and was not read']]);
});

test('a copied folder verifies as well', async (t) => {
  const [folder, copy] = [await temporaryFolder(t), await temporaryFolder(t)];
  await writeSampleLog(folder, 40, 2_000);
  await cp(join(folder, 'segments'), join(copy, 'segments'), { recursive: true });
  assert.deepEqual(await verifyLog(copy), await verifyLog(folder));
});
