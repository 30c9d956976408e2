import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLog, readLog } from '../src/audit/index.ts';
import { pathsBelow } from '../src/bin/state-folder.ts';
import { LAUNCHER, collected, makeHome, programBeside, startDaemonProcess, until } from './daemon-process.ts';

/** Bytes after which a segment is followed by the next: a few records. */
const SEGMENT_BYTES = 1_000;

test('tail follows over new segments, a daemon that was killed and one that was stopped, until it is interrupted', async (t) => {
  const home = makeHome(t);
  const { audit, auditKey } = pathsBelow(home.state);
  mkdirSync(home.state, { mode: 0o700 });
  const log = await openLog(audit, {
    clock: Date.now,
    signing: { keyFile: auditKey },
    segmentMaxBytes: SEGMENT_BYTES,
  });
  const append = async (number: number): Promise<unknown> =>
    await log.append({ kind: 'hook', occurredAtMs: Date.now(), sessionId: null, body: { event: 'Stop', number } });
  await append(0);

  const child = spawn(process.execPath, [LAUNCHER, 'audit', 'tail', '-f', '-n', '1000', '--json'], {
    env: home.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = [collected(child.stdout), collected(child.stderr)];
  const shown = (): readonly string[] =>
    out()
      .split('\n')
      .slice(0, -1)
      .map((line) => String((JSON.parse(line) as { index: number }).index));
  const hasShown = async (count: number): Promise<void> =>
    await until(
      () => shown().length >= count,
      () => `${shown().length} of ${count} records; ${err()}`,
    );

  await hasShown(1);
  for (let number = 1; number <= 20; number += 1) await append(number);
  assert.ok(readdirSync(join(audit, 'segments')).length > 3, 'there are new segments');
  await hasShown(log.size);
  await log.close();
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    const daemon = await startDaemonProcess(t, home);
    await daemon.end(signal);
  }
  const indexes: string[] = [];
  for await (const record of readLog(audit)) indexes.push(String(record.index));
  await hasShown(indexes.length);
  assert.deepEqual(shown(), indexes, 'each record once, in order');

  child.kill('SIGINT');
  assert.deepEqual([await ended, err()], [0, '']);
});

/** Node cannot tell that a reader is gone; the `tail` of GNU can. */
function tailSkipReason(): string | false {
  const asked = spawnSync('tail', ['--version'], { encoding: 'utf8', timeout: 10_000 });
  return asked.stdout?.includes('GNU coreutils') === true ? false : 'the tail of this machine is not that of GNU';
}

test('tail ends when nobody reads any more, though no record comes', { skip: tailSkipReason() }, async (t) => {
  const home = makeHome(t);
  await startDaemonProcess(t, home).then(async (daemon) => await daemon.end('SIGTERM'));
  const script = '{ "$@"; echo "ended with $?" >&2; } | head -n 1';
  const ran = await programBeside('/bin/sh', ['-c', script, 'sh', process.execPath, LAUNCHER, 'audit', 'tail', '-f'], {
    cwd: home.folder,
    env: home.env,
    timeoutMs: 30_000,
  });
  assert.deepEqual([ran.status, ran.stderr], [0, 'ended with 0\n']);
  assert.equal(ran.stdout.split('\n').length, 2);
});
