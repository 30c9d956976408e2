import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';

import { openLog } from '../audit/index.ts';
import { StateFolder } from '../core/error.ts';
import { MAX_FAULTS } from './fault-list.ts';
import { folderTree } from './folder-tree.ts';
import {
  SAMPLE_ORIGIN,
  SAMPLE_TIME_MS,
  SAMPLE_WITNESS,
  memoryTree,
  packed,
  sampleLines,
  sampleLog,
  sampleStore,
  sampleVkey,
  signed,
} from './sample-files.ts';
import type { Files } from './sample-files.ts';
import type { Anchor, Trust } from './trust.ts';
import { NO_TRUST, trustedKey } from './trust.ts';
import { verify } from './verify.ts';
import type { VerifyProgress, VerifyReport } from './report.ts';

const TRUST: Trust = { ...NO_TRUST, keys: [sampleVkey('a')] };
const OPTIONS = { count: 600, perFile: 200 };
const SEGMENT = 'segments/00000000000000000200.jsonl';

async function faultsOf(files: Files, trust: Trust = TRUST): Promise<readonly string[]> {
  return describe(await verify(memoryTree(files), { trust }));
}

function describe({ ok, faults }: VerifyReport): readonly string[] {
  assert.equal(ok, faults.length === 0);
  return faults.map(({ file, line, index, lastIndex, problem }) => {
    const range = lastIndex !== null && lastIndex !== index ? `${index}-${lastIndex}` : `${index}`;
    return `${file}:${line} [${range}] ${problem}`;
  });
}

function editLines(files: Files, name: string, edit: (lines: readonly string[]) => readonly string[]): void {
  const lines = (files.get(name) ?? assert.fail(name)).toString().split('\n').slice(0, -1);
  files.set(
    name,
    Buffer.from(
      edit(lines)
        .map((line) => `${line}\n`)
        .join(''),
    ),
  );
}

function anchor(...notes: readonly Buffer[]): Anchor {
  return {
    place: 'elsewhere',
    async *read(origin) {
      assert.equal(origin, SAMPLE_ORIGIN);
      for (const [number, note] of notes.entries()) {
        yield await Promise.resolve({ where: `elsewhere/${number}`, note: note.toString() });
      }
    },
  };
}

test('an untouched log verifies, and says against what', async () => {
  const progress: VerifyProgress[] = [];
  const report = await verify(memoryTree(sampleLog(OPTIONS)), {
    trust: TRUST,
    onProgress: (step) => progress.push(step),
  });
  assert.deepEqual([report.ok, report.records, report.faults, report.uncoveredRecords], [true, 600, [], 0]);
  assert.equal(report.origin, SAMPLE_ORIGIN);
  assert.deepEqual([report.checkpoint?.size, report.checkpoint?.isKeyTrusted], [600, true]);
  assert.deepEqual(report.unchecked, [
    'whether newer records were cut off, or the log goes on differently elsewhere: no anchor was given',
  ]);
  assert.deepEqual(progress.at(-1), { bytes: report.bytes, totalBytes: report.bytes, records: 600 });
});

test('without a key the report says that the host may have signed anything', async () => {
  const { ok, checkpoint, unchecked } = await verify(memoryTree(sampleLog(OPTIONS)));
  assert.deepEqual([ok, checkpoint?.isKeyTrusted], [true, false]);
  assert.match(unchecked[0] ?? '', /^WHO SIGNED: no key was given, so the one beside the log was taken\./);
});

test('an untouched store verifies, read one by one or many at a time', async () => {
  const store = sampleStore({ ...OPTIONS, deliveredSizes: [10, 256, 300] });
  for (const parallelReads of [1, 16]) {
    const report = await verify(memoryTree(store, parallelReads), { trust: TRUST, isDeep: parallelReads === 16 });
    assert.deepEqual([report.faults, report.records, report.layout], [[], 600, 'store']);
    assert.equal(report.unchecked.length, 1);
  }
});

test('a log of the writer itself verifies in its folder, while it is open and closed', async (t) => {
  const folder = await temporaryFolder(t);
  const log = await openLog(join(folder, 'audit'), {
    clock: () => SAMPLE_TIME_MS,
    signing: { keyFile: join(folder, 'keys', 'signing.key') },
    segmentMaxBytes: 20_000,
  });
  for (let number = 0; number < 300; number += 1) {
    await log.append({ kind: 'decision', occurredAtMs: SAMPLE_TIME_MS, sessionId: null, body: { number } });
  }
  const tree = folderTree(join(folder, 'audit'));
  assert.deepEqual((await verify(tree)).faults, []);
  await log.close();
  const key = trustedKey(log.vkey, 'log') ?? assert.fail('no key');
  for (const isDeep of [false, true]) {
    const report = await verify(tree, { trust: { ...NO_TRUST, keys: [key] }, isDeep });
    assert.deepEqual([report.faults, report.uncoveredRecords, report.head], [[], 0, log.head]);
  }
});

for (const { name, damage, want } of [
  {
    name: 'a changed verdict is one fault, at its record',
    damage: (files: Files) =>
      editLines(files, SEGMENT, (lines) => lines.map((line, at) => (at === 3 ? line.replace('allow', 'allaw') : line))),
    want: [`${SEGMENT}:4 [203] changed since it was written: checksum or canonical form does not fit`],
  },
  {
    name: 'a removed record is missing, and nothing else is wrong',
    damage: (files: Files) => editLines(files, SEGMENT, (lines) => lines.toSpliced(3, 1)),
    want: [`${SEGMENT}:4 [203] record 203 is missing before record 204`],
  },
  {
    name: 'removed records are a range',
    damage: (files: Files) => editLines(files, SEGMENT, (lines) => lines.toSpliced(100, 50)),
    want: [`${SEGMENT}:101 [300-349] records 300 to 349 are missing before record 350`],
  },
  {
    name: 'swapped records: the one is missing where it should be, and stands out of order',
    damage: (files: Files) =>
      editLines(files, SEGMENT, (lines) => lines.with(3, lines[4] ?? '').with(4, lines[3] ?? '')),
    want: [
      `${SEGMENT}:4 [203] record 203 is missing before record 204`,
      `${SEGMENT}:5 [203] stands here a second time, or out of order`,
    ],
  },
  {
    name: 'a record that stands twice is named',
    damage: (files: Files) => editLines(files, SEGMENT, (lines) => lines.toSpliced(4, 0, lines[3] ?? '')),
    want: [`${SEGMENT}:5 [203] stands here a second time, or out of order`],
  },
  {
    name: 'an inserted line is named, and the records around it are not',
    damage: (files: Files) => editLines(files, SEGMENT, (lines) => lines.toSpliced(4, 0, 'hello', '{}')),
    want: [
      `${SEGMENT}:5 [204] not JSON, and was put before this record`,
      `${SEGMENT}:6 [204] not of format version 2, and was put before this record`,
    ],
  },
  {
    name: 'a line of many megabytes, zeros and bytes that are no text are damage, in bounded memory',
    damage: (files: Files) => {
      const text = (files.get(SEGMENT) ?? assert.fail()).toString().split('\n');
      const parts = text.slice(0, -1).map((line, at) => {
        if (at === 3) return Buffer.from(`${'x'.repeat(5_000_000)}\n`);
        if (at === 5) return Buffer.from(`${'\0'.repeat(300)}\n`);
        return at === 7 ? Buffer.from([0xc3, 0x28, 0x0a]) : Buffer.from(`${line}\n`);
      });
      files.set(SEGMENT, Buffer.concat(parts));
    },
    want: [`${SEGMENT}:4 [203] longer than 65536 bytes`, `${SEGMENT}:6 [205] not JSON`, `${SEGMENT}:8 [207] not UTF-8`],
  },
  {
    name: 'JSON nested deep enough to break a reader is damage',
    damage: (files: Files) =>
      editLines(files, SEGMENT, (lines) => lines.with(3, `${'['.repeat(30_000)}${']'.repeat(30_000)}`)),
    want: [`${SEGMENT}:4 [203] not a JSON object`],
  },
  {
    name: 'a missing segment is a missing range',
    damage: (files: Files) => files.delete(SEGMENT),
    want: ['segments/00000000000000000400.jsonl:1 [200-399] records 200 to 399 are missing before record 400'],
  },
  {
    name: 'a cut tail is missing, as the checkpoint says',
    damage: (files: Files) => editLines(files, 'segments/00000000000000000400.jsonl', (lines) => lines.slice(0, 50)),
    want: [
      'segments/00000000000000000400.jsonl:50 [450-599] records 450 to 599 are missing at the end: the checkpoint covers 600 records',
    ],
  },
  {
    name: 'a cut last line below the checkpoint is damage, and no torn tail',
    damage: (files: Files) => {
      const name = 'segments/00000000000000000400.jsonl';
      files.set(name, (files.get(name) ?? assert.fail()).subarray(0, -10));
    },
    want: ['segments/00000000000000000400.jsonl:200 [599] its end is cut off'],
  },
  {
    name: 'a segment under another name is named',
    damage: (files: Files) => {
      files.set('segments/00000000000000000201.jsonl', files.get(SEGMENT) ?? assert.fail());
      files.delete(SEGMENT);
    },
    want: ['segments/00000000000000000201.jsonl:1 [200] is not named for the record that it starts with'],
  },
  {
    name: 'a changed entry of a tile is the fault of the tile, and the records hold',
    damage: (files: Files) => {
      const tile = Buffer.from(files.get('tile/0/001') ?? assert.fail());
      tile.writeUInt8(tile.readUInt8(64) ^ 1, 64);
      files.set('tile/0/001', tile);
    },
    want: [
      'tile/0/001:0 [258] holds another hash for this record than the one that was signed; it can be made anew from the records',
    ],
  },
  {
    name: 'a changed tile above is named',
    damage: (files: Files) => {
      const tile = Buffer.from(files.get('tile/1/000.p/2') ?? assert.fail());
      tile.writeUInt8(tile.readUInt8(5) ^ 1, 5);
      files.set('tile/1/000.p/2', tile);
    },
    want: ['tile/1/000.p/2:0 [0] is not the tile that was written; it can be made anew from the records'],
  },
  {
    name: 'a missing, a short and a foreign tile are named',
    damage: (files: Files) => {
      files.delete('tile/0/000');
      files.set('tile/0/001', Buffer.alloc(100));
      files.set('tile/0/009', Buffer.alloc(8_192));
    },
    want: [
      'tile/0/000:0 [0] is missing; it can be made anew from the records',
      'tile/0/001:0 [256] is 100 bytes long, not 8192',
      'tile/0/009:0 [600] holds hashes of records that are not there: the end of the log was cut off',
    ],
  },
  {
    name: 'a record and another record’s hash changed at once are told apart by the tile above',
    damage: (files: Files) => {
      editLines(files, SEGMENT, (lines) => lines.map((line, at) => (at === 3 ? line.replace('allow', 'allaw') : line)));
      const tile = Buffer.from(files.get('tile/0/001') ?? assert.fail());
      tile.writeUInt8(tile.readUInt8(64) ^ 1, 64);
      files.set('tile/0/001', tile);
    },
    want: [
      `${SEGMENT}:4 [203] changed since it was written: checksum or canonical form does not fit`,
      'tile/0/001:0 [258] holds another hash for this record than the one that was signed; it can be made anew from the records',
    ],
  },
  {
    name: 'a missing checkpoint is a fault: nothing else says where the log ended',
    damage: (files: Files) => files.delete('checkpoint'),
    want: ['checkpoint:0 [null] is missing: nothing says how many records there were'],
  },
  {
    name: 'a key beside the log that is not the trusted one is named',
    damage: (files: Files) => files.set('log.vkey', Buffer.from(`${sampleVkey('b').vkey}\n`)),
    want: ['log.vkey:0 [null] is not the key that is trusted'],
  },
]) {
  test(name, async () => {
    const files = sampleLog(OPTIONS);
    damage(files);
    assert.deepEqual(await faultsOf(files), want);
  });
}

test('records with the chain made anew behind them are named as replaced, from the first to the last', async () => {
  const files = sampleLog(OPTIONS);
  const forged = sampleLog(
    OPTIONS,
    sampleLines({ ...OPTIONS, edit: (index) => (index === 203 ? { verdict: 'deny' } : {}) }),
  );
  for (const [name, bytes] of forged) if (name.startsWith('segments/')) files.set(name, bytes);
  assert.deepEqual(await faultsOf(files), [
    `${SEGMENT}:4 [203-599] whole, but not the record that was signed: it was replaced`,
  ]);
});

test('records and tiles made anew do not fit the signed checkpoint', async () => {
  const files = sampleLog(OPTIONS);
  const forged = sampleLog({ ...OPTIONS, edit: (index) => (index === 203 ? { verdict: 'deny' } : {}) });
  for (const [name, bytes] of forged) if (name !== 'checkpoint') files.set(name, bytes);
  assert.deepEqual(await faultsOf(files), [
    'checkpoint:0 [null] the 600 records that it covers, and their tiles, are not those that were signed: all of them were written anew',
  ]);
});

test('a log written anew with another key is found by the key, and by an anchor', async () => {
  const forged = sampleLog({ ...OPTIONS, key: 'b', edit: (index) => (index === 203 ? { verdict: 'deny' } : {}) });
  assert.deepEqual(await faultsOf(forged), [
    'log.vkey:0 [null] is not the key that is trusted',
    'checkpoint:0 [null] is not signed by the key that is trusted, or a signature in it is wrong',
  ]);
  assert.equal((await verify(memoryTree(forged))).ok, true);
  const kept = anchor(signed(sampleLines(OPTIONS), 500));
  assert.deepEqual(await faultsOf(forged, { ...NO_TRUST, anchors: [kept] }), [
    'elsewhere/0:0 [null] is not signed by the key of this log',
  ]);
});

test('a log signed anew with its own key is found by an anchor, with the sizes between which it forked', async () => {
  const lines = sampleLines(OPTIONS);
  const forged = sampleLog({ ...OPTIONS, edit: (index) => (index === 203 ? { verdict: 'deny' } : {}) });
  const trust = {
    ...TRUST,
    anchors: [anchor(signed(lines, 100), signed(lines, 200), signed(lines, 300), signed(lines, 600))],
  };
  assert.deepEqual(await faultsOf(forged, trust), [
    'elsewhere/2:0 [null] shows another history: it forked between size 200 and size 300',
    'elsewhere/3:0 [null] shows another history: it forked between size 200 and size 600',
  ]);
  const { ok, anchors } = await verify(memoryTree(sampleLog(OPTIONS)), { trust });
  assert.deepEqual([ok, anchors], [true, [{ place: 'elsewhere', checkpoints: 4, size: 600 }]]);
});

test('a log rolled back to an earlier checkpoint is found by an anchor, with the records that are missing', async () => {
  const lines = sampleLines(OPTIONS);
  const rolledBack = sampleLog({ ...OPTIONS, count: 450 }, lines.slice(0, 450));
  assert.deepEqual(await faultsOf(rolledBack), []);
  assert.deepEqual(await faultsOf(rolledBack, { ...TRUST, anchors: [anchor(signed(lines, 600))] }), [
    'checkpoint:0 [null] was rolled back to size 450, or copied before it grew: elsewhere/0 is of size 600',
    'elsewhere/0:0 [null] records 450 to 599 are missing here: it covers 600',
  ]);
});

test('an anchor of another log is told and judges nothing', async () => {
  const other = Buffer.from(signed(sampleLines(OPTIONS), 10).toString().replaceAll(SAMPLE_ORIGIN, 'other.example/log'));
  const report = await verify(memoryTree(sampleLog(OPTIONS)), { trust: { ...TRUST, anchors: [anchor(other)] } });
  assert.equal(report.ok, true);
  assert.deepEqual(report.unchecked, [
    'anchor elsewhere: it holds no checkpoint of this log',
    'anchor elsewhere: 1 checkpoints of other logs in it',
  ]);
});

test('the cosignature of a witness is demanded where one is named, and otherwise told as unchecked', async () => {
  const witness = sampleVkey('w', SAMPLE_WITNESS, 'witness');
  const files = sampleLog({ ...OPTIONS, witnessedSize: 512 });
  const { witnesses, ok } = await verify(memoryTree(files), { trust: { ...TRUST, witnesses: [witness] } });
  assert.deepEqual([ok, witnesses], [true, [{ name: SAMPLE_WITNESS, size: 512, seenAtMs: SAMPLE_TIME_MS }]]);
  const { unchecked } = await verify(memoryTree(files), { trust: TRUST });
  assert.ok(unchecked.includes(`signatures of \`${SAMPLE_WITNESS}\`: its key was not given`));
  files.delete('checkpoint.witnessed');
  assert.deepEqual(await faultsOf(files, { ...TRUST, witnesses: [witness] }), [
    `checkpoint.witnessed:0 [null] no checkpoint is cosigned by the witness \`${SAMPLE_WITNESS}\``,
  ]);
});

test('records behind the checkpoint are decoded, linked and told as not signed; a torn end is told and no fault', async () => {
  const files = sampleLog({ ...OPTIONS, signedSize: 590 });
  const name = 'segments/00000000000000000400.jsonl';
  files.set(name, Buffer.concat([files.get(name) ?? assert.fail(), Buffer.from('{"at":17')]));
  const report = await verify(memoryTree(files), { trust: TRUST });
  assert.deepEqual([report.ok, report.torn, report.uncoveredRecords, report.records], [true, true, 10, 600]);
  assert.match(report.unchecked[1] ?? '', /^the last 10 records: no checkpoint covers them yet/);
  assert.match(report.unchecked[2] ?? '', /^last 8 bytes of `segments\/0{17}400\.jsonl` are no whole record/);
  editLines(files, name, (lines) => lines.with(195, (lines[195] ?? '').replace('allow', 'allaw')));
  assert.deepEqual(await faultsOf(files), [
    `${name}:196 [595] changed since it was written: checksum or canonical form does not fit`,
  ]);
});

test('files that are no part of the log are named, and not read', async () => {
  const files = sampleLog(OPTIONS);
  for (const name of ['notes.txt', 'segments/1.jsonl', 'tile/0/0', 'tile/0/000.p/300'])
    files.set(name, Buffer.from('x'));
  const { ok, unchecked } = await verify(memoryTree(files), { trust: TRUST });
  assert.equal(ok, true);
  assert.deepEqual(unchecked.slice(1), [
    '`notes.txt` is no part of the log and was not read',
    '`segments/1.jsonl` is no part of the log and was not read',
    '`tile/0/0` is no part of the log and was not read',
    '`tile/0/000.p/300` is no part of the log and was not read',
  ]);
});

test('a log of format 1 is no log of this format, line by line', async () => {
  const files = sampleLog(OPTIONS);
  for (const [name, bytes] of files) {
    if (name.startsWith('segments/')) files.set(name, Buffer.from(bytes.toString().replaceAll('"v":2}', '"v":1}')));
  }
  const { ok, faults } = await verify(memoryTree(files), { trust: TRUST });
  assert.equal(ok, false);
  assert.deepEqual([faults[0]?.index, faults[0]?.lastIndex, faults[0]?.problem], [0, 599, 'not of format version 2']);
});

test('faults beyond the most that are listed are counted', async () => {
  const files = sampleLog(OPTIONS);
  for (const name of [...files.keys()].filter((one) => one.startsWith('segments/'))) {
    editLines(files, name, (lines) => lines.map((line, at) => (at % 2 === 1 ? 'x' : line)));
  }
  const { faults, unlistedFaults, records } = await verify(memoryTree(files), { trust: TRUST });
  assert.deepEqual([faults.length, unlistedFaults, records], [MAX_FAULTS, 200, 300]);
});

test('a record that claims an index far beyond costs nothing', async () => {
  const files = sampleLog({ ...OPTIONS, signedSize: 590 });
  const far = sampleLines({ count: 1 })[0]?.replace('"index":0', `"index":${Number.MAX_SAFE_INTEGER - 1}`) ?? '';
  editLines(files, 'segments/00000000000000000400.jsonl', (lines) => [...lines.slice(0, 195), far]);
  assert.equal((await faultsOf(files)).length, 1);
});

const OBJECT = 'records/year=2023/month=11/day=15/00000000000000000107-00000000000000000306.ndjson.gz';

for (const { name, damage, want } of [
  {
    name: 'an object that unpacks to far more than its name allows is left there',
    damage: (files: Files) => files.set(OBJECT, packed(Buffer.alloc(200 * 65_536 + 1, 'x'))),
    want: /it unpacks to more than 13107200 bytes/,
  },
  {
    name: 'an object of a great many empty lines is left there',
    damage: (files: Files) => files.set(OBJECT, packed(Buffer.alloc(200 * 65_536 - 1, '\n'))),
    want: /it holds more lines than its name says/,
  },
  {
    name: 'an object that is cut off is named',
    damage: (files: Files) => files.set(OBJECT, (files.get(OBJECT) ?? assert.fail()).subarray(0, -9)),
    want: /its packed bytes are cut off/,
  },
  {
    name: 'bytes behind the packed ones are named',
    damage: (files: Files) => files.set(OBJECT, Buffer.concat([files.get(OBJECT) ?? assert.fail(), Buffer.alloc(3)])),
    want: /it goes on behind its packed bytes/,
  },
  {
    name: 'another header than that of stores is named, though it unpacks to the same',
    damage: (files: Files) => {
      const object = Buffer.from(files.get(OBJECT) ?? assert.fail());
      object[4] = 1;
      files.set(OBJECT, object);
    },
    want: /its gzip header is not the one that stores are written with/,
  },
  {
    name: 'an empty object is named',
    damage: (files: Files) => files.set(OBJECT, Buffer.alloc(0)),
    want: /it is empty/,
  },
  {
    name: 'an object with fewer records than its name says is named',
    damage: (files: Files) =>
      files.set(
        OBJECT,
        packed(
          sampleLines(OPTIONS)
            .slice(107, 200)
            .map((line) => `${line}\n`)
            .join(''),
        ),
      ),
    want: /does not end with record 306, as its name says/,
  },
]) {
  test(name, async () => {
    const files = sampleStore(OPTIONS);
    assert.ok(files.has(OBJECT), [...files.keys()].join());
    damage(files);
    const { ok, faults } = await verify(memoryTree(files), { trust: TRUST });
    assert.equal(ok, false);
    assert.ok(
      faults.some(({ file, problem }) => file === OBJECT && want.test(problem)),
      JSON.stringify(faults),
    );
    assert.ok(
      faults.every(({ index, file }) => index !== null || file.startsWith('checkpoint')),
      JSON.stringify(faults),
    );
  });
}

test('links, folders and pipes in place of files are not followed', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, sampleLog(OPTIONS));
  await rename(join(folder, SEGMENT), join(folder, 'moved'));
  await symlink('../moved', join(folder, SEGMENT));
  await rm(join(folder, 'tile/0/000'));
  await mkdir(join(folder, 'tile/0/000'));
  const found = describe(await verify(folderTree(folder), { trust: TRUST }));
  assert.deepEqual(found, [
    `${SEGMENT}:0 [null] is a link or another thing that is no file`,
    'checkpoint:0 [null] nothing proves its root: records are missing, and the tiles that held their hashes',
    'tile/0/000:0 [0] is missing; it can be made anew from the records',
    'segments/00000000000000000400.jsonl:1 [200-399] records 200 to 399 are missing before record 400',
  ]);
});

test('a place without a log is no log that verifies', async (t) => {
  const folder = await temporaryFolder(t);
  for (const place of [folder, join(folder, 'missing')]) {
    await assert.rejects(
      verify(folderTree(place)),
      (error) => error instanceof StateFolder && /there is no log/.test(error.message),
    );
  }
});

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-verify-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, bytes] of files) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}
