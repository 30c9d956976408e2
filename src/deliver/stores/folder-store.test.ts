import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Sha256 } from '../../core/ids.ts';
import type { PutOptions } from '../../core/object-store.ts';
import { folderStore } from './folder-store.ts';

const BYTES = Buffer.from('one line\n');
const OPTIONS: PutOptions = {
  contentType: 'text/plain',
  sha256: createHash('sha256').update(BYTES).digest('hex') as Sha256,
  ifNoneMatch: true,
};
const KEY = 'records/year=2026/x.gz';

function made(t: TestContext): { readonly root: string; readonly store: ReturnType<typeof folderStore> } {
  const root = mkdtempSync(join(tmpdir(), 'sp-store-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return { root, store: folderStore(root) };
}

test('an object is a file of its own, there once and whole', async (t) => {
  const { root, store } = made(t);
  assert.deepEqual(await store.put(KEY, BYTES, OPTIONS), { kind: 'stored', versionId: null });
  assert.deepEqual(await store.put(KEY, BYTES, OPTIONS), { kind: 'present', versionId: null });
  assert.deepEqual(readdirSync(join(root, 'records/year=2026')), ['x.gz'], 'no draft is left');
  assert.equal(statSync(join(root, KEY)).mode & 0o777, 0o600);
  assert.equal(String(await store.get(KEY)), 'one line\n');
  assert.equal(String(await store.get(KEY, { start: 4, end: 8 })), 'line');
  assert.equal(String(await store.get(KEY, { start: 4, end: 800 })), 'line\n');
  assert.equal(String(await store.get(KEY, { start: 90, end: 91 })), '');
  assert.equal((await store.head(KEY))?.sizeBytes, 9);
});

test('other bytes under the same key are a conflict, and change nothing', async (t) => {
  const { root, store } = made(t);
  await store.put(KEY, BYTES, OPTIONS);
  await assert.rejects(store.put(KEY, Buffer.from('other'), OPTIONS), {
    code: 'STORE_CONFLICT',
    message: /holds other bytes/,
  });
  assert.equal(readFileSync(join(root, KEY), 'utf8'), 'one line\n');
  await store.put(KEY, Buffer.from('other'), { ...OPTIONS, ifNoneMatch: false });
  assert.equal(readFileSync(join(root, KEY), 'utf8'), 'other');
});

test('of many that put different bytes under one key, one wins and all others are told', async (t) => {
  const { store } = made(t);
  const puts = Array.from({ length: 20 }, (_, place) => store.put(KEY, Buffer.from(`bytes ${place}`), OPTIONS));
  const ended = await Promise.allSettled(puts);
  const winner = ended.findIndex(({ status }) => status === 'fulfilled');
  assert.equal(ended.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.equal(String(await store.get(KEY)), `bytes ${winner}`);
});

test('what is not there is null, and its folder too', async (t) => {
  const { store } = made(t);
  assert.equal(await store.get('a/b/c'), null);
  assert.equal(await store.head('a/b/c'), null);
  assert.deepEqual(await keys(store, 'a/'), []);
});

test('keys are listed in the order of their bytes, by their start, and drafts are none', async (t) => {
  const { root, store } = made(t);
  for (const key of ['a/x', 'a.b', 'a-b', 'a/x.p/1', 'a/x/1'.replace('/x/', '/y/'), 'b'])
    await store.put(key, BYTES, OPTIONS);
  writeFileSync(join(root, 'a', '.draft-1'), 'cut off');
  assert.deepEqual(await keys(store, ''), ['a-b', 'a.b', 'a/x', 'a/x.p/1', 'a/y/1', 'b']);
  assert.deepEqual(await keys(store, 'a'), ['a-b', 'a.b', 'a/x', 'a/x.p/1', 'a/y/1']);
  assert.deepEqual(await keys(store, 'a/'), ['a/x', 'a/x.p/1', 'a/y/1']);
  assert.deepEqual(await keys(store, 'a/x.p/1'), ['a/x.p/1']);
  assert.deepEqual(await keys(store, 'c'), []);
});

for (const { name, plant } of [
  { name: 'a link in the place of a folder', plant: (root: string) => symlinkSync(tmpdir(), join(root, 'records')) },
  {
    name: 'a link in the place of the file',
    plant: (root: string) => {
      mkdirSync(join(root, 'records/year=2026'), { recursive: true });
      symlinkSync('/etc/hostname', join(root, KEY));
    },
  },
  { name: 'a file in the place of a folder', plant: (root: string) => writeFileSync(join(root, 'records'), '') },
  {
    name: 'a pipe in the place of the file',
    plant: (root: string) => {
      mkdirSync(join(root, 'records/year=2026'), { recursive: true });
      assert.equal(spawnSync('mkfifo', [join(root, KEY)]).status, 0);
    },
  },
]) {
  test(`${name} is refused, not followed`, async (t) => {
    const { root, store } = made(t);
    plant(root);
    await assert.rejects(store.get(KEY), { code: 'STORE_REFUSED' });
    await assert.rejects(store.head(KEY), { code: 'STORE_REFUSED' });
    await assert.rejects(store.put(KEY, BYTES, OPTIONS), { code: 'STORE_REFUSED' });
    if (!name.includes('a file in')) await assert.rejects(keys(store, ''), { code: 'STORE_REFUSED' });
  });
}

test('a link in the place of what is replaced is replaced itself, and what it points to stays', async (t) => {
  const { root, store } = made(t);
  const other = join(root, 'elsewhere');
  writeFileSync(other, 'mine');
  symlinkSync(other, join(root, 'checkpoint'));
  await store.put('checkpoint', BYTES, { ...OPTIONS, ifNoneMatch: false });
  assert.equal(readFileSync(other, 'utf8'), 'mine');
});

for (const key of ['', '/etc/x', '../x', 'a/../../x', './x', 'a/./x', 'a//x', 'a/', '.ssh/x', 'a\0b', 'a b', 'a\\b']) {
  test(`${JSON.stringify(key)} is no key`, async (t) => {
    const { store } = made(t);
    await assert.rejects(store.put(key, BYTES, OPTIONS), { code: 'STORE_REFUSED' });
    await assert.rejects(store.get(key), { code: 'STORE_REFUSED' });
    await assert.rejects(store.head(key), { code: 'STORE_REFUSED' });
  });
}

test('a folder that is not there is no empty store', async (t) => {
  const { root } = made(t);
  const store = folderStore(join(root, 'not-mounted'));
  const missing = { code: 'STORE_MISCONFIGURED', message: /the folder does not exist/ };
  await assert.rejects(store.put(KEY, BYTES, OPTIONS), missing);
  await assert.rejects(store.get(KEY), missing);
  await assert.rejects(store.head(KEY), missing);
  await assert.rejects(keys(store, ''), missing);
});

test('a lock is refused: a folder could not keep it', async (t) => {
  const { store } = made(t);
  const lock = { mode: 'governance', retainUntilMs: Date.UTC(2030, 0) } as const;
  await assert.rejects(store.put(KEY, BYTES, { ...OPTIONS, lock }), { code: 'STORE_MISCONFIGURED' });
  await assert.rejects(store.put(KEY, BYTES, { ...OPTIONS, legalHold: true }), { code: 'STORE_MISCONFIGURED' });
});

test(
  'a folder without the right to write is a denial',
  { skip: process.getuid?.() === 0 && 'root may write everywhere' },
  async (t) => {
    const { root, store } = made(t);
    chmodSync(root, 0o500);
    await assert.rejects(store.put(KEY, BYTES, OPTIONS), { code: 'STORE_DENIED' });
  },
);

test('nothing is done once nobody waits for it, or the store is closed', async (t) => {
  const { root, store } = made(t);
  await assert.rejects(store.put(KEY, BYTES, { ...OPTIONS, signal: AbortSignal.abort() }), {
    code: 'STORE_UNREACHABLE',
  });
  store.close();
  await assert.rejects(store.put(KEY, BYTES, OPTIONS), { code: 'STORE_UNREACHABLE' });
  assert.deepEqual(readdirSync(root), []);
});

async function keys(store: ReturnType<typeof folderStore>, start: string): Promise<readonly string[]> {
  const list: string[] = [];
  for await (const { key } of store.list(start)) list.push(key);
  return list;
}
