import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { QueryFailed } from '../core/error.ts';
import type { ListedObject, ObjectStore } from '../core/object-store.ts';
import { checkpointRow } from './checkpoint-row.ts';
import type { CheckpointRow } from './checkpoint-row.ts';
import { isWithin } from './day-range.ts';
import type { DayRange } from './day-range.ts';
import type { LineSource } from './line-source.ts';

/** Key of an object of records, as sinks write it. */
const RECORDS =
  /^records\/year=(?<year>[0-9]{4})\/month=(?<month>[0-9]{2})\/day=(?<day>[0-9]{2})\/(?<first>[0-9]{20})-[0-9]{20}\.ndjson\.gz$/;
const CHECKPOINT = /^checkpoints\/(?<size>[0-9]{20})$/;
/** Most bytes that are fetched for one query, packed. Ten times as many lie on the disk unpacked. */
export const MAX_FETCH_BYTES = 4 * 1024 * 1024 * 1024;
/** Bytes that one request fetches of a larger object. */
const RANGE_BYTES = 8 * 1024 * 1024;

/**
 * The lines of a store, of the days that are asked for; nothing of other days is fetched.
 *
 * @throws {QueryFailed} where that is too much.
 * @throws {StoreFailed} where the store cannot be read.
 */
export async function storeLines(store: ObjectStore, days: DayRange, folder: string): Promise<LineSource> {
  const wanted: (ListedObject & { readonly first: string })[] = [];
  for await (const listed of store.list('records/')) {
    const { year, month, day, first = '' } = RECORDS.exec(listed.key)?.groups ?? {};
    if (first !== '' && isWithin(days, Date.parse(`${year}-${month}-${day}T00:00:00Z`)))
      wanted.push({ ...listed, first });
  }
  wanted.sort((one, other) => (one.first < other.first ? -1 : one.first > other.first ? 1 : 0));
  const totalBytes = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (totalBytes > MAX_FETCH_BYTES)
    throw new QueryFailed(`${totalBytes} bytes would have to be fetched, and ${MAX_FETCH_BYTES} are the most`, {
      hint: 'name fewer days with `--from` and `--to`, or ask Athena',
    });
  return {
    totalBytes,
    checkpoints: await checkpointsIn(store),
    files: async function* () {
      for (const { key, sizeBytes } of wanted) {
        const name = key.slice(key.lastIndexOf('/') + 1);
        const path = join(folder, `packed-${name}`);
        await fetched(store, key, sizeBytes, path);
        try {
          yield { path, name, isGzip: true, isLive: false };
        } finally {
          await rm(path, { force: true });
        }
      }
    },
  };
}

async function fetched(store: ObjectStore, key: string, sizeBytes: number, path: string): Promise<void> {
  const file = createWriteStream(path, { mode: 0o600, flags: 'wx' });
  const failed = new Promise<never>((_, reject) => file.once('error', reject));
  failed.catch(() => undefined);
  for (let start = 0; start < sizeBytes; start += RANGE_BYTES) {
    const bytes = await store.get(key, { start, end: Math.min(sizeBytes, start + RANGE_BYTES) });
    if (bytes === null) throw new QueryFailed(`\`${key}\` is gone from ${store.place} since it was listed`);
    if (!file.write(bytes))
      await Promise.race([new Promise<void>((resolve) => file.once('drain', () => resolve())), failed]);
  }
  await Promise.race([new Promise<void>((resolve) => file.end(resolve)), failed]);
}

/** All by their names; the newest one is read too. */
async function checkpointsIn(store: ObjectStore): Promise<readonly CheckpointRow[]> {
  const rows: CheckpointRow[] = [];
  for await (const { key } of store.list('checkpoints/')) {
    const size = CHECKPOINT.exec(key)?.groups?.['size'];
    if (size !== undefined) rows.push({ file: key, size: Number(size), root: null });
  }
  const newest = await store.get('checkpoint');
  const row = newest === null ? null : checkpointRow('checkpoint', newest);
  return row === null ? rows : [...rows, row];
}
