import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeSessionId } from '../core/ids.ts';
import type { SessionHolder } from '../core/session-owner.ts';
import { ownUid } from './own-user.ts';
import { processToWatch } from './process-facts.ts';
import { sessionProcesses } from './session-processes.ts';
import type { SessionProcesses } from './session-processes.ts';

const ID = makeSessionId(1, Buffer.alloc(16));

interface Sleeper {
  readonly holder: SessionHolder;
  /** The signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
  readonly isRunning: () => boolean;
}

/** A process that sleeps, with that environment alone. */
async function sleeper(
  t: { after(fn: () => void): void },
  kind: SessionHolder['kind'],
  env: Readonly<Record<string, string>> = {},
): Promise<Sleeper> {
  const child = spawn('/bin/sleep', ['300'], { env, stdio: 'ignore' });
  t.after(() => void child.kill('SIGKILL'));
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  await new Promise((resolve) => child.once('spawn', resolve));
  const pid = child.pid ?? 0;
  assert.match(readFileSync(`/proc/${pid}/cmdline`, 'utf8'), /sleep/);
  const seen = processToWatch(pid, ownUid());
  assert.ok(seen !== null);
  return { holder: { kind, ...seen }, ended, isRunning: () => child.exitCode === null && child.signalCode === null };
}

const processesOf = (holder: SessionHolder | null, uid: number | null = ownUid()): SessionProcesses =>
  sessionProcesses({ holderOf: () => holder, ownerOf: () => null }, uid);

test('a client that is known by its process is asked to end, and killed where it stays', async (t) => {
  const [asked, killed] = [await sleeper(t, 'client'), await sleeper(t, 'client')];
  processesOf(asked.holder).askToLeave(ID);
  processesOf(killed.holder).kill(ID);
  assert.deepEqual([await asked.ended, await killed.ended], ['SIGTERM', 'SIGKILL']);
});

test('what was started with the name of a session is killed with it, and not what has another’s', async (t) => {
  const own = await sleeper(t, 'launcher', { SALLYPORT_SESSION: ID });
  const other = await sleeper(t, 'launcher', { SALLYPORT_SESSION: makeSessionId(2, Buffer.alloc(16)) });
  processesOf(null).kill(ID);
  assert.equal(await own.ended, 'SIGKILL');
  assert.ok(other.isRunning());
});

test('a launcher is left to end its own client, and nobody is taken for one who had the number before', async (t) => {
  const launcher = await sleeper(t, 'launcher');
  const stranger = await sleeper(t, 'client');
  for (const processes of [
    processesOf(launcher.holder),
    processesOf({ ...stranger.holder, startTicks: stranger.holder.startTicks + 1 }),
    processesOf(stranger.holder, ownUid() + 1),
    processesOf(stranger.holder, null),
  ]) {
    processes.askToLeave(ID);
    processes.kill(ID);
  }
  // What was asked of the kernel is done by the time that another process has come and gone.
  const last = await sleeper(t, 'client');
  processesOf(last.holder).kill(ID);
  await last.ended;
  assert.ok(launcher.isRunning() && stranger.isRunning());
});
