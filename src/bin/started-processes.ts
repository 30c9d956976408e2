import { readFileSync, readdirSync } from 'node:fs';
import { uidOfProcess } from './process-facts.ts';

/**
 * Kills the processes whose first environment is one that `isWanted` takes. A program cannot change that
 * for itself, but one that means to get away can start another without it: this cleans up, it holds nothing.
 *
 * @param uid only processes that are wholly this user's; null for all that this process may end. Everyone can give a process
 *   of theirs any environment, so a daemon that may end processes of others must name the user.
 * @returns how many were killed. This process is never among them.
 */
export function killStartedWith(
  isWanted: (environment: readonly string[]) => boolean,
  uid: number | null = null,
): number {
  let killed = 0;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isSafeInteger(pid) || pid <= 1 || pid === process.pid) continue;
    const environment = environmentOf(pid);
    if (environment === null || !isWanted(environment)) continue;
    // Right in front of the signal: a number that is given to another process meanwhile is most likely another user's.
    if ((uid === null || uidOfProcess(pid) === uid) && isKilled(pid)) killed += 1;
  }
  return killed;
}

/** What a process was started with, or null where it is gone or somebody else's. */
export function environmentOf(pid: number): readonly string[] | null {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

function isKilled(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
