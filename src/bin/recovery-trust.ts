import { StoreFailed, TileUnusable } from '../core/error.ts';
import type { ObjectStore } from '../core/object-store.ts';
import { LOG_KEY_KEY, checkpointKey } from '../core/store-layout.ts';
import { MAX_NOTE_BYTES, consistencyProof, decodeNote, openCheckpoint, verifyConsistency } from '../tlog/index.ts';
import type { Checkpoint, TileReader } from '../tlog/index.ts';
import { trustedKey } from '../verify/index.ts';
import type { TrustedKey } from '../verify/index.ts';
import type { StoredRange } from './recovery-objects.ts';

const MAX_VKEY_BYTES = 1_024;
/** A day has 1,440 minutes, and a sink delivers about one checkpoint a minute. */
const MAX_EARLIER_CHECKPOINTS = 2_000;

/** The key that lies in a store, or why there is none. @throws {StoreFailed} where the store cannot be asked. */
export async function storeKey(store: ObjectStore): Promise<TrustedKey | string> {
  const bytes = await store.get(LOG_KEY_KEY, { start: 0, end: MAX_VKEY_BYTES + 1 });
  if (bytes === null) return 'is missing, and no other key was given';
  return trustedKey(Buffer.from(bytes).toString('utf8'), 'log') ?? 'is no verifier key';
}

/** A checkpoint that one of the keys signed, with its bytes. */
export interface SignedNote {
  readonly bytes: Uint8Array;
  readonly checkpoint: Checkpoint;
  readonly key: TrustedKey;
}

/** Reads a checkpoint of the store; where it is none that can be relied on, says why. */
export async function signedNote(
  store: ObjectStore,
  key: string,
  keys: readonly TrustedKey[],
): Promise<SignedNote | string> {
  try {
    const bytes = await store.get(key, { start: 0, end: MAX_NOTE_BYTES + 1 });
    if (bytes === null) return 'is missing: nothing says how many records there were';
    const note = decodeNote(bytes);
    if (note === null) return 'is no signed note';
    for (const one of keys) {
      const opened = openCheckpoint(note, one.verifier);
      if (opened !== null) return { bytes, checkpoint: opened.checkpoint, key: one };
    }
    return 'is not signed by a key of the log that is known';
  } catch (error) {
    if (error instanceof StoreFailed) return `cannot be read: ${error.code}`;
    throw error;
  }
}

/** Sizes of the checkpoints that were delivered while the records of a day came, and of the first one after. */
export function sizesOf(ranges: readonly StoredRange[], sizes: readonly number[], newest: number): readonly number[] {
  const first = ranges[0]?.firstIndex ?? Infinity;
  const end = ranges.reduce((most, { lastIndex }) => Math.max(most, lastIndex + 1), 0);
  const within = sizes.filter((size) => size > first && size <= end);
  const after = sizes.find((size) => size > end);
  return [...within, ...(after === undefined ? [] : [after])]
    .filter((size) => size <= newest)
    .slice(-MAX_EARLIER_CHECKPOINTS);
}

/** Why an earlier checkpoint is not one of the same log; null where the newest one goes on from it. */
export async function leadsTo(
  store: ObjectStore,
  tiles: TileReader,
  size: number,
  newest: Checkpoint,
  keys: readonly TrustedKey[],
): Promise<string | null> {
  const opened = await signedNote(store, checkpointKey(size), keys);
  if (typeof opened === 'string') return opened;
  const { checkpoint } = opened;
  if (checkpoint.size !== size) return 'is of another size than its name says';
  try {
    const proof = await consistencyProof(tiles, size, newest.size);
    const roots = { oldRoot: checkpoint.root, newRoot: newest.root };
    const isSame = verifyConsistency({ oldSize: size, newSize: newest.size, ...roots, proof });
    return isSame ? null : 'is of another history than the newest checkpoint, or a tile is wrong';
  } catch (error) {
    if (error instanceof TileUnusable || error instanceof StoreFailed) return `cannot be compared: ${error.message}`;
    throw error;
  }
}
