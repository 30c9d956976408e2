import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { folderStore } from '../deliver/index.ts';
import { dayRange } from './day-range.ts';
import { logLines } from './log-lines.ts';
import { preparedLines } from './prepared-lines.ts';
import { queryRigOver, testFolder, writtenLog } from './query-rig.ts';
import { SAMPLE_START_MS, sampleLines } from './sample-lines.ts';
import type { SampleRecord } from './sample-lines.ts';
import { storeLines } from './store-lines.ts';

const DAY_MS = 86_400_000;

function records(count: number, more: Partial<SampleRecord> = {}): readonly SampleRecord[] {
  return Array.from({ length: count }, (_, nth) => ({ kind: 'hook', body: { event: 'Stop', nth }, ...more }) as const);
}

const LINES = sampleLines(records(6));

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

for (const { name, written, kept, problems } of [
  { name: 'a whole log', written: text(LINES), kept: 6, problems: [] },
  {
    name: 'a log with a changed byte',
    written: text(LINES.with(2, (LINES[2] ?? '').replace('"nth":2', '"nth":3'))),
    kept: 5,
    problems: [[3, 'changed since it was written: checksum does not fit']],
  },
  {
    name: 'a log with foreign lines in it',
    written: text([...LINES.slice(0, 2), 'drop table records', '', ...LINES.slice(2)]),
    kept: 6,
    problems: [
      [3, 'not a record of format version 2'],
      [4, 'not a record of format version 2'],
    ],
  },
  {
    name: 'a log with a line of megabytes',
    written: text([...LINES.slice(0, 2), 'x'.repeat(3_000_000), ...LINES.slice(2)]),
    kept: 6,
    problems: [[3, 'longer than 65536 bytes']],
  },
  {
    name: 'a log in which a record stands twice',
    written: text([...LINES.slice(0, 3), ...LINES.slice(2)]),
    kept: 6,
    problems: [[4, 'holds record 2, which was there before']],
  },
  { name: 'a log whose last line is being written', written: `${text(LINES)}{"at":17`, kept: 6, problems: [] },
  { name: 'a log that was cut in its last line', written: text(LINES).slice(0, -9), kept: 5, problems: [] },
  { name: 'a log without a record', written: '', kept: 0, problems: [] },
  { name: 'a log of zeros', written: '\0'.repeat(200_000), kept: 0, problems: [] },
] as const)
  test(`${name} gives its ${kept} intact records and names each other line`, async (t) => {
    const rig = await queryRigOver(t, writtenLog(t, written));
    assert.deepEqual(
      rig.lines.damages.map(({ line, problem }) => [line, problem]),
      problems,
    );
    assert.equal(rig.lines.records, kept);
    assert.deepEqual(await rig.ask('SELECT count(*) AS n, count(DISTINCT id) AS ids FROM records'), [
      { n: kept, ids: kept },
    ]);
    assert.deepEqual(await rig.ask('SELECT count(*) AS n FROM damaged'), [{ n: problems.length }]);
  });

test('segments that nobody writes any more are read where they are, the last one from a copy', async (t) => {
  const log = writtenLog(t, text(LINES.slice(0, 3)));
  const last = join(log, 'segments', `${'3'.padStart(20, '0')}.jsonl`);
  writeFileSync(last, text(LINES.slice(3)));
  const folder = testFolder(t);
  const lines = await preparedLines(await logLines(log), { folder });
  assert.deepEqual(
    lines.files.map((file) => file.startsWith(log)),
    [true, false],
  );
  assert.equal(statSync(lines.files[1] ?? '').mode & 0o777, 0o600);
  appendFileSync(last, 'half a line');
  assert.equal(readFileSync(lines.files[1] ?? '', 'utf8'), text(LINES.slice(3)));
});

test('a segment with damage is not read where it is, so that no database meets what was named', async (t) => {
  const log = writtenLog(t, text([...LINES.slice(0, 2), '{"at":', LINES[2] ?? '']));
  writeFileSync(join(log, 'segments', `${'3'.padStart(20, '0')}.jsonl`), text(LINES.slice(3)));
  const rig = await queryRigOver(t, log);
  assert.ok(rig.lines.files.every((file) => !file.startsWith(log)));
  assert.deepEqual(await rig.ask('SELECT file, line FROM damaged'), [{ file: `${'0'.repeat(20)}.jsonl`, line: 3 }]);
  assert.deepEqual(
    await rig.ask('SELECT id FROM records ORDER BY id'),
    [0, 1, 2, 3, 4, 5].map((id) => ({ id })),
  );
});

/** A store of three days with two records each, in the layout that sinks write. */
function writtenStore(folder: string): readonly string[] {
  const all = sampleLines(
    [0, 1, 2].flatMap((day) => records(2, { at: SAMPLE_START_MS + day * DAY_MS }).map((one) => ({ ...one }))),
  );
  [22, 23, 24].forEach((day, nth) => {
    const at = join(folder, 'records', 'year=2026', 'month=11', `day=${day}`);
    mkdirSync(at, { recursive: true });
    const name = `${String(2 * nth).padStart(20, '0')}-${String(2 * nth + 1).padStart(20, '0')}.ndjson.gz`;
    writeFileSync(join(at, name), gzipSync(text(all.slice(2 * nth, 2 * nth + 2))));
  });
  return all;
}

for (const { from, to, ids } of [
  { from: null, to: null, ids: [0, 1, 2, 3, 4, 5] },
  { from: '2026-11-23', to: null, ids: [2, 3, 4, 5] },
  { from: '2026-11-23', to: '2026-11-23', ids: [2, 3] },
  { from: null, to: '2026-11-22', ids: [0, 1] },
  { from: '2027-01-01', to: null, ids: [] },
])
  test(`of a store only the days from ${from ?? 'the first'} to ${to ?? 'the last'} are fetched`, async (t) => {
    const root = testFolder(t);
    writtenStore(root);
    const folder = testFolder(t);
    const store = folderStore(root);
    t.after(() => store.close());
    const days = dayRange(from, to);
    assert.ok(days !== null);
    const got: string[] = [];
    const watched = {
      ...bound(store),
      get: async (key: string, range?: { start: number; end: number }) => {
        if (key.startsWith('records/')) got.push(key);
        return await store.get(key, range);
      },
    };
    const lines = await preparedLines(await storeLines(watched, days, folder), { folder });
    assert.equal(lines.records, ids.length);
    assert.equal(new Set(got).size, ids.length / 2);
    assert.deepEqual(lines.damages, []);
    assert.ok(
      readdirSync(folder).every((name) => !name.startsWith('packed-')),
      'what was fetched packed is gone',
    );
  });

test('an object that is no gzip, and one that was cut off, are named, and the others are read', async (t) => {
  const root = testFolder(t);
  writtenStore(root);
  const at = (day: number): string => join(root, 'records', 'year=2026', 'month=11', `day=${day}`);
  const [first = ''] = readdirSync(at(22));
  const [last = ''] = readdirSync(at(24));
  writeFileSync(join(at(22), first), 'no gzip at all');
  writeFileSync(join(at(24), last), readFileSync(join(at(24), last)).subarray(0, -12));
  const folder = testFolder(t);
  const store = folderStore(root);
  t.after(() => store.close());
  const lines = await preparedLines(await storeLines(store, { startMs: null, endMs: null }, folder), { folder });
  assert.deepEqual(
    lines.damages.map(({ file, problem }) => [file, problem]),
    [
      [first, 'its compression is broken; the rest was not read'],
      [last, 'its compression is broken; the rest was not read'],
    ],
  );
  assert.ok(lines.records >= 2);
});

function bound(store: ReturnType<typeof folderStore>): ReturnType<typeof folderStore> {
  return {
    place: store.place,
    put: async (...words) => await store.put(...words),
    get: async (...words) => await store.get(...words),
    head: async (...words) => await store.head(...words),
    list: (...words) => store.list(...words),
    close: () => store.close(),
  };
}

for (const { from, to } of [
  { from: '2026-11-23', to: '2026-11-22' },
  { from: '2026-02-30', to: null },
  { from: '22.11.2026', to: null },
  { from: null, to: '2026-11-22T00:00' },
])
  test(`from ${from ?? 'nothing'} to ${to ?? 'nothing'} is no range of days`, () => {
    assert.equal(dayRange(from, to), null);
  });
