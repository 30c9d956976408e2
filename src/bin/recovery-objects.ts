import { createHash } from 'node:crypto';
import type { ObjectStore } from '../core/object-store.ts';
import { RECORDS_START, checkpointKey, parseRecordsKey } from '../core/store-layout.ts';
import type { RecordsObject } from '../core/store-layout.ts';
import type { RecoveryFault } from './recovery-evidence.ts';

/** An object of records, as its key tells. */
export interface StoredRange extends RecordsObject {
  readonly key: string;
}

/** What a store says that it holds, by the names of its objects alone. */
export interface StoreNames {
  /** By first record, then by last. */
  readonly ranges: readonly StoredRange[];
  /** UTC days with records, ascending, each once. */
  readonly days: readonly string[];
  /** Sizes of the delivered checkpoints, ascending. */
  readonly checkpoints: readonly number[];
}

/** Most faults of one kind that are told one by one. */
const MAX_TOLD = 50;

const CHECKPOINTS_START = 'checkpoints/';

/** Lists a store: all its records and checkpoints, and nothing else. @throws {StoreFailed} */
export async function storeNames(store: ObjectStore, onKey: (count: number) => void): Promise<StoreNames> {
  const ranges: StoredRange[] = [];
  for await (const { key } of store.list(RECORDS_START)) {
    const range = parseRecordsKey(key);
    if (range !== null) ranges.push({ ...range, key });
    onKey(ranges.length);
  }
  const checkpoints: number[] = [];
  for await (const { key } of store.list(CHECKPOINTS_START)) {
    const size = Number(key.slice(CHECKPOINTS_START.length));
    if (Number.isSafeInteger(size) && checkpointKey(size) === key) checkpoints.push(size);
  }
  return {
    ranges: ranges.sort((a, b) => a.firstIndex - b.firstIndex || a.lastIndex - b.lastIndex),
    days: [...new Set(ranges.map(({ day }) => day))].sort(),
    checkpoints: checkpoints.sort((a, b) => a - b),
  };
}

/**
 * Chooses a day by a seed: the same for the same seed and days, each day as likely as another. Who knows the seed can check
 * that nobody chose the day.
 *
 * @param days at least one.
 */
export function chosenDay(days: readonly string[], seed: string): string {
  // 6 bytes: far more than there are days, so that none is favoured, and exact in a double.
  const number = createHash('sha256').update(seed, 'utf8').digest().readUIntBE(0, 6);
  return days[number % days.length] ?? '';
}

/** Ranges of which none holds a record that one before it holds too; in the order of the records. */
export function withoutDoubles(ranges: readonly StoredRange[]): readonly StoredRange[] {
  let next = 0;
  return ranges.filter(({ firstIndex, lastIndex }) => {
    if (firstIndex < next) return false;
    next = lastIndex + 1;
    return true;
  });
}

/**
 * Compares the names of objects with each other and with the number of records that a checkpoint is about: records that no
 * object holds, and records that two hold. A day may have gaps that objects of other days fill, where a clock was set.
 *
 * @param size records under the checkpoint; null where there is none.
 */
export function rangeFaults(ranges: readonly StoredRange[], size: number | null): readonly RecoveryFault[] {
  const faults: RecoveryFault[] = [];
  let next = 0;
  for (const { firstIndex, lastIndex, key } of ranges) {
    if (firstIndex > next) faults.push(missing(next, firstIndex - 1));
    if (firstIndex < next) {
      const last = Math.min(next - 1, lastIndex);
      faults.push({ object: key, firstIndex, lastIndex: last, problem: 'holds records that another object holds too' });
    }
    next = Math.max(next, lastIndex + 1);
  }
  if (size !== null && size > next) faults.push(missing(next, size - 1));
  const rest = faults.length - MAX_TOLD;
  if (rest <= 0) return faults;
  const more = {
    object: null,
    firstIndex: null,
    lastIndex: null,
    problem: `${rest} more ranges are missing or double`,
  };
  return [...faults.slice(0, MAX_TOLD), more];
}

function missing(firstIndex: number, lastIndex: number): RecoveryFault {
  return { object: null, firstIndex, lastIndex, problem: 'no object holds these records' };
}
