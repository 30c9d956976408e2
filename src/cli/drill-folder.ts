import { lstatSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { lockFolder } from '../audit/index.ts';
import { pidOf, processState } from '../bin/daemon-pid.ts';
import { environmentOf, killStartedWith } from '../bin/started-processes.ts';
import { statePaths } from '../bin/state-folder.ts';
import { SallyportError } from '../core/error.ts';

/** Where rehearsals take place. Not below `/tmp`, which policies commonly leave open. */
export const STAGE_PARENT = '/var/tmp';
const PREFIX = 'sp-drill-';
const LOCK_FILE = 'lock.db';

/** Milliseconds that the daemon of a dead rehearsal gets to end by itself. */
const END_TIMEOUT_MS = 5_000;
const END_POLL_MS = 50;

/** A folder that is one rehearsal's own for as long as its process lives. */
export interface StageFolder {
  readonly path: string;
  /** Removes it with all that is in it. */
  remove(): void;
}

/** Makes the folder of a stage. The kernel holds it for this process, so that others can tell it from a stale one. */
export function makeStageFolder(): StageFolder {
  // INVARIANT: a folder of the final name is locked from its first moment, or its rehearsal is over.
  const unnamed = mkdtempSync(join(STAGE_PARENT, 'sp-stage-'));
  const lock = lockFolder(unnamed);
  const path = join(STAGE_PARENT, `${PREFIX}${process.pid}-${basename(unnamed).slice('sp-stage-'.length)}`);
  renameSync(unnamed, path);
  return {
    path,
    remove() {
      removeFolder(path);
      lock.release();
    },
  };
}

/** The state folder of the daemon of a stage. */
export function stageState(stageFolder: string): string {
  return join(stageFolder, 'state');
}

/** Removes what rehearsals of this user left behind that were killed, and ends their daemons where these were stopped. */
export async function clearStaleStages(): Promise<void> {
  for (const name of readdirSync(STAGE_PARENT).filter((one) => one.startsWith(PREFIX))) {
    const path = join(STAGE_PARENT, name);
    const lock = isOwnStage(path) ? lockStale(path) : null;
    if (lock === null) continue;
    try {
      await endDaemonOf(path);
      killRest(path);
      removeFolder(path);
    } finally {
      lock.release();
    }
  }
}

/** A client that was killed a moment ago may still be writing: the kernel ends its processes one by one. */
function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}

/** Everybody may make folders there: only one of this user that was once locked as a stage is taken for one. */
function isOwnStage(path: string): boolean {
  const [folder, lock] = [path, join(path, LOCK_FILE)].map((one) => lstatSync(one, { throwIfNoEntry: false }));
  return folder?.isDirectory() === true && folder.uid === process.getuid?.() && lock?.isFile() === true;
}

function lockStale(path: string): { release(): void } | null {
  try {
    return lockFolder(path);
  } catch (error) {
    if (error instanceof SallyportError) return null;
    throw error;
  }
}

/** A daemon ends with its rehearsal, but one that was stopped at that moment never notices. */
async function endDaemonOf(stageFolder: string): Promise<void> {
  const home = stageState(stageFolder);
  const pid = pidOf(statePaths({ SALLYPORT_HOME: home }, stageFolder).controlSocket);
  // A process id is given out again: what the process was started with is the proof.
  if (pid === null || environmentOf(pid)?.includes(`SALLYPORT_HOME=${home}`) !== true) return;
  process.kill(pid, 'SIGCONT');
  process.kill(pid, 'SIGTERM');
  for (let waitedMs = 0; waitedMs < END_TIMEOUT_MS && processState(pid) !== 'gone'; waitedMs += END_POLL_MS) {
    await pause(END_POLL_MS);
  }
}

/** A client whose launcher was killed while bubblewrap was being started does not die with it (measured). */
function killRest(stageFolder: string): void {
  killStartedWith((environment) =>
    environment.some((entry) => entry === `HOME=${stageFolder}` || entry.startsWith(`HOME=${stageFolder}/`)),
  );
}
