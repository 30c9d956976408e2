import { closeSync, fdatasync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Milliseconds of one tick of the counters in `/proc`: 100 a second on every Linux that Node runs on. */
const TICK_MS = 10;

/** CPU milliseconds of a process since it started, all of its threads together. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name stands in brackets and may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resident memory of a process, in MB. */
export function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+([0-9]+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

const SYNCS = 20;
const RECORD = Buffer.alloc(900, 'a');

/** Milliseconds that appending one record and syncing it takes on the disk of a folder now: the median of some. */
export async function syncMs(folder: string): Promise<number> {
  const path = join(folder, 'sync-probe');
  const file = openSync(path, 'w');
  const times: number[] = [];
  for (let nth = 0; nth < SYNCS; nth += 1) {
    const startMs = performance.now();
    writeSync(file, RECORD);
    await promisify(fdatasync)(file);
    times.push(performance.now() - startMs);
  }
  closeSync(file);
  rmSync(path);
  return times.sort((one, other) => one - other)[SYNCS / 2] ?? Number.NaN;
}
