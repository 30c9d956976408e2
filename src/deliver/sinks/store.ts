import { StoreFailed } from '../../core/error.ts';
import type { ObjectStore } from '../../core/object-store.ts';
import { isAsStrong } from '../../core/object-store.ts';
import { RECORDS_START, parseRecordsKey, recordsKey } from '../../core/store-layout.ts';
import type { RecordsObject } from '../../core/store-layout.ts';
import { ALL_TAKEN } from '../sink.ts';
import type { BatchLimits, Sink, SinkAnswer, SinkBatch } from '../sink.ts';
import { isGzipOf, sameGzip } from './same-gzip.ts';
import { StoreContents } from './store-contents.ts';
import type { Retention } from './store-contents.ts';
import { newestHead, putTree } from './store-tree.ts';

/** Where a log is delivered to, and how what is put there is kept. */
export interface StoreSinkOptions {
  /** Closed with the sink. */
  readonly store: ObjectStore;
  /** Null where nothing locks objects but the store's own settings. */
  readonly retention: Retention | null;
  readonly nowMs: () => number;
}

/** About one object a minute, or one for each 8 MiB of lines when there is a lot: few objects, and little that is held in memory. */
const LIMITS: BatchLimits = { maxRecords: 20_000, maxBytes: 8 * 1024 * 1024, maxAgeMs: 60_000 };

// Not a `Content-Encoding`: readers that undo one by themselves would then find no gzip under a name that says so.
const RECORDS_TYPE = 'application/gzip';

/**
 * Delivers the log itself: its lines, tiles and checkpoints, as an auditor reads and verifies them. The same range of records has
 * the same key each time, and nothing that is there is replaced.
 *
 * A key that holds something else is not passed over: the sink fails until somebody has looked at the store.
 */
export function storeSink({ store, retention, nowMs }: StoreSinkOptions): Sink {
  const contents = new StoreContents(store, retention, nowMs);
  return {
    limits: LIMITS,
    store: {
      putTree: async (tree, signal) => await putTree(contents, tree, signal),
      newestHead: async (signal) => await newestHead(contents, signal),
      heldRecords: async (logId, signal) => {
        await contents.checkOwner(logId, signal);
        return await heldRecords(store, signal);
      },
    },
    deliver: async (batch, signal) => {
      await contents.checkOwner(batch.logId, signal);
      return await putRecords(contents, batch, signal);
    },
    close: async () => store.close(),
  };
}

async function putRecords(contents: StoreContents, batch: SinkBatch, signal: AbortSignal): Promise<SinkAnswer> {
  if (batch.records.length !== batch.lastIndex - batch.firstIndex + 1) {
    throw new TypeError('a store is given every record of a range');
  }
  const newline = Buffer.from('\n');
  const lines = Buffer.concat(batch.records.flatMap(({ line }) => [line, newline]));
  const key = recordsKey(batch);
  try {
    await contents.put(key, await sameGzip(lines), RECORDS_TYPE, signal);
  } catch (error) {
    if (!(error instanceof StoreFailed) || error.code !== 'STORE_CONFLICT') throw error;
    // Another build of zlib, before an update for example, compresses the same lines to other bytes.
    const held = await contents.store.get(key, undefined, signal);
    if (held === null || !(await isGzipOf(held, lines))) throw error;
    const lock = (await contents.store.head(key, signal))?.lock ?? null;
    if (!isAsStrong(lock, contents.lock())) throw error;
  }
  return ALL_TAKEN;
}

async function heldRecords(store: ObjectStore, signal: AbortSignal): Promise<number> {
  let held = 0;
  // A clock that was set back files records under an earlier day, so keys need not follow each other as records do.
  const later: RecordsObject[] = [];
  for await (const { key } of store.list(RECORDS_START, signal)) {
    const range = parseRecordsKey(key);
    if (range === null) continue;
    if (range.firstIndex <= held) held = Math.max(held, range.lastIndex + 1);
    else later.push(range);
  }
  for (const { firstIndex, lastIndex } of later.sort((a, b) => a.firstIndex - b.firstIndex)) {
    if (firstIndex > held) break;
    held = Math.max(held, lastIndex + 1);
  }
  return held;
}
