import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readIfThere, writeWhole } from './state-folder.ts';

/** Writes down which process serves a control socket, for those who find the socket silent. */
export function rememberPid(controlSocket: string): void {
  writeWhole(pidFile(controlSocket), `${process.pid}\n`);
}

/** Takes it back. A daemon that is killed leaves it: it counts only while something holds the socket. */
export function forgetPid(controlSocket: string): void {
  rmSync(pidFile(controlSocket), { force: true });
}

/** The process that last served a control socket, or null where nobody wrote it down. It may be long gone. */
export function pidOf(controlSocket: string): number | null {
  const pid = Number(readIfThere(pidFile(controlSocket))?.toString('utf8').trim() ?? '');
  return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
}

/** What a process does. `gone` is also one that has ended and only waits for its parent to ask how. */
export type ProcessState = 'runs' | 'stopped' | 'waits for the disk' | 'gone';

/** Asks the kernel what a process does. */
export function processState(pid: number): ProcessState {
  try {
    const letter = /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
    if (letter === 'T' || letter === 't') return 'stopped';
    if (letter === 'D') return 'waits for the disk';
    return letter === 'Z' || letter === 'X' ? 'gone' : 'runs';
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return 'gone';
    throw error;
  }
}

function pidFile(controlSocket: string): string {
  return join(dirname(controlSocket), 'daemon.pid');
}
