import assert from 'node:assert/strict';
import { copyFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { AlreadyRunning, AuditCorrupt, StateFolder } from '../core/error.ts';
import { openLog } from './open-log.ts';
import { MAX_REASON_LENGTH, rekeyLog } from './rekey-log.ts';
import { filesOf, lastSegment, openAndClose, recordsOf, sampleOptions, temporaryFolder } from './sample-log.ts';
import { chainOf, writeSampleLog } from './sample-log.ts';
import { assertTree } from './sample-tree.ts';

const vkeyIn = async (folder: string): Promise<string> => (await readFile(join(folder, 'log.vkey'), 'utf8')).trim();

for (const { name, loss, before, keepsName } of [
  {
    name: 'a lost key',
    loss: (folder: string) => rm(join(folder, 'audit-signing.key')),
    before: 'signed',
    keepsName: true,
  },
  {
    name: 'a damaged key',
    loss: (folder: string) => writeFile(join(folder, 'audit-signing.key'), 'x'),
    before: 'signed',
    keepsName: true,
  },
  { name: 'a key that is whole but no longer trusted', loss: async () => {}, before: 'signed', keepsName: true },
  {
    name: 'a lost key and a lost verifier key',
    loss: async (folder: string) => {
      await rm(join(folder, 'audit-signing.key'));
      await rm(join(folder, 'log.vkey'));
    },
    before: 'unchecked',
    keepsName: true,
  },
  {
    name: 'a lost checkpoint',
    loss: (folder: string) => rm(join(folder, 'checkpoint')),
    before: 'missing',
    keepsName: true,
  },
  {
    name: 'a folder of which only the segments are left',
    loss: async (folder: string) => {
      for (const part of ['audit-signing.key', 'log.vkey', 'checkpoint', 'tile'])
        await rm(join(folder, part), { recursive: true });
    },
    before: 'missing',
    keepsName: false,
  },
]) {
  test(`${name} is overcome by a new key, which is recorded with the old one`, async (t) => {
    const folder = await temporaryFolder(t);
    await writeSampleLog(folder, 40, 2_000);
    const oldVkey = await vkeyIn(folder);
    await loss(folder);
    const hadVkey = (await filesOf(folder)).includes('log.vkey');
    const rekeyed = await rekeyLog(folder, 'the disk of the keys broke', sampleOptions(folder));
    const newVkey = await vkeyIn(folder);
    assert.notEqual(newVkey, oldVkey);
    assert.equal(newVkey.split('+')[0] === oldVkey.split('+')[0], keepsName);
    assert.deepEqual(rekeyed, {
      origin: newVkey.split('+')[0],
      oldVkey: hadVkey ? oldVkey : null,
      newVkey,
      size: await assertTree(folder, await filesOf(folder)),
      before,
    });
    const note = (await recordsOf(folder)).find(({ body }) => body['event'] === 'key-changed');
    assert.equal(note?.body['reason'], 'the disk of the keys broke');
    assert.deepEqual([note?.body['oldVkey'], note?.body['newVkey']], [hadVkey ? oldVkey : null, newVkey]);
    assert.deepEqual([note?.body['before'], note?.body['size']], [before, before === 'missing' ? null : 42]);
    await openAndClose(folder);
    await assertTree(folder, await filesOf(folder));
    assert.equal((await chainOf(folder)).ok, true);
  });
}

test('a change of key that was interrupted is done again', async (t) => {
  const folder = await temporaryFolder(t);
  await writeSampleLog(folder, 5);
  const other = join(folder, 'other');
  await openAndClose(other);
  await copyFile(join(other, 'audit-signing.key'), join(folder, 'audit-signing.key'));
  await rm(other, { recursive: true });
  await assert.rejects(openLog(folder, sampleOptions(folder)), { code: 'AUDIT_KEY' });
  assert.equal((await rekeyLog(folder, 'again', sampleOptions(folder))).before, 'signed');
  await openAndClose(folder);
});

test('a new key hides no missing records: nothing is changed', async (t) => {
  const folder = await temporaryFolder(t);
  await writeSampleLog(folder, 5);
  const path = await lastSegment(folder);
  const bytes = await readFile(path);
  await truncate(path, bytes.lastIndexOf(10, bytes.length - 2) + 1);
  const key = await readFile(join(folder, 'audit-signing.key'));
  await assert.rejects(rekeyLog(folder, 'to hide it', sampleOptions(folder)), AuditCorrupt);
  assert.deepEqual(await readFile(join(folder, 'audit-signing.key')), key);
});

test('an open log keeps its key', async (t) => {
  const folder = await temporaryFolder(t);
  const log = await openLog(folder, sampleOptions(folder));
  await assert.rejects(rekeyLog(folder, 'meanwhile', sampleOptions(folder)), AlreadyRunning);
  await log.close();
});

test('where there is no log there is no key to change', async (t) => {
  const folder = await temporaryFolder(t);
  await assert.rejects(rekeyLog(folder, 'why not', sampleOptions(folder)), StateFolder);
});

for (const reason of ['', ' \n', 'x'.repeat(MAX_REASON_LENGTH + 1), '\ud800']) {
  test(`a reason of ${reason.length} characters that says nothing is refused before anything is done`, async (t) => {
    const folder = await temporaryFolder(t);
    await writeSampleLog(folder, 2);
    const before = await vkeyIn(folder);
    await assert.rejects(rekeyLog(folder, reason, sampleOptions(folder)), TypeError);
    assert.equal(await vkeyIn(folder), before);
  });
}
