import assert from 'node:assert/strict';
import {
  chmod,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { TestContext } from 'node:test';

import { AuditCorrupt } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import { openLog } from './open-log.ts';
import { draftRecord, encodeLine, hashLine } from './record-line.ts';
import {
  filesOf,
  lastSegment,
  openAndClose,
  recordsOf,
  sampleOptions,
  sampleRecord,
  segmentLines,
  segmentPaths,
  temporaryFolder,
  writeSampleLog,
} from './sample-log.ts';
import { assertTree } from './sample-tree.ts';

const model = await mkdtemp(join(tmpdir(), 'sallyport-audit-'));
after(() => rm(model, { recursive: true }));
await writeSampleLog(model, 700, 20_000);

/** A log of 702 records in segments of about 20 kB. */
async function written(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t);
  await cp(model, folder, { recursive: true });
  return folder;
}

const eventsOf = async (folder: string): Promise<readonly unknown[]> =>
  (await recordsOf(folder)).filter(({ kind }) => kind === 'log').map(({ body }) => body['event']);

for (const { name, damage } of [
  { name: 'a missing partial tile', damage: (folder: string) => rm(join(folder, 'tile/0/002.p/190')) },
  { name: 'all tiles missing', damage: (folder: string) => rm(join(folder, 'tile'), { recursive: true }) },
  { name: 'a cut tile', damage: (folder: string) => truncate(join(folder, 'tile/0/002.p/190'), 32) },
  {
    name: 'a changed tile',
    damage: async (folder: string) => {
      const path = join(folder, 'tile/1/000.p/2');
      const bytes = await readFile(path);
      await writeFile(path, bytes.fill(1, 40, 41));
    },
  },
]) {
  test(`${name} is made anew from the records, and that is recorded`, async (t) => {
    const folder = await written(t);
    await damage(folder);
    await openAndClose(folder);
    assert.deepEqual(await eventsOf(folder), ['opened', 'closed', 'tiles-rebuilt', 'opened', 'closed']);
    await assertTree(folder, await filesOf(folder));
  });
}

test('tiles beyond the newest checkpoint, and partial ones that a crash left, do no harm', async (t) => {
  const folder = await written(t);
  await cp(join(folder, 'tile/0/001'), join(folder, 'tile/0/002'));
  await copyFile(join(folder, 'tile/0/000'), join(folder, 'tile/0/002.p/33'));
  await mkdir(join(folder, 'tile/0/001.p'));
  await copyFile(join(folder, 'tile/0/000'), join(folder, 'tile/0/001.p/200'));
  const log = await openLog(folder, sampleOptions(folder));
  await Promise.all(Array.from({ length: 100 }, (_, number) => log.append(sampleRecord(number))));
  await log.close();
  assert.equal((await eventsOf(folder)).includes('tiles-rebuilt'), false);
  await assertTree(folder, await filesOf(folder));
});

test('an opening reads the records that the checkpoint does not cover, not the whole log', async (t) => {
  const folder = await written(t);
  const [first] = await segmentPaths(folder);
  const bytes = await readFile(first ?? '');
  // A change in the middle of an old segment is for `verify` to find: its edges are all that an opening looks at.
  const at = bytes.indexOf(10, 5_000) + 40;
  await writeFile(first ?? '', bytes.fill(0x58, at, at + 1));
  await openAndClose(folder);
});

for (const { name, damage, want } of [
  {
    name: 'records taken away at the end',
    damage: async (folder: string) => {
      const path = await lastSegment(folder);
      const lines = await segmentLines(path);
      await writeFile(
        path,
        lines
          .slice(0, -2)
          .map((line) => `${line}\n`)
          .join(''),
      );
    },
    want: 'records 700 to 701 are missing at the end of the log: its checkpoint covers 702 records',
  },
  {
    name: 'half a signed record at the end',
    damage: async (folder: string) => {
      const path = await lastSegment(folder);
      await truncate(path, (await readFile(path)).length - 10);
    },
    want: 'record 701 is missing at the end of the log: its checkpoint covers 702 records',
  },
  {
    name: 'a last segment taken away',
    damage: async (folder: string) => rm(await lastSegment(folder)),
    want: /^records \d+ to 701 are missing at the end of the log: its checkpoint covers 702 records$/,
  },
  {
    name: 'all segments taken away',
    damage: async (folder: string) => rm(join(folder, 'segments'), { recursive: true }),
    want: 'log cannot be trusted: its checkpoint covers 702 records, but there are none',
  },
  {
    name: 'a last segment written anew, with right checksums and links',
    damage: async (folder: string) => {
      const path = await lastSegment(folder);
      const lines = await segmentLines(path);
      const first = JSON.parse(lines[0] ?? '') as { readonly index: number; readonly prev: Sha256 };
      let prev = first.prev;
      const forged = lines.map((_, position) => {
        const line = encodeLine(draftRecord(sampleRecord(9)), first.index + position, prev);
        prev = hashLine(line);
        return `${line}\n`;
      });
      await writeFile(path, forged.join(''));
    },
    want: 'the first 702 records of the log are not those that its checkpoint signed',
  },
  {
    name: 'a log of the same length in its place',
    damage: async (folder: string) => {
      const other = join(folder, 'other');
      const log = await openLog(other, sampleOptions(other, { clock: () => 5, segmentMaxBytes: 20_000 }));
      await Promise.all(Array.from({ length: 700 }, (_, number) => log.append(sampleRecord(number))));
      await log.close();
      for (const part of ['segments', 'tile']) {
        await rm(join(folder, part), { recursive: true });
        await rename(join(other, part), join(folder, part));
      }
    },
    want: 'the first 702 records of the log are not those that its checkpoint signed',
  },
  {
    name: 'a missing checkpoint',
    damage: (folder: string) => rm(join(folder, 'checkpoint')),
    want: 'log cannot be trusted: its checkpoint is missing',
  },
  {
    name: 'an emptied checkpoint',
    damage: (folder: string) => truncate(join(folder, 'checkpoint'), 0),
    want: 'file `checkpoint` of the log holds no checkpoint',
  },
  {
    name: 'a checkpoint with another size',
    damage: async (folder: string) => {
      const path = join(folder, 'checkpoint');
      await writeFile(path, (await readFile(path, 'utf8')).replace('\n702\n', '\n701\n'));
    },
    want: 'file `checkpoint` of the log does not carry the signature of what it says',
  },
]) {
  test(`${name} keeps the log shut, and changes nothing`, async (t) => {
    const folder = await written(t);
    await damage(folder);
    const before = await contentOf(folder);
    await assert.rejects(openLog(folder, sampleOptions(folder)), (error) => {
      assert.ok(error instanceof AuditCorrupt, String(error));
      if (typeof want === 'string') assert.equal(error.message, want);
      else assert.match(error.message, want);
      assert.match(error.hint ?? '', /^keep the folder of the log as it is/);
      return true;
    });
    assert.deepEqual(await contentOf(folder), before);
  });
}

async function contentOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const content = new Map<string, string>();
  for (const name of await filesOf(folder)) content.set(name, await readFile(join(folder, name), 'base64'));
  return content;
}

test('a log whose checkpoints fell behind is signed on from there', async (t) => {
  const folder = await temporaryFolder(t);
  const log = await openLog(folder, sampleOptions(folder, { segmentMaxBytes: 5_000, checkpointDelayMs: 1 }));
  const first = await readFile(join(folder, 'checkpoint'));
  for (let round = 0; round < 20; round += 1)
    await Promise.all(Array.from({ length: 30 }, (_, number) => log.append(sampleRecord(number))));
  await log.close();
  await writeFile(join(folder, 'checkpoint'), first);
  await rm(join(folder, 'tile'), { recursive: true });
  await openAndClose(folder);
  assert.equal((await eventsOf(folder)).includes('tiles-rebuilt'), false);
  await assertTree(folder, await filesOf(folder));
});

test('the key is for its owner alone, and made once', async (t) => {
  const folder = await temporaryFolder(t);
  await openAndClose(folder);
  const key = await readFile(join(folder, 'audit-signing.key'));
  await openAndClose(folder);
  assert.deepEqual(await readFile(join(folder, 'audit-signing.key')), key);
  assert.match(key.toString(), /^-----BEGIN PRIVATE KEY-----\n/);
});

for (const { name, damage, message, hint } of [
  {
    name: 'a missing key',
    damage: (path: string) => rm(path),
    message: /^signing key of the log `.*audit-signing\.key` is missing$/,
    hint: /^restore the file, or begin a new key with `sallyport audit rekey --reason TEXT`, which is recorded$/,
  },
  {
    name: 'the key of another log',
    damage: async (path: string) => {
      const other = `${path}.other`;
      await openAndClose(other);
      await copyFile(join(other, 'audit-signing.key'), path);
      await rm(other, { recursive: true });
    },
    message: /^signing key of the log is not the one that signed its newest checkpoint$/,
    hint: /^restore the file/,
  },
  {
    name: 'a key that others may read',
    damage: (path: string) => chmod(path, 0o640),
    message: /^signing key of the log `.*` can be read or written by others$/,
    hint: /^run `chmod 600 .*`; if somebody else may have read it, begin a new key/,
  },
  {
    name: 'a key file that holds something else',
    damage: (path: string) => writeFile(path, 'hello'),
    message: /holds no Ed25519 key$/,
    hint: /^restore the file/,
  },
  {
    name: 'an emptied key file',
    damage: (path: string) => truncate(path, 0),
    message: /holds no Ed25519 key$/,
    hint: /^restore the file/,
  },
]) {
  test(`${name} keeps the log shut, and says the way out`, async (t) => {
    const folder = await written(t);
    await damage(join(folder, 'audit-signing.key'));
    const before = await readdir(folder);
    await assert.rejects(openLog(folder, sampleOptions(folder)), (error) => {
      assert.ok(error instanceof Error && 'code' in error && 'hint' in error);
      assert.equal(error.code, 'AUDIT_KEY');
      assert.match(error.message, message);
      assert.match(String(error.hint), hint);
      return true;
    });
    assert.deepEqual(await readdir(folder), before);
  });
}

test('a new log in an emptied folder keeps the key, and is another log by name', async (t) => {
  const folder = await temporaryFolder(t);
  await openAndClose(folder);
  const before = await readFile(join(folder, 'log.vkey'), 'utf8');
  for (const name of ['segments', 'tile', 'checkpoint', 'log.vkey']) await rm(join(folder, name), { recursive: true });
  await openAndClose(folder);
  const after = await readFile(join(folder, 'log.vkey'), 'utf8');
  const nameOf = (vkey: string): string | undefined => vkey.split('+')[0];
  assert.notEqual(nameOf(after), nameOf(before));
  await assertTree(folder, await filesOf(folder));
});

test('a log that was begun but never written to is begun again under the same name', async (t) => {
  const folder = await temporaryFolder(t);
  const log = await openLog(folder, sampleOptions(folder));
  const first = await readFile(join(folder, 'checkpoint'));
  await log.close();
  await rm(join(folder, 'segments'), { recursive: true });
  await rm(join(folder, 'tile'), { recursive: true });
  await writeFile(join(folder, 'checkpoint'), first);
  const again = await openLog(folder, sampleOptions(folder));
  assert.equal(again.origin, log.origin);
  await again.close();
  await assertTree(folder, await filesOf(folder));
});
