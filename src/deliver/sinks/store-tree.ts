import { StoreFailed } from '../../core/error.ts';
import { LOG_KEY_KEY, NEWEST_CHECKPOINT_KEY, checkpointKey } from '../../core/store-layout.ts';
import { parseCheckpoint } from '../../tlog/index.ts';
import type { Checkpoint } from '../../tlog/index.ts';
import type { DeliveredTree } from '../sink.ts';
import type { StoreContents } from './store-contents.ts';

/** Tiles that are on their way at one time. */
const TILES_AT_A_TIME = 8;
const TILE_TYPE = 'application/octet-stream';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/**
 * Puts a tree into a store: tiles first, so that a checkpoint that is there is one that can be checked, and the name of the newest last.
 *
 * @throws {StoreFailed} `STORE_CONFLICT` where the store holds another tree of that log: a tile or a checkpoint that differs, or
 *   a newer checkpoint. Somebody then has two histories of one log, or an older copy of its folder.
 */
export async function putTree(contents: StoreContents, tree: DeliveredTree, signal: AbortSignal): Promise<void> {
  await contents.put(LOG_KEY_KEY, Buffer.from(tree.vkey), TEXT_TYPE, signal);
  await putTiles(contents, tree.tiles, signal);
  await putCheckpoint(contents, tree, signal);
  if ((await newestSize(contents, tree, signal)) < tree.size) {
    await contents.replace(NEWEST_CHECKPOINT_KEY, tree.checkpoint, TEXT_TYPE, signal);
  }
}

async function putTiles(contents: StoreContents, tiles: DeliveredTree['tiles'], signal: AbortSignal): Promise<void> {
  const putting = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const put = async (path: string, bytes: Uint8Array): Promise<void> => {
    try {
      await contents.put(path, bytes, TILE_TYPE, signal);
    } catch (error) {
      failures.push(error);
    }
  };
  try {
    for await (const { path, bytes } of tiles) {
      if (failures.length > 0) break;
      const ends: Promise<void> = put(path, bytes).finally(() => putting.delete(ends));
      putting.add(ends);
      if (putting.size >= TILES_AT_A_TIME) await Promise.race(putting);
    }
  } finally {
    // Nothing of this tree is under way any more once it has failed.
    await Promise.all(putting);
  }
  if (failures.length > 0) throw failures[0];
}

/** The same tree may be signed again, by another witness for example: what was put first stays. */
async function putCheckpoint(contents: StoreContents, tree: DeliveredTree, signal: AbortSignal): Promise<void> {
  const key = checkpointKey(tree.size);
  try {
    await contents.put(key, tree.checkpoint, TEXT_TYPE, signal);
  } catch (error) {
    if (!(error instanceof StoreFailed) || error.code !== 'STORE_CONFLICT') throw error;
    const held = await contents.store.get(key, undefined, signal);
    if (held === null || signedText(held) !== signedText(tree.checkpoint)) throw error;
  }
}

/** The newest checkpoint that the store names, its signature unread. @throws {StoreFailed} where it is none. */
export async function newestHead(contents: StoreContents, signal: AbortSignal): Promise<Checkpoint | null> {
  const held = await contents.store.get(NEWEST_CHECKPOINT_KEY, undefined, signal);
  if (held === null) return null;
  const head = parseCheckpoint(signedText(held));
  if (head !== null) return head;
  throw new StoreFailed('STORE_CONFLICT', `${contents.store.place}: \`${NEWEST_CHECKPOINT_KEY}\` is no checkpoint`);
}

/** Records under the newest checkpoint that the store names; -1 where it names none. */
async function newestSize(contents: StoreContents, tree: DeliveredTree, signal: AbortSignal): Promise<number> {
  const size = (await newestHead(contents, signal))?.size ?? -1;
  if (size > tree.size) {
    const place = `${contents.store.place}: \`${NEWEST_CHECKPOINT_KEY}\``;
    throw new StoreFailed('STORE_CONFLICT', `${place} is of ${size} records, more than the ${tree.size} of this log`, {
      hint: 'the folder of the log was put back to an older state, or another host delivers the same log',
    });
  }
  return size;
}

/** The text of a note: all before the empty line and the signatures. */
function signedText(note: Uint8Array): string {
  const text = Buffer.from(note.buffer, note.byteOffset, note.byteLength).toString('utf8');
  return text.slice(0, text.indexOf('\n\n') + 1);
}
