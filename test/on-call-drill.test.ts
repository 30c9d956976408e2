import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, globSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pidOf, processState } from '../src/bin/daemon-pid.ts';
import { clearStaleStages, makeStageFolder } from '../src/cli/drill-folder.ts';
import { clientSkipReason } from './client-skip.ts';
import { LAUNCHER, collected, makeHome, until } from './daemon-process.ts';
import type { Home } from './daemon-process.ts';

// A rehearsal that does not come to its end. It is killed for real, with the real client in it.

const WORDS = ['drill', '--only', 'sabotage/guard-starved'];

test(
  'a rehearsal that is killed takes its daemon along, and a later one removes the rest',
  { skip: clientSkipReason() },
  async (t) => {
    const home = makeHome(t);
    const killed = await startDrill(t, home);
    await kill(killed.drill);
    await until(() => processState(killed.daemonPid) === 'gone', killed.said);

    // A stopped daemon cannot notice that its rehearsal is gone.
    const stopped = await startDrill(t, home);
    process.kill(stopped.daemonPid, 'SIGSTOP');
    await kill(stopped.drill);
    assert.equal(processState(stopped.daemonPid), 'stopped');
    assert.ok(existsSync(stopped.folder));

    const later = await startDrill(t, home);
    assert.equal(processState(stopped.daemonPid), 'gone');
    assert.deepEqual([killed.folder, stopped.folder].filter(existsSync), []);
    assert.equal(await interrupt(later.drill, 'SIGINT'), 130);
  },
);

for (const [signal, want] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`a rehearsal that ${signal} interrupts exits ${want} and cleans up`, { skip: clientSkipReason() }, async (t) => {
    const { drill, folder, daemonPid, said } = await startDrill(t, makeHome(t));
    assert.equal(await interrupt(drill, signal), want);
    assert.match(said(), /error: the rehearsal was interrupted; what it had made is removed\n/);
    assert.ok(!said().includes('['), 'no code: nothing is to be done about it');
    assert.equal(existsSync(folder), false);
    assert.equal(processState(daemonPid), 'gone');
  });
}

test('a stage is left alone while its rehearsal lives, and where it is not known to be one', async (t) => {
  const alive = makeStageFolder();
  const unlocked = `/var/tmp/sp-drill-0-${process.pid}`;
  const elsewhere = makeHome(t).folder;
  const link = `/var/tmp/sp-drill-1-${process.pid}`;
  mkdirSync(unlocked);
  writeFileSync(join(elsewhere, 'lock.db'), '');
  symlinkSync(elsewhere, link);
  for (const path of [alive.path, unlocked]) utimesSync(path, 0, 0);
  try {
    await clearStaleStages();
    assert.deepEqual(
      [alive.path, unlocked, elsewhere, link].filter((path) => !existsSync(path)),
      [],
    );
  } finally {
    alive.remove();
    rmSync(unlocked, { recursive: true });
    rmSync(link);
  }
  assert.equal(existsSync(alive.path), false);
});

/** A rehearsal in the middle of its one case, which alone would take half a minute. */
async function startDrill(
  t: { after(fn: () => void): void },
  home: Home,
): Promise<{
  readonly drill: ChildProcess;
  readonly folder: string;
  readonly daemonPid: number;
  readonly said: () => string;
}> {
  const drill = spawn(process.execPath, [LAUNCHER, ...WORDS], {
    env: home.env,
    cwd: home.folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(() => void drill.kill('SIGKILL'));
  const said = collected(drill.stderr);
  const stage = (): { readonly folder: string; readonly daemonPid: number } | null => {
    const [folder] = globSync(`/var/tmp/sp-drill-${drill.pid}-*`);
    const pid = folder === undefined ? null : pidOf(join(folder, 'state', 'run', 'control.sock'));
    // A session of it is open: the client is about to run.
    const isRunning = folder !== undefined && globSync(join(folder, 'state', 'run', 'ses_*')).length > 0;
    return folder === undefined || pid === null || !isRunning ? null : { folder, daemonPid: pid };
  };
  await until(() => stage() !== null || drill.exitCode !== null, said);
  const found = stage();
  if (found === null) throw new Error(`the rehearsal ended with ${drill.exitCode}: ${said()}`);
  return { drill, ...found, said };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

async function interrupt(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill(signal);
  return await ended;
}
