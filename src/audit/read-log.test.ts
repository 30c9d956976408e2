import assert from 'node:assert/strict';
import { appendFile, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { AuditCorrupt } from '../core/error.ts';
import { openLog } from './open-log.ts';
import { readLog, readRecord } from './read-log.ts';
import {
  recordsOf,
  sampleOptions,
  sampleRecord,
  segmentLines,
  segmentPaths,
  temporaryFolder,
  writeSampleLog,
} from './sample-log.ts';

async function indices(folder: string, fromIndex?: number): Promise<readonly number[]> {
  const seen: number[] = [];
  for await (const { index } of readLog(folder, fromIndex === undefined ? {} : { fromIndex })) seen.push(index);
  return seen;
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, step) => from + step);

test('records come in order over all segments, from any index', async (t) => {
  const folder = await temporaryFolder(t);
  await writeSampleLog(folder, 40, 2_000);
  assert.ok((await segmentPaths(folder)).length > 3);
  for (const fromIndex of [0, 1, 7, 8, 20, 41, 42, 1_000]) {
    assert.deepEqual(await indices(folder, fromIndex), range(fromIndex, Math.max(42, fromIndex)));
  }
  assert.deepEqual(await indices(folder), range(0, 42));
});

test('one record is found by its index, and none beyond the end', async (t) => {
  const folder = await temporaryFolder(t);
  await writeSampleLog(folder, 40, 2_000);
  for (const index of [0, 1, 17, 41]) assert.equal((await readRecord(folder, index))?.index, index);
  assert.equal((await readRecord(folder, 17))?.body['number'], 16);
  for (const index of [42, -1, 0.5, Number.NaN, 2 ** 60]) assert.equal(await readRecord(folder, index), null);
});

test('a folder without log holds no records', async (t) => {
  const folder = await temporaryFolder(t);
  assert.deepEqual(await indices(join(folder, 'missing')), []);
  assert.equal(await readRecord(folder, 0), null);
});

test('a line that is not whole yet is left out', async (t) => {
  const folder = await temporaryFolder(t);
  await writeSampleLog(folder, 3);
  const [path] = await segmentPaths(folder);
  await appendFile(path ?? '', '{"at":17');
  assert.deepEqual(await indices(folder), range(0, 5));
});

test('following gives what is written later, across segments, until it is told to stop', async (t) => {
  const folder = await temporaryFolder(t);
  const log = await openLog(folder, sampleOptions(folder, { segmentMaxBytes: 1_000 }));
  const stop = new AbortController();
  const seen: number[] = [];
  for await (const { index } of readLog(folder, { follow: stop.signal })) {
    seen.push(index);
    if (index === 20) break;
    if (index % 4 === 0) {
      for (let number = 0; number < 4; number += 1) await log.append(sampleRecord(number));
    }
  }
  assert.deepEqual(seen, range(0, 21));
  const waiting = readLog(folder, { fromIndex: 1_000, follow: stop.signal }).next();
  stop.abort();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  await log.close();
});

test('following waits for a log that does not exist yet, and for the rest of a line', async (t) => {
  const model = await temporaryFolder(t);
  const folder = await temporaryFolder(t);
  await writeSampleLog(model, 1);
  const [path] = await segmentPaths(model);
  const bytes = await readFile(path ?? '');
  const reader = readLog(folder, { follow: AbortSignal.timeout(20_000) });
  const first = reader.next();
  await rename(join(model, 'segments'), join(folder, 'segments'));
  const copy = join(folder, 'segments', `${'0'.repeat(20)}.jsonl`);
  assert.equal((await first).value?.index, 0);
  await truncate(copy, bytes.length - 30);
  assert.equal((await reader.next()).value?.index, 1);
  const last = reader.next();
  await writeFile(copy, bytes);
  assert.equal((await last).value?.index, 2);
  await reader.return(undefined);
});

for (const { name, damage, want, readable } of [
  {
    name: 'a changed line',
    damage: async (paths: readonly string[]) => {
      const text = await readFile(paths[1] ?? '', 'utf8');
      await writeFile(paths[1] ?? '', text.replace('deny', 'DENY'));
    },
    want: /^record \d+: segment `\d{20}\.jsonl` line \d+: changed since it was written/,
    readable: -1,
  },
  {
    name: 'a line taken out',
    damage: async (paths: readonly string[]) => {
      const lines = await segmentLines(paths[1] ?? '');
      await writeFile(
        paths[1] ?? '',
        lines
          .slice(1)
          .map((line) => `${line}\n`)
          .join(''),
      );
    },
    want: /line 1: holds record \d+ in place of record \d+$/,
    readable: -1,
  },
  {
    name: 'a missing segment',
    damage: (paths: readonly string[]) => rm(paths[1] ?? ''),
    want: /^records \d+ to \d+ are missing$/,
    readable: null,
  },
  {
    name: 'a missing start',
    damage: (paths: readonly string[]) => rm(paths[0] ?? ''),
    want: /^record 0 is missing/,
    readable: null,
  },
  {
    name: 'a line longer than any record',
    damage: (paths: readonly string[]) => writeFile(paths[0] ?? '', `${'x'.repeat(200_000)}\n`),
    want: /line 1: longer than 65536 bytes$/,
    readable: null,
  },
]) {
  test(`${name} stops the reader`, async (t) => {
    const folder = await temporaryFolder(t);
    await writeSampleLog(folder, 40, 2_000);
    await damage(await segmentPaths(folder));
    await assert.rejects(indices(folder), (error) => {
      assert.ok(error instanceof AuditCorrupt);
      assert.match(error.message, want);
      return true;
    });
  });

  test(`${name} is told to a reader that goes on, and all that is whole is given`, async (t) => {
    const folder = await temporaryFolder(t);
    await writeSampleLog(folder, 40, 2_000);
    const before = await recordsOf(folder);
    await damage(await segmentPaths(folder));
    const told: string[] = [];
    const read: number[] = [];
    for await (const { index, hash } of readLog(folder, { onDamage: ({ message }) => told.push(message) })) {
      assert.equal(hash, before[index]?.hash);
      read.push(index);
    }
    assert.match(told[0] ?? '', want);
    assert.ok(told.length <= 2, told.join('; '));
    assert.deepEqual(
      read,
      read.toSorted((a, b) => a - b),
    );
    assert.equal(read.at(-1), before.length - 1);
    if (readable !== null) assert.equal(read.length, before.length + readable);
    for (const index of [0, before.length - 1]) {
      const alone = await readRecord(folder, index, { onDamage: () => undefined });
      assert.equal(alone?.hash ?? null, read.includes(index) ? before[index]?.hash : null);
    }
  });
}
