/** The time that the machine has run. It counts while the machine sleeps, and nobody can set it. */
export interface MachineTime {
  /** Which run of the machine this is; null where the system does not say. */
  readonly boot: string | null;
  /** Milliseconds since the machine started. */
  readonly ms: () => number;
}

/** A moment of one run of the machine. */
export interface MachineMoment {
  readonly boot: string;
  readonly upMs: number;
}

/** This moment; null where the system does not tell one run of the machine from another. */
export function momentOf({ boot, ms }: MachineTime): MachineMoment | null {
  return boot === null ? null : { boot, upMs: ms() };
}

/** Milliseconds since a moment; null where the machine was started anew since, or that is not known. */
export function sinceMs(moment: MachineMoment | null, { boot, ms }: MachineTime): number | null {
  return moment === null || moment.boot !== boot ? null : Math.max(0, ms() - moment.upMs);
}

/**
 * Milliseconds since a session was opened, by the machine's time; by the wall clock only where the system does not tell one
 * run of the machine from another. A clock that is set makes no session longer or shorter, and a restart of the daemon
 * begins nothing anew.
 *
 * @param nowMs milliseconds since the Unix epoch.
 */
export function ranMs(
  { openedAtMs, openedUp }: { readonly openedAtMs: number; readonly openedUp: MachineMoment | null },
  nowMs: number,
  machine: MachineTime,
): number {
  return sinceMs(openedUp, machine) ?? Math.max(0, nowMs - openedAtMs);
}
