import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openPipe } from './scan-pipe.ts';

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipe-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function pipeNamed(name: string): string {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  return path;
}

test('a pipe that nobody writes to is given up in time', async () => {
  assert.equal(await openPipe(Buffer.from(pipeNamed('idle')), 1), null);
});

test('a pipe is given up also where its turn comes later than the end of the wait', async () => {
  const paths = Array.from({ length: 16 }, (_, nth) => pipeNamed(`late-${nth}`));
  // More than threads: those behind the first ones begin to wait when they should be done.
  const opened = await Promise.all(paths.map((path) => openPipe(Buffer.from(path), 0)));
  assert.deepEqual(
    opened.filter((file) => file !== null),
    [],
  );
});

test('a pipe is read once somebody writes to it', async () => {
  const path = pipeNamed('used');
  const writer = spawn('sh', ['-c', 'printf abc > "$1"', 'sh', path], { stdio: 'ignore' });
  const file = await openPipe(Buffer.from(path), 60_000);
  assert.ok(file !== null);
  assert.equal(await file.readFile('utf8'), 'abc');
  await file.close();
  if (writer.exitCode === null) await new Promise((done) => writer.once('close', done));
});

test('what may not be opened is said as the system says it', async () => {
  await assert.rejects(openPipe(Buffer.from(join(folder, 'none')), 60_000), { code: 'ENOENT' });
});
