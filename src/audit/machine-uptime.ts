import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** How long the machine runs: a clock that nobody sets, to hold against the one that people and time servers set. */
export interface MachineUptime {
  /** Names this run of the machine; null where the system has no name for it. */
  readonly boot: string | null;
  /** Milliseconds since the machine started, those that it slept included. */
  ms(): number;
}

const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';

/** The uptime of this machine. */
export function machineUptime(): MachineUptime {
  return { boot: bootId(), ms: () => Math.round(uptime() * 1_000) };
}

function bootId(): string | null {
  try {
    return readFileSync(BOOT_ID_FILE, 'utf8').trim();
  } catch {
    // Not a Linux kernel: gaps over a restart are then told by the wall clock alone.
    return null;
  }
}
