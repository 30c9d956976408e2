import type { StoredSession } from './session-file.ts';

/** The time that the machine has run. It counts while the machine sleeps, and nobody can set it. */
export interface MachineTime {
  /** Which run of the machine this is; null where the system does not say. */
  readonly boot: string | null;
  /** Milliseconds since the machine started. */
  readonly ms: () => number;
}

/**
 * Milliseconds since a session was opened, by the machine's time; by the wall clock only where the system does not tell one
 * run of the machine from another. A clock that is set makes no session longer or shorter, and a restart of the daemon
 * begins nothing anew.
 *
 * @param nowMs milliseconds since the Unix epoch.
 */
export function ranMs(
  { openedAtMs, openedUp }: Pick<StoredSession, 'openedAtMs' | 'openedUp'>,
  nowMs: number,
  { boot, ms }: MachineTime,
): number {
  const ranFor = openedUp !== null && openedUp.boot === boot ? ms() - openedUp.upMs : nowMs - openedAtMs;
  return Math.max(0, ranFor);
}
