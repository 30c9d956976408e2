import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { openLog } from '../audit/index.ts';
import type { AuditLog } from '../audit/index.ts';
import { pathsBelow } from '../bin/state-folder.ts';
import type { StatePaths } from '../bin/state-folder.ts';

const CLI = join(import.meta.dirname, '../../bin/sallyport.mjs');

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function homeFor(t: TestContext): StatePaths {
  const home = mkdtempSync(join(tmpdir(), 'sallyport-home-'));
  chmodSync(home, 0o700);
  t.after(() => rmSync(home, { recursive: true }));
  return pathsBelow(home);
}

const open = ({ audit, auditKey }: StatePaths): Promise<AuditLog> =>
  openLog(audit, { clock: Date.now, signing: { keyFile: auditKey } });

async function run({ home }: StatePaths, ...words: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [CLI, 'audit', 'rekey', ...words], {
    env: { ...process.env, SALLYPORT_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [code, out, err] = await Promise.all([
    new Promise<number | null>((resolve) => child.on('close', resolve)),
    child.stdout.toArray().then((parts) => Buffer.concat(parts).toString()),
    child.stderr.toArray().then((parts) => Buffer.concat(parts).toString()),
  ]);
  return { code, out, err };
}

test('a log whose key is gone gets another, and opens with it', async (t) => {
  const paths = homeFor(t);
  const log = await open(paths);
  await log.close();
  rmSync(paths.auditKey);
  const ran = await run(paths, '--reason', 'the key was lost');
  const newVkey = readFileSync(join(paths.audit, 'log.vkey'), 'utf8').trim();
  assert.deepEqual(
    [ran.code, ran.out.split('\n')],
    [0, [`log ${log.origin}: 5 records signed with a new key`, `old key: ${log.vkey}`, `new key: ${newVkey}`, '']],
  );
  assert.equal(
    ran.err,
    'hint: tell the new key to whoever verifies this log, and to its witnesses; name new places for its stores and anchors, which hold the old key\n',
  );
  const again = await open(paths);
  assert.equal(again.vkey, newVkey);
  await again.close();
});

test('a checkpoint that is gone too is said', async (t) => {
  const paths = homeFor(t);
  await (await open(paths)).close();
  rmSync(join(paths.audit, 'checkpoint'));
  const ran = await run(paths, '--reason', 'lost', '--json');
  assert.equal(ran.code, 0);
  assert.equal((JSON.parse(ran.out) as { readonly before: string }).before, 'missing');
});

test('an open log keeps its key', async (t) => {
  const paths = homeFor(t);
  const log = await open(paths);
  const ran = await run(paths, '--reason', 'meanwhile');
  assert.equal(ran.code, 1);
  assert.match(
    ran.err,
    /in use by another process \[ALREADY_RUNNING\]\nhint: end the daemon first, with `sallyport down`\n$/,
  );
  await log.close();
});

test('no log, no reason and an empty reason are said', async (t) => {
  const paths = homeFor(t);
  assert.match((await run(paths, '--reason', 'x')).err, /^error: there is no log in `.*` \[STATE_FOLDER\]\n/);
  for (const words of [[], ['--reason', ' ']]) assert.equal((await run(paths, ...words)).code, 2);
});
