import { readFileSync } from 'node:fs';
import type { HostCapability } from '../core/control.ts';
import type { WatchedProcess } from '../core/session-owner.ts';
import { parseStat } from '../observe/index.ts';

/**
 * The user of a process, where all of its four user ids are the same; null where they differ, as in a program that runs
 * with another user's rights, and where the process is gone.
 */
export function uidOfProcess(pid: number, procFolder = '/proc'): number | null {
  const line = /^Uid:\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+)$/m.exec(orEmpty(`${procFolder}/${pid}/status`));
  if (line === null) return null;
  const [, ...ids] = line;
  return ids.every((id) => id === ids[0]) ? Number(ids[0]) : null;
}

/** A process as something to wait for, or null where it is gone or not that user's. */
export function processToWatch(pid: number, uid: number): WatchedProcess | null {
  const stat = parseStat(orEmpty(`/proc/${pid}/stat`));
  return stat === null || uidOfProcess(pid) !== uid ? null : { pid, startTicks: stat.startTicks };
}

/**
 * Whether it is still that process which has the number. One that has ended and waits for its parent is gone; one that
 * cannot be looked at, because this process has no descriptor left for instance, is not.
 */
export function isAlive({ pid, startTicks }: WatchedProcess, procFolder = '/proc'): boolean {
  const text = textOf(`${procFolder}/${pid}/stat`);
  if (text === 'gone' || text === 'unknown') return text === 'unknown';
  const state = text.charAt(text.lastIndexOf(')') + 2);
  return parseStat(text)?.startTicks === startTicks && state !== 'Z' && state !== 'X';
}

/** The numbers of the capabilities (capability.h). */
const CAPABILITY_BIT: Readonly<Record<HostCapability, number>> = {
  CAP_DAC_READ_SEARCH: 2,
  CAP_KILL: 5,
  CAP_SYS_PTRACE: 19,
};

/** What does not happen without each, for people. */
export const WITHOUT_CAPABILITY: Readonly<Record<HostCapability, string>> = {
  CAP_DAC_READ_SEARCH: 'calls on files in folders that the daemon may not search are denied',
  CAP_KILL: 'what a session of another user leaves running is not ended',
  CAP_SYS_PTRACE: 'processes of other users are not seen: neither reconciled nor ended with their session',
};

/** Those that this process does not have. */
export function missingCapabilities(status: string = orEmpty('/proc/self/status')): readonly HostCapability[] {
  const mask = BigInt(`0x${/^CapEff:\s+([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return (Object.keys(CAPABILITY_BIT) as HostCapability[]).filter(
    (name) => (mask & (1n << BigInt(CAPABILITY_BIT[name]))) === 0n,
  );
}

/** For what counts as missing where it cannot be read. */
function orEmpty(path: string): string {
  const text = textOf(path);
  return text === 'gone' || text === 'unknown' ? '' : text;
}

/** What a file of the system says of a process; `gone` where there is no such process, `unknown` where nobody can tell. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return error.code === 'ENOENT' || error.code === 'ESRCH' ? 'gone' : 'unknown';
  }
}
