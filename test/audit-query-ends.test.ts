import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLog } from '../src/audit/index.ts';
import { pathsBelow } from '../src/bin/state-folder.ts';
import { LAUNCHER, collected, makeHome, programBeside, sallyport, until } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';

// How `audit query` ends where it does not end by itself.

/** Rows and seconds without end. */
const ENDLESS = 'SELECT range AS nth FROM range(100000000000)';
const SILENT = 'SELECT sum(a.range * b.range) AS n FROM range(10000000) a, range(10000000) b';

interface Stage {
  readonly home: Home;
  /** Where it puts down what it has to. */
  readonly temp: string;
}

async function stageOf(t: { after(fn: () => void): void }): Promise<Stage> {
  const bare = makeHome(t);
  const temp = join(bare.folder, 'temp');
  mkdirSync(temp);
  mkdirSync(bare.state, { mode: 0o700 });
  const { audit, auditKey } = pathsBelow(bare.state);
  const log = await openLog(audit, { clock: Date.now, signing: { keyFile: auditKey } });
  await log.close();
  return { home: { ...bare, env: { ...bare.env, TMPDIR: temp } }, temp };
}

for (const { signal, code, sql } of [
  { signal: 'SIGTERM', code: 143, sql: ENDLESS },
  { signal: 'SIGTERM', code: 143, sql: SILENT },
  { signal: 'SIGINT', code: 130, sql: SILENT },
  { signal: 'SIGHUP', code: 129, sql: SILENT },
] as const)
  test(`${signal} ends a query ${sql === SILENT ? 'that thinks' : 'whose rows come'}, and nothing of it is left behind`, async (t) => {
    const { home, temp } = await stageOf(t);
    const child = spawn(process.execPath, [LAUNCHER, 'audit', 'query', sql, '--json'], {
      env: home.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(() => void child.kill('SIGKILL'));
    const [out, err] = [collected(child.stdout), collected(child.stderr)];
    const ended = new Promise<unknown>((resolve) => child.once('close', (...how) => resolve(how)));
    await until(() => (sql === SILENT ? readdirSync(temp).length > 0 : out().includes('\n')), err);
    assert.equal(readdirSync(temp).length, 1);
    child.kill(signal);
    assert.deepEqual(await ended, [code, null], err());
    assert.deepEqual(readdirSync(temp), []);
  });

test('a signal that comes as soon as there is a folder leaves nothing behind either', async (t) => {
  const { home, temp } = await stageOf(t);
  const hooks = `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const make = fs.mkdtempSync;
fs.mkdtempSync = (prefix) => {
  const made = make(prefix);
  if (prefix.includes('sallyport-query-')) process.kill(process.pid, 'SIGHUP');
  return made;
};
syncBuiltinESMExports();`;
  const env = { ...home.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hooks)}` };
  const ran = sallyport({ ...home, env }, ['audit', 'query', SILENT]);
  assert.deepEqual([ran.status, ran.stderr], [129, '']);
  assert.deepEqual(readdirSync(temp), []);
});

for (const form of ['--json', '--csv'])
  test(`a reader that has read enough of ${form} ends the query, and nothing of it is left behind`, async (t) => {
    const { home, temp } = await stageOf(t);
    const script = '{ "$@"; echo "ended with $?" >&2; } | head -n 1';
    const words = ['sh', process.execPath, LAUNCHER, 'audit', 'query', ENDLESS, form];
    const ran = await programBeside('/bin/sh', ['-c', script, ...words], { cwd: home.folder, env: home.env });
    assert.deepEqual([ran.status, ran.stderr], [0, 'ended with 0\n']);
    assert.equal(ran.stdout.split('\n').length, 2);
    assert.deepEqual(readdirSync(temp), []);
  });

test('without DuckDB a query says what to install, and other questions are answered', async (t) => {
  const { home, temp } = await stageOf(t);
  const hooks = `import { registerHooks } from 'node:module';
registerHooks({
  resolve(name, context, next) {
    if (name !== '@duckdb/node-api') return next(name, context);
    throw Object.assign(new Error('no such package'), { code: 'ERR_MODULE_NOT_FOUND' });
  },
});`;
  const without: Home = {
    ...home,
    env: { ...home.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hooks)}` },
  };
  const ran = sallyport(without, ['audit', 'query', 'SELECT 1']);
  assert.deepEqual([ran.status, ran.stdout], [1, '']);
  assert.match(
    ran.stderr,
    /^error: DuckDB is not installed \[QUERY_ENGINE_MISSING\]\n *hint: install it with `npm install @duckdb\/node-api`/,
  );
  assert.deepEqual(readdirSync(temp), []);
  for (const words of [
    ['audit', 'query', '--views'],
    ['audit', 'query', '--list'],
    ['audit', 'tail'],
  ])
    assert.deepEqual([sallyport(without, words).status], [0], words.join(' '));
});
