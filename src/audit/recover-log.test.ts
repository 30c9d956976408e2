import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { appendFile, cp, lstat, mkdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';

import fc from 'fast-check';

import { AuditCorrupt, StateFolder } from '../core/error.ts';
import { openLog } from './open-log.ts';
import { MAX_RECORD_BYTES } from './record-line.ts';
import {
  RUNS_FACTOR,
  chainOf,
  recordsOf,
  sampleOptions,
  sampleRecord,
  segmentLines,
  segmentPaths,
} from './sample-log.ts';
import { lastSegment, openAndClose, temporaryFolder, writeSampleLog } from './sample-log.ts';

test('wherever the last segment is cut, whole records stay and the cut is recorded', async (t) => {
  const root = await temporaryFolder(t);
  const model = join(root, 'model');
  const log = await openLog(model, sampleOptions(model));
  // Nothing is cut that a checkpoint covers, so that this is what a crash leaves.
  const checkpoint = await readFile(join(model, 'checkpoint'));
  for (let number = 0; number < 12; number += 1) await log.append(sampleRecord(number));
  await log.close();
  const path = await lastSegment(model);
  const bytes = await readFile(path);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length), async (sizeBytes) => {
      const folder = join(root, 'cut');
      await mkdir(join(folder, 'segments'), { recursive: true });
      await writeFile(join(folder, 'segments', basename(path)), bytes.subarray(0, sizeBytes));
      await writeFile(join(folder, 'checkpoint'), checkpoint);
      await cp(join(model, 'audit-signing.key'), join(folder, 'audit-signing.key'));
      const wholeBytes = bytes.subarray(0, sizeBytes).lastIndexOf(10) + 1;
      const whole = bytes.subarray(0, wholeBytes).toString().split('\n').length - 1;
      await openAndClose(folder);
      const records = await recordsOf(folder);
      const [note, opened] = records.slice(whole);
      if (wholeBytes < sizeBytes) {
        const rest = bytes.subarray(wholeBytes, sizeBytes);
        const torn = { file: basename(path), offset: wholeBytes, bytes: rest.length, sha256: hash('sha256', rest) };
        assert.deepEqual(note?.body, { event: 'torn-tail', ...torn });
        assert.equal(opened?.body['event'], 'opened');
      } else {
        assert.equal(note?.body['event'], 'opened');
      }
      assert.equal((await chainOf(folder)).ok, true);
      await rm(folder, { recursive: true });
    }),
    { numRuns: 40 * RUNS_FACTOR },
  );
});

for (const { name, tail } of [
  { name: 'half a record', tail: Buffer.from('{"at":1700') },
  { name: 'blocks that were never written', tail: Buffer.alloc(10_000) },
  { name: 'a line that is no record', tail: Buffer.from('{"at":1700\0\0\0\0,"v":2}\n') },
  { name: 'bytes that are no UTF-8', tail: Buffer.from([0xff, 0xfe, 0x80]) },
  { name: 'a line longer than any record', tail: Buffer.alloc(3 * MAX_RECORD_BYTES, 0x78) },
]) {
  test(`${name} at the end is cut off`, async (t) => {
    const folder = await temporaryFolder(t);
    await writeSampleLog(folder, 3);
    const path = await lastSegment(folder);
    await appendFile(path, tail);
    await openAndClose(folder);
    const records = await recordsOf(folder);
    assert.deepEqual([records[5]?.body['event'], records[5]?.body['bytes']], ['torn-tail', tail.length]);
    assert.equal((await chainOf(folder)).ok, true);
  });
}

for (const { name, damage, want } of [
  {
    name: 'a changed byte before the last line',
    damage: async (paths: readonly string[]) => {
      const path = paths.at(-1) ?? '';
      const bytes = await readFile(path);
      bytes.writeUInt8(bytes.readUInt8(10) ^ 1, 10);
      await writeFile(path, bytes);
    },
    want: /^segment `\d{20}\.jsonl` line 1: changed since it was written/,
  },
  {
    name: 'a line taken out',
    damage: async (paths: readonly string[]) => {
      const path = paths.at(-1) ?? '';
      const lines = await segmentLines(path);
      await writeFile(
        path,
        lines
          .toSpliced(2, 1)
          .map((line) => `${line}\n`)
          .join(''),
      );
    },
    want: /line 3: record \d+ is missing before record \d+$/,
  },
  {
    name: 'a line given twice',
    damage: async (paths: readonly string[]) => {
      const path = paths.at(-1) ?? '';
      await appendFile(path, `${(await segmentLines(path)).at(-1) ?? ''}\n`);
    },
    want: /stands where record \d+ should: twice or out of order$/,
  },
  {
    name: 'a missing segment',
    damage: (paths: readonly string[]) => rm(paths[1] ?? ''),
    want: /line 1: starts at record \d+, but record \d+ comes next$/,
  },
  {
    name: 'a missing first segment',
    damage: (paths: readonly string[]) => rm(paths[0] ?? ''),
    want: /line 1: starts at record \d+, but record 0 comes next$/,
  },
  {
    name: 'an earlier segment without its last line',
    damage: async (paths: readonly string[]) => {
      const path = paths[1] ?? '';
      const lines = await segmentLines(path);
      await writeFile(
        path,
        lines
          .slice(0, -1)
          .map((line) => `${line}\n`)
          .join(''),
      );
    },
    want: /starts at record \d+, but record \d+ comes next$/,
  },
  {
    name: 'an earlier segment with a torn end',
    damage: async (paths: readonly string[]) => truncate(paths[0] ?? '', (await lstat(paths[0] ?? '')).size - 1),
    want: /last line holds no whole record$/,
  },
  {
    name: 'an emptied earlier segment',
    damage: (paths: readonly string[]) => truncate(paths[1] ?? '', 0),
    want: /line 1: not JSON$/,
  },
  {
    name: 'a segment too many',
    damage: (paths: readonly string[]) =>
      writeFile(join(dirname(paths[0] ?? ''), `${'9'.padStart(20, '0')}.jsonl`), ''),
    want: /starts at record \d+, but record \d+ comes next$/,
  },
]) {
  test(`${name} keeps the log shut and changes nothing`, async (t) => {
    const folder = await temporaryFolder(t);
    await writeSampleLog(folder, 44, 2_500);
    await damage(await segmentPaths(folder));
    const before = await Promise.all((await segmentPaths(folder)).map((path) => readFile(path, 'latin1')));
    await assert.rejects(openLog(folder, sampleOptions(folder)), (error) => {
      assert.ok(error instanceof AuditCorrupt);
      assert.match(error.message, want);
      return true;
    });
    const after = await Promise.all((await segmentPaths(folder)).map((path) => readFile(path, 'latin1')));
    assert.deepEqual(after, before);
  });
}

test('a segment from another log does not link', async (t) => {
  const [folder, other] = [await temporaryFolder(t), await temporaryFolder(t)];
  await writeSampleLog(folder, 40, 2_500);
  const log = await openLog(other, sampleOptions(other, { clock: () => 1, segmentMaxBytes: 2_500 }));
  for (let number = 0; number < 40; number += 1) await log.append(sampleRecord(number));
  await log.close();
  const [paths, others] = [await segmentPaths(folder), await segmentPaths(other)];
  assert.equal(basename(paths[1] ?? ''), basename(others[1] ?? ''));
  await rename(others[1] ?? '', paths[1] ?? '');
  await assert.rejects(openLog(folder, sampleOptions(folder)), /does not link to the segment before$/);
});

for (const { name, place } of [
  { name: 'a link in place of a segment', place: (path: string) => symlink('/etc/hostname', path) },
  { name: 'a folder in place of a segment', place: (path: string) => mkdir(path) },
  { name: 'a pipe in place of a segment', place: (path: string) => void execFileSync('mkfifo', [path]) },
]) {
  test(`${name} is not followed`, async (t) => {
    const folder = await temporaryFolder(t);
    await mkdir(join(folder, 'segments'));
    await place(join(folder, 'segments', `${'0'.repeat(20)}.jsonl`));
    await assert.rejects(openLog(folder, sampleOptions(folder)), (error) => {
      assert.ok(error instanceof StateFolder);
      assert.match(error.message, /^log in `.*` cannot be opened: (ELOOP|EISDIR|EINVAL)$/);
      return true;
    });
  });
}

test('an empty last segment is written on', async (t) => {
  const folder = await temporaryFolder(t);
  await writeSampleLog(folder, 3);
  await writeFile(join(folder, 'segments', `${'5'.padStart(20, '0')}.jsonl`), '');
  await openAndClose(folder);
  assert.equal((await recordsOf(folder))[5]?.body['event'], 'opened');
  assert.equal((await chainOf(folder)).ok, true);
});

for (const version of [1, 3]) {
  test(`a log of format version ${version} is left as it is, and said to be of another format`, async (t) => {
    const folder = await temporaryFolder(t);
    const path = join(folder, 'segments', `${'0'.repeat(20)}.jsonl`);
    await mkdir(dirname(path));
    const line = `{"at":1,"body":{},"crc":"00000000","index":0,"kind":"log","prev":"","session":null,"v":${version}}\n`;
    await writeFile(path, line);
    await assert.rejects(openLog(folder, sampleOptions(folder)), (error) => {
      assert.ok(error instanceof StateFolder);
      assert.equal(error.message, `log in \`${folder}\` is of format version ${version}, but this program writes 2`);
      assert.equal(
        error.hint,
        'move the folder away to begin a new log, or use the version of sallyport that wrote it',
      );
      return true;
    });
    assert.equal(await readFile(path, 'utf8'), line);
  });
}
