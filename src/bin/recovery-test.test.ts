import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { StoreFailed } from '../core/error.ts';
import type { ObjectStore } from '../core/object-store.ts';
import { readLog } from '../audit/index.ts';
import { packed, sampleLines, sampleStore, sampleVkey, signed } from '../verify/sample-files.ts';
import type { Files } from '../verify/sample-files.ts';
import { chosenDay, rangeFaults } from './recovery-objects.ts';
import { recoveryTest } from './recovery-test.ts';
import type { RecoveryEvidence } from './recovery-evidence.ts';

// Records are a minute apart, so that these are of four days.
const OPTIONS = { count: 3_000, perFile: 400, deliveredSizes: [1_000, 1_300, 2_100] };
const LINES = sampleLines(OPTIONS);
const STORE: ReadonlyMap<string, Buffer> = sampleStore(OPTIONS, LINES);
const DAY = '2023-11-15';
const OF_DAY = [...STORE.keys()].filter((key) => key.includes('/month=11/day=15/'));

/** Objects in memory; `get` may be made to fail. */
function memoryStore(files: ReadonlyMap<string, Buffer>, onGet: (key: string) => void = () => undefined): ObjectStore {
  const never = (): never => {
    throw new TypeError('a recovery test writes nothing to a store');
  };
  return {
    place: 'memory',
    put: never,
    head: never,
    get: async (key, range) => {
      onGet(key);
      const bytes = files.get(key);
      return await Promise.resolve(bytes === undefined ? null : bytes.subarray(range?.start ?? 0, range?.end));
    },
    async *list(prefix) {
      await Promise.resolve();
      for (const [key, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
        if (key.startsWith(prefix)) yield { key, sizeBytes: bytes.length };
    },
    close: () => undefined,
  };
}

function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-recovery-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const PORTS = {
  clock: () => 1_800_000_000_000,
  version: '0.1.0',
  by: 'ann',
  host: 'host-7',
  onProgress: () => undefined,
};

interface Given {
  readonly files?: ReadonlyMap<string, Buffer>;
  readonly day?: string | null;
  readonly key?: string;
  readonly onGet?: (key: string) => void;
  readonly folder?: string;
}

async function tried(t: TestContext, given: Given = {}): Promise<RecoveryEvidence & { readonly folder: string }> {
  const { files = STORE, day = DAY, key = 'a', onGet } = given;
  const folder = given.folder ?? emptyFolder(t);
  const request = { store: memoryStore(files, onGet), folder, day, seed: 'seed', keys: [sampleVkey(key)] };
  return { ...(await recoveryTest(request, PORTS)), folder };
}

function changed(change: (files: Files) => void): ReadonlyMap<string, Buffer> {
  const files: Files = new Map(STORE);
  change(files);
  return files;
}

test('a day of a good store is restored as it was written, proven, and read as a log', async (t) => {
  const evidence = await tried(t);
  assert.deepEqual(evidence.faults, []);
  const { outcome, records, checkpoint, day, logId, key, earlierCheckpoints, objects, files } = evidence;
  assert.deepEqual([outcome, day, logId], ['restored', DAY, 'sallyport/sample/00000000']);
  assert.deepEqual(records, { named: 1_440, restored: 1_440, proven: 1_440 });
  assert.equal(checkpoint?.size, 3_000);
  assert.equal(key?.isTrusted, true);
  // Those of 1,000 and 1,300 records came on that day, that of 2,100 was the next.
  assert.equal(earlierCheckpoints, 3);
  assert.equal(objects.length, OF_DAY.length);
  assert.deepEqual(
    objects.map(({ sha256 }) => sha256),
    OF_DAY.map((name) =>
      createHash('sha256')
        .update(STORE.get(name) ?? '')
        .digest('hex'),
    ),
  );
  const [file] = files;
  assert.ok(file !== undefined && files.length === 1);
  const text = readFileSync(join(evidence.folder, file.name));
  assert.equal(createHash('sha256').update(text).digest('hex'), file.sha256);
  assert.equal(
    text.toString(),
    LINES.slice(file.firstIndex, file.lastIndex + 1)
      .map((line) => `${line}\n`)
      .join(''),
  );
  assert.deepEqual(readdirSync(evidence.folder).sort(), ['checkpoint', 'log.vkey', 'segments']);
});

test("a whole log that is restored is read by the log's own reader", async (t) => {
  const options = { count: 30 };
  const lines = sampleLines(options);
  const evidence = await tried(t, { files: sampleStore(options, lines), day: '2023-11-14' });
  assert.equal(evidence.outcome, 'restored');
  const read: number[] = [];
  for await (const { index } of readLog(evidence.folder)) read.push(index);
  assert.deepEqual(read, [...lines.keys()]);
});

const FIRST = OF_DAY[0] ?? '';
const SECOND = OF_DAY[1] ?? '';
const edited = (key: string, edit: (text: string) => string) => (files: Files) =>
  void files.set(key, packed(edit(gunzipSync(files.get(key) ?? '').toString())));

for (const { name, change, key, day, want } of [
  {
    name: 'an object that is missing',
    change: (files) => void files.delete(SECOND),
    want: [/^no object holds these records$/],
  },
  {
    name: 'an object of another day that is missing',
    change: (files) => void files.delete([...STORE.keys()].find((one) => one.includes('/day=16/')) ?? ''),
    want: [/^no object holds these records$/],
  },
  {
    name: 'records that two objects hold',
    change: (files) => {
      const [, first = '', last = ''] = /([0-9]{20})-([0-9]{20})/.exec(FIRST) ?? [];
      const lines = LINES.slice(Number(first), Number(last)).map((line) => `${line}\n`);
      files.set(FIRST.replace(last, String(Number(last) - 1).padStart(20, '0')), packed(lines.join('')));
    },
    want: [/^holds records that another object holds too$/],
  },
  {
    name: 'one byte of an object that was changed',
    change: (files) => {
      const bytes = Buffer.from(files.get(FIRST) ?? '');
      bytes[100] = (bytes[100] ?? 0) ^ 1;
      files.set(FIRST, bytes);
    },
    want: [/^(?:cannot be unpacked|record [0-9]+: )/],
  },
  {
    name: 'one letter of a record that was changed',
    change: edited(FIRST, (text) => text.replace('"allow"', '"block"')),
    want: [/^record [0-9]+: changed since it was written/],
  },
  {
    name: 'an object that was cut off',
    change: (files) => void files.set(FIRST, (files.get(FIRST) ?? Buffer.of()).subarray(0, 200)),
    want: [/^cannot be unpacked: it is damaged, cut off, or too large$/],
  },
  {
    name: 'an object that lacks its last record',
    change: edited(FIRST, (text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)),
    want: [/^it holds [0-9]+ records, and its name says [0-9]+$/],
  },
  {
    name: 'an object that unpacks to far more than it may',
    change: (files) => void files.set(FIRST, packed(Buffer.alloc(300 * 1024 * 1024))),
    want: [/^cannot be unpacked/],
  },
  {
    name: 'a day whose records were all written anew, chained and sealed as they should be',
    change: (files) => {
      const other = sampleStore({ ...OPTIONS, edit: () => ({ verdict: 'forged' }) });
      for (const one of OF_DAY) files.set(one, other.get(one) ?? Buffer.of());
    },
    want: [/^they are not the records that the checkpoint covers$/],
  },
  {
    name: 'no checkpoint',
    change: (files) => void files.delete('checkpoint'),
    want: [/^is missing: nothing says how many records there were$/],
  },
  {
    name: 'another key than the one that is trusted',
    key: 'b',
    want: [/^is not signed by a key of the log that is known$/],
  },
  {
    name: 'a checkpoint of a shorter log',
    change: (files) => void files.set('checkpoint', signed(LINES, 1_000)),
    want: [/^no checkpoint covers these records yet$/, /is missing$/],
  },
  {
    name: 'an earlier checkpoint of another history',
    change: (files) => {
      const forged = sampleLines({ ...OPTIONS, edit: () => ({ verdict: 'forged' }) });
      files.set(`checkpoints/${'1300'.padStart(20, '0')}`, signed(forged, 1_300));
    },
    want: [/^is of another history than the newest checkpoint/],
  },
  {
    name: 'a tile that is missing',
    change: (files) => void files.delete('tile/0/004'),
    want: [/tile\/0\/004/],
  },
  {
    name: 'a tile that was changed',
    change: (files) => void files.set('tile/0/004', Buffer.alloc(8_192, 1)),
    want: [/^`tile\/0\/004`, or a tile above it, is not of the tree that was signed$/],
  },
  { name: 'a day that the store does not have', day: '2023-12-24', want: [/^the store holds no records of that day$/] },
  {
    name: 'a store with nothing in it',
    change: (files) => files.clear(),
    day: null,
    want: [/./, /^the store holds no records$/],
  },
] satisfies readonly {
  name: string;
  change?: (files: Files) => void;
  key?: string;
  day?: string | null;
  want: readonly RegExp[];
}[]) {
  test(`a recovery fails and says why: ${name}`, async (t) => {
    const files = changed(change ?? (() => undefined));
    const { outcome, faults, records } = await tried(t, {
      files,
      ...(key === undefined ? {} : { key }),
      ...(day === undefined ? {} : { day }),
    });
    assert.equal(outcome, 'failed');
    assert.ok(faults.length > 0 && faults.length <= 60);
    assert.ok(
      faults.some(({ problem }) => want.some((pattern) => pattern.test(problem))),
      JSON.stringify(faults.slice(0, 4)),
    );
    assert.ok(records.proven <= records.restored && records.restored <= Math.max(records.named, 0));
  });
}

test('records that a fault is not about are still restored and proven', async (t) => {
  const { records, faults } = await tried(t, {
    files: changed((files) => void files.set(SECOND, Buffer.from('no gzip'))),
  });
  assert.deepEqual(
    faults.map(({ object }) => object),
    [SECOND],
  );
  assert.deepEqual([records.named, records.restored, records.proven], [1_440, 1_040, 1_040]);
});

test('a download that is interrupted is a fault, and what came before it is there', async (t) => {
  const onGet = (key: string): void => {
    if (key === SECOND) throw new StoreFailed('STORE_UNREACHABLE', 'the connection was cut');
  };
  const { outcome, faults, records } = await tried(t, { onGet });
  assert.deepEqual([outcome, records.proven], ['failed', 1_040]);
  assert.deepEqual(
    faults.map(({ problem }) => problem),
    ['cannot be read: STORE_UNREACHABLE'],
  );
});

test('a folder that holds anything is refused, and stays as it is', async (t) => {
  const folder = emptyFolder(t);
  writeFileSync(join(folder, 'mine'), 'x');
  await assert.rejects(tried(t, { folder }), { code: 'USAGE', message: /is not empty$/ });
  assert.deepEqual(readdirSync(folder), ['mine']);
});

test('the seed chooses the day, each as likely as another, and days that are over before all others', async (t) => {
  const { day, chosen } = await tried(t, { day: null });
  assert.deepEqual(chosen, { days: 4, firstDay: '2023-11-14', lastDay: '2023-11-17', seed: 'seed' });
  assert.equal(day, chosenDay(['2023-11-14', '2023-11-15', '2023-11-16', '2023-11-17'], 'seed'));
  const counts = new Map<string, number>();
  for (let number = 0; number < 3_000; number += 1) {
    const one = chosenDay(['a', 'b', 'c'], String(number));
    counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  for (const count of counts.values()) assert.ok(count > 880 && count < 1_120, String(count));
});

test('gaps and doubles are told by name alone, and a store full of them is told in short', () => {
  const range = (firstIndex: number, lastIndex: number) => ({ key: `${firstIndex}`, day: DAY, firstIndex, lastIndex });
  const told = (ranges: ReturnType<typeof range>[], size: number | null): unknown[] =>
    rangeFaults(ranges, size).map(({ firstIndex, lastIndex }) => [firstIndex, lastIndex]);
  assert.deepEqual(told([range(0, 9), range(10, 19)], 20), []);
  assert.deepEqual(told([range(5, 9), range(12, 19)], 25), [
    [0, 4],
    [10, 11],
    [20, 24],
  ]);
  assert.deepEqual(told([range(0, 9), range(3, 4), range(5, 12)], 13), [
    [3, 4],
    [5, 9],
  ]);
  assert.deepEqual(told([], null), []);
  const many = Array.from({ length: 200 }, (_, number) => range(number * 10 + 5, number * 10 + 9));
  assert.equal(rangeFaults(many, null).length, 51);
});
