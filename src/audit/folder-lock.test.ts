import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { AlreadyRunning, StateFolder } from '../core/error.ts';
import { lockFolder } from './folder-lock.ts';
import { temporaryFolder } from './sample-log.ts';

test('a folder is held by one at a time, within one process too', async (t) => {
  const folder = await temporaryFolder(t);
  const lock = lockFolder(folder);
  for (let attempt = 0; attempt < 3; attempt += 1) assert.throws(() => lockFolder(folder), AlreadyRunning);
  lock.release();
  lock.release();
  lockFolder(folder).release();
});

test('the lock file is for its owner alone and nothing else is left', async (t) => {
  const folder = await temporaryFolder(t);
  const lock = lockFolder(folder);
  t.after(() => lock.release());
  assert.deepEqual(await readdir(folder), ['lock.db']);
  assert.equal((await lstat(join(folder, 'lock.db'))).mode & 0o777, 0o600);
});

test('a killed process holds nothing, a living one does', async (t) => {
  const folder = await temporaryFolder(t);
  const module = pathToFileURL(join(import.meta.dirname, 'folder-lock.ts')).href;
  const source = `
    const { lockFolder } = await import(${JSON.stringify(module)});
    globalThis.held = lockFolder(${JSON.stringify(folder)});
    process.stdout.write('held');
    setInterval(() => undefined, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  assert.throws(() => lockFolder(folder), /folder `.*` is in use by another process/);
  child.kill('SIGKILL');
  await ended;
  lockFolder(folder).release();
});

for (const { name, prepare } of [
  { name: 'a folder in its place', prepare: (path: string) => mkdir(path) },
  { name: 'a link in its place', prepare: (path: string) => symlink('/etc/hostname', path) },
  { name: 'a file that is no database', prepare: (path: string) => writeFile(path, 'x'.repeat(5_000)) },
]) {
  test(`${name} is refused`, async (t) => {
    const folder = await temporaryFolder(t);
    await prepare(join(folder, 'lock.db'));
    assert.throws(() => lockFolder(folder), StateFolder);
  });
}

test('a folder that does not exist is refused', async (t) => {
  const folder = await temporaryFolder(t);
  assert.throws(() => lockFolder(join(folder, 'missing')), StateFolder);
});
