import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { StoreFailed } from '../../core/error.ts';
import type { ObjectStore, PutOptions } from '../../core/object-store.ts';
import { parseRecordsKey, recordsKey } from '../../core/store-layout.ts';
import { checkpointText, emptyRoot, logSigner, signNote, vkeyOf } from '../../tlog/index.ts';
import { ALL_TAKEN } from '../sink.ts';
import type { DeliveredTree } from '../sink.ts';
import { folderStore } from '../stores/folder-store.ts';
import { MADE_LOG, MADE_TIME_MS, madeBatch } from './made-batch.ts';
import { storeSink } from './store.ts';

const SIGNAL = new AbortController().signal;
const FIRST_KEY = 'records/year=2026/month=11/day=22/00000000000000000000-00000000000000000002.ndjson.gz';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');

interface Put {
  readonly key: string;
  readonly options: PutOptions;
}

/** A folder as store that remembers what was put; locks are taken off on the way. */
function made(t: TestContext): { readonly root: string; readonly store: ObjectStore; readonly puts: Put[] } {
  const root = mkdtempSync(join(tmpdir(), 'sp-store-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const folder = folderStore(root);
  const puts: Put[] = [];
  const store: ObjectStore = {
    place: folder.place,
    get: (...asked) => folder.get(...asked),
    head: (...asked) => folder.head(...asked),
    list: (...asked) => folder.list(...asked),
    close: () => folder.close(),
    put: async (key, bytes, { lock, ...options }) => {
      puts.push({ key, options: { ...options, ...(lock === undefined ? {} : { lock }) } });
      return await folder.put(key, bytes, options);
    },
  };
  return { root, store, puts };
}

const sinkOn = (store: ObjectStore): ReturnType<typeof storeSink> =>
  storeSink({ store, retention: null, nowMs: () => MADE_TIME_MS });

function treeOf(size: number, more: Partial<DeliveredTree> & { readonly root?: Uint8Array } = {}): DeliveredTree {
  const text = checkpointText({ origin: MADE_LOG, size, root: more.root ?? emptyRoot(), extensions: [] });
  return {
    size,
    checkpoint: Buffer.from(signNote(text, [logSigner(MADE_LOG, privateKey)])),
    vkey: `${vkeyOf(MADE_LOG, publicKey, 'log')}\n`,
    tiles: tilesOf('tile/0/000.p/3'),
    ...more,
  };
}

async function* tilesOf(...paths: readonly string[]): DeliveredTree['tiles'] {
  for (const path of paths) yield { path, bytes: Buffer.from(`hashes of ${path}`) };
}

test('a batch is one object under the name of its day and range, and holds the exact lines', async (t) => {
  const { root, store, puts } = made(t);
  const batch = madeBatch(0, 3);
  assert.deepEqual(await sinkOn(store).deliver(batch, SIGNAL), ALL_TAKEN);
  const file = readFileSync(join(root, FIRST_KEY));
  assert.equal(gunzipSync(file).toString(), batch.records.map(({ line }) => `${String(line)}\n`).join(''));
  assert.equal(file.subarray(4, 10).toString('hex'), '0000000000ff', 'no time and no system in the head');
  assert.deepEqual(
    puts.map(({ key, options }) => [key, options.contentType, options.ifNoneMatch, options.sha256]),
    [[FIRST_KEY, 'application/gzip', true, createHash('sha256').update(file).digest('hex')]],
  );
});

test('the same batch again changes nothing, also where it was compressed in another way', async (t) => {
  const { root, store } = made(t);
  await sinkOn(store).deliver(madeBatch(0, 3), SIGNAL);
  const before = readFileSync(join(root, FIRST_KEY));
  await sinkOn(store).deliver(madeBatch(0, 3), SIGNAL);
  assert.deepEqual(readFileSync(join(root, FIRST_KEY)), before);
  writeFileSync(join(root, FIRST_KEY), gzipSync(gunzipSync(before), { level: 1 }));
  await sinkOn(store).deliver(madeBatch(0, 3), SIGNAL);
});

for (const { name, planted } of [
  { name: 'other lines', planted: gzipSync('other lines\n') },
  { name: 'the same lines and one more', planted: gzipSync(`${lines()}{}\n`) },
  { name: 'no gzip', planted: Buffer.from('nothing of that kind') },
  { name: 'a gzip that never ends', planted: gzipSync(Buffer.alloc(64 * 1024 * 1024)) },
  { name: 'nothing', planted: Buffer.alloc(0) },
]) {
  test(`${name} under the key of a batch is a conflict, not an acknowledgement`, async (t) => {
    const { root, store } = made(t);
    await store.put(FIRST_KEY, planted, { contentType: 'x', sha256: '' as PutOptions['sha256'], ifNoneMatch: true });
    await assert.rejects(sinkOn(store).deliver(madeBatch(0, 3), SIGNAL), { code: 'STORE_CONFLICT' });
    assert.deepEqual(readFileSync(join(root, FIRST_KEY)), planted);
  });
}

test('a retention counts in whole days from the end of today, and covers every object', async (t) => {
  const { store, puts } = made(t);
  const sink = storeSink({ store, retention: { mode: 'compliance', days: 2_557 }, nowMs: () => MADE_TIME_MS });
  await sink.deliver(madeBatch(0, 3), SIGNAL);
  await sink.store?.putTree(treeOf(3), SIGNAL);
  assert.equal(puts.length, 5);
  const retainUntilMs = Date.UTC(2026, 10, 23 + 2_557);
  for (const { options } of puts) assert.deepEqual(options.lock, { mode: 'compliance', retainUntilMs });
});

test('a tree goes tiles first, then its checkpoint, and the newest by name at last', async (t) => {
  const { root, store, puts } = made(t);
  const tree = treeOf(3, { tiles: tilesOf('tile/0/000.p/3', 'tile/0/000') });
  await sinkOn(store).store?.putTree(tree, SIGNAL);
  const keys = puts.map(({ key }) => key);
  assert.deepEqual(keys, [
    'log.vkey',
    'tile/0/000.p/3',
    'tile/0/000',
    'checkpoints/00000000000000000003',
    'checkpoint',
  ]);
  assert.equal(readFileSync(join(root, 'checkpoint'), 'utf8'), String(tree.checkpoint));
  assert.equal(readFileSync(join(root, 'log.vkey'), 'utf8'), tree.vkey);
});

test('the same tree again, signed by one more, is what is there', async (t) => {
  const { root, store } = made(t);
  await sinkOn(store).store?.putTree(treeOf(3), SIGNAL);
  const before = readFileSync(join(root, 'checkpoint'), 'utf8');
  const other = `${before}— somebody ${Buffer.alloc(68).toString('base64')}\n`;
  await sinkOn(store).store?.putTree(treeOf(3, { checkpoint: Buffer.from(other) }), SIGNAL);
  assert.equal(readFileSync(join(root, 'checkpoint'), 'utf8'), before);
});

for (const { name, tree } of [
  { name: 'another root for the same size', tree: treeOf(3, { root: Buffer.alloc(32, 7) }) },
  { name: 'fewer records than the store has', tree: treeOf(2) },
  { name: 'another tile', tree: treeOf(5, { tiles: otherTiles() }) },
  { name: 'another key', tree: treeOf(5, { vkey: `${MADE_LOG}+00000000+AAAA\n` }) },
]) {
  test(`a second history of one log is a conflict: ${name}`, async (t) => {
    const { root, store } = made(t);
    await sinkOn(store).store?.putTree(treeOf(3), SIGNAL);
    const before = readFileSync(join(root, 'checkpoint'), 'utf8');
    await assert.rejects(async () => await sinkOn(store).store?.putTree(tree, SIGNAL), { code: 'STORE_CONFLICT' });
    assert.equal(readFileSync(join(root, 'checkpoint'), 'utf8'), before);
  });
}

test('of many tiles the first that fails ends it, with no checkpoint and nothing left under way', async (t) => {
  const { store, puts } = made(t);
  let underWay = 0;
  const failing: ObjectStore = {
    ...store,
    put: async (key, bytes, options) => {
      underWay += 1;
      try {
        if (key === 'tile/0/013') throw new StoreFailed('STORE_UNREACHABLE', 'gone');
        return await store.put(key, bytes, options);
      } finally {
        underWay -= 1;
      }
    },
  };
  const paths = Array.from({ length: 200 }, (_, place) => `tile/0/${String(place).padStart(3, '0')}`);
  const put = sinkOn(failing).store?.putTree(treeOf(3, { tiles: tilesOf(...paths) }), SIGNAL);
  await assert.rejects(async () => await put, { code: 'STORE_UNREACHABLE', message: 'gone' });
  assert.equal(underWay, 0);
  assert.ok(puts.length < 40, `${puts.length} were put`);
  assert.ok(!puts.some(({ key }) => key.startsWith('checkpoint')));
});

test('a store of another log is left alone', async (t) => {
  const { store } = made(t);
  await sinkOn(store).store?.putTree(treeOf(3), SIGNAL);
  const sink = sinkOn(store);
  const other = { code: 'STORE_CONFLICT', message: /another log than `sallyport\/other\/1` is kept there/ };
  await assert.rejects(sink.deliver({ ...madeBatch(3, 1), logId: 'sallyport/other/1' }, SIGNAL), other);
  await assert.rejects(async () => await sink.store?.heldRecords('sallyport/other/1', SIGNAL), other);
  assert.deepEqual(await sink.deliver(madeBatch(3, 1), SIGNAL), ALL_TAKEN);
});

for (const { name, ranges, want } of [
  { name: 'nothing', ranges: [], want: 0 },
  {
    name: 'ranges that follow each other',
    ranges: [
      [0, 9, '22'],
      [10, 19, '22'],
      [20, 20, '23'],
    ],
    want: 21,
  },
  {
    name: 'a gap',
    ranges: [
      [0, 9, '22'],
      [11, 19, '22'],
    ],
    want: 10,
  },
  { name: 'no start', ranges: [[1, 9, '22']], want: 0 },
  {
    name: 'a clock that was set back',
    ranges: [
      [0, 9, '22'],
      [10, 19, '20'],
      [20, 29, '23'],
    ],
    want: 30,
  },
  {
    name: 'ranges that overlap',
    ranges: [
      [0, 9, '22'],
      [5, 14, '22'],
      [15, 15, '21'],
    ],
    want: 16,
  },
] as const) {
  test(`what a store holds is read from its names: ${name}`, async (t) => {
    const { store } = made(t);
    const options = { contentType: 'x', sha256: '' as PutOptions['sha256'], ifNoneMatch: true };
    for (const [firstIndex, lastIndex, day] of ranges) {
      await store.put(recordsKey({ firstIndex, lastIndex, day: `2026-11-${day}` }), Buffer.from('x'), options);
    }
    await store.put('records/year=2026/readme.txt', Buffer.from('x'), options);
    assert.equal(await sinkOn(store).store?.heldRecords(MADE_LOG, SIGNAL), want);
  });
}

test('keys of records read back as what they were made of, and nothing else does', () => {
  const range = { firstIndex: 12, lastIndex: 9_007_199_254_740_991, day: '2026-01-02' };
  assert.deepEqual(parseRecordsKey(recordsKey(range)), range);
  for (const key of [
    'records/year=2026/month=11/day=22/00000000000000000002-00000000000000000001.ndjson.gz',
    'records/year=2026/month=11/day=22/99999999999999999998-99999999999999999999.ndjson.gz',
    `x/${FIRST_KEY}`,
    `${FIRST_KEY}.tmp`,
    '',
  ]) {
    assert.equal(parseRecordsKey(key), null, key);
  }
});

async function* otherTiles(): DeliveredTree['tiles'] {
  yield { path: 'tile/0/000.p/3', bytes: Buffer.from('other hashes') };
}

function lines(): string {
  return madeBatch(0, 3)
    .records.map(({ line }) => `${String(line)}\n`)
    .join('');
}
