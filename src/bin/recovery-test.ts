import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKPOINT_FILE, VKEY_FILE } from '../audit/index.ts';
import { UsageError } from '../core/error.ts';
import type { ObjectStore } from '../core/object-store.ts';
import { LOG_KEY_KEY, NEWEST_CHECKPOINT_KEY, checkpointKey } from '../core/store-layout.ts';
import type { TrustedKey } from '../verify/index.ts';
import type { RecoveryEvidence, RecoveryFault } from './recovery-evidence.ts';
import { chosenDay, rangeFaults, storeNames, withoutDoubles } from './recovery-objects.ts';
import { proveFiles, storeTiles } from './recovery-proof.ts';
import { dayOf, restoreDay } from './recovery-restore.ts';
import { leadsTo, signedNote, sizesOf, storeKey } from './recovery-trust.ts';
import type { SignedNote } from './recovery-trust.ts';
import { writeWhole } from './state-folder.ts';

export interface RecoveryRequest {
  readonly store: ObjectStore;
  /** Made where it is missing; refused where anything is in it. */
  readonly folder: string;
  /** UTC day, `YYYY-MM-DD`; null: one is chosen by `seed`. */
  readonly day: string | null;
  /** Chance, or what an earlier evidence says. */
  readonly seed: string;
  /** Verifier keys of the log from elsewhere; none: the one in the store. */
  readonly keys: readonly TrustedKey[];
}

export interface RecoveryPorts {
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly version: string;
  readonly by: string;
  readonly host: string;
  readonly onProgress: (text: string) => void;
}

/**
 * Restores one day of a log from a store into an empty folder and proves it: each record is a leaf, at its place, of the
 * tree that the store's newest checkpoint signed; checkpoints of that day lead to the newest one; the store names each
 * record once. What is missing, damaged or not to be proven is a fault; with any, the outcome is `failed`.
 *
 * Leaves in the folder `segments/`, `checkpoint` and `log.vkey` as a log has them, so that its records can be read, and says
 * what was done. It writes nothing to the store.
 *
 * @throws {UsageError} for a folder that is not empty, and a key that is none. Nothing was done.
 * @throws {StoreFailed} where the store cannot be listed at all.
 * @throws {Error} of the operating system, where the folder cannot be written.
 */
export async function recoveryTest(request: RecoveryRequest, ports: RecoveryPorts): Promise<RecoveryEvidence> {
  const { store, folder } = request;
  const startedAtMs = ports.clock();
  makeEmptyFolder(folder);
  const faults: RecoveryFault[] = [];
  const keys = await trusted(request, faults);
  const newest = await newestCheckpoint(store, keys, faults);

  const names = await storeNames(store, (count) => ports.onProgress(`${count} objects listed`));
  faults.push(...rangeFaults(names.ranges, newest?.checkpoint.size ?? null));
  const days = overDays(names.days, startedAtMs);
  const day = request.day ?? (days.length === 0 ? null : chosenDay(days, request.seed));
  // What two objects hold is a fault already, and is restored once.
  const ranges = withoutDoubles(names.ranges.filter((range) => range.day === day));
  if (ranges.length === 0)
    faults.push(about(null, day === null ? 'the store holds no records' : 'the store holds no records of that day'));

  const restored = await restoreDay(store, ranges, folder, (name) => ports.onProgress(`restoring ${name}`));
  faults.push(...restored.faults);
  const tiles = storeTiles(store);
  const told = (count: number): void => ports.onProgress(`${count} records proven`);
  const proof =
    newest === null
      ? { restored: recordsIn(restored.files), proven: 0, faults: [] }
      : await proveFiles(folder, restored.files, tiles, newest.checkpoint, told);
  faults.push(...proof.faults);
  let earlierCheckpoints = 0;
  for (const size of newest === null ? [] : sizesOf(ranges, names.checkpoints, newest.checkpoint.size)) {
    const problem = newest === null ? null : await leadsTo(store, tiles, size, newest.checkpoint, keys);
    if (problem !== null) faults.push(about(checkpointKey(size), problem));
    earlierCheckpoints += 1;
  }
  const key = newest?.key ?? keys[0] ?? null;
  if (newest !== null) writeWhole(join(folder, CHECKPOINT_FILE), newest.bytes);
  if (key !== null) writeWhole(join(folder, VKEY_FILE), `${key.vkey}\n`);

  const named = recordsIn(ranges);
  const isWhole = faults.length === 0 && proof.proven === named && named > 0;
  const [firstDay = '', lastDay = ''] = [days[0], days.at(-1)];
  return {
    formatVersion: 1,
    kind: 'recovery-test',
    outcome: isWhole ? 'restored' : 'failed',
    tool: { name: 'sallyport', version: ports.version },
    by: ports.by,
    host: ports.host,
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs: ports.clock() - startedAtMs,
    store: store.place,
    logId: key?.verifier.name ?? null,
    key: key === null ? null : { vkey: key.vkey, isTrusted: request.keys.length > 0 },
    day,
    chosen: request.day !== null || day === null ? null : { days: days.length, firstDay, lastDay, seed: request.seed },
    checkpoint:
      newest === null
        ? null
        : { size: newest.checkpoint.size, rootHash: Buffer.from(newest.checkpoint.root).toString('hex') },
    earlierCheckpoints,
    records: { named, restored: proof.restored, proven: proof.proven },
    objects: restored.objects,
    files: restored.files,
    faults,
  };
}

function makeEmptyFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (readdirSync(folder).length > 0) {
    throw new UsageError(`\`${folder}\` is not empty`, { hint: 'name a folder that is empty, or that does not exist' });
  }
}

/** Days that are over, where there are such: of the others not all has been delivered. */
function overDays(days: readonly string[], nowMs: number): readonly string[] {
  const over = days.filter((day) => day < (dayOf(nowMs) ?? ''));
  return over.length > 0 ? over : days;
}

async function trusted({ store, keys }: RecoveryRequest, faults: RecoveryFault[]): Promise<readonly TrustedKey[]> {
  if (keys.length > 0) return keys;
  const own = await storeKey(store);
  if (typeof own !== 'string') return [own];
  faults.push(about(LOG_KEY_KEY, own));
  return [];
}

async function newestCheckpoint(
  store: ObjectStore,
  keys: readonly TrustedKey[],
  faults: RecoveryFault[],
): Promise<SignedNote | null> {
  const note = await signedNote(store, NEWEST_CHECKPOINT_KEY, keys);
  if (typeof note !== 'string') return note;
  faults.push(about(NEWEST_CHECKPOINT_KEY, note));
  return null;
}

function recordsIn(ranges: readonly { readonly firstIndex: number; readonly lastIndex: number }[]): number {
  return ranges.reduce((sum, { firstIndex, lastIndex }) => sum + lastIndex - firstIndex + 1, 0);
}

function about(object: string | null, problem: string): RecoveryFault {
  return { object, firstIndex: null, lastIndex: null, problem };
}
