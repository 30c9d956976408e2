import { folderTiles } from '../audit/index.ts';
import { AuditCorrupt } from '../core/error.ts';
import {
  HASH_BYTES,
  TILE_WIDTH,
  TileHasher,
  equalHashes,
  rootAt,
  tilePath,
  tilesBetween,
  tileWidth,
} from '../tlog/index.ts';
import type { Hash, TileId, TileReader } from '../tlog/index.ts';
import type { LogSource } from './log-source.ts';
import type { TreeTile } from './tree-tile.ts';

/** Looks for one partial tile: the log may put a wider one in its place under our eyes, and each look is at most one behind. */
const LOOKS = 5;

/**
 * The tiles that a signed tree has and one of `heldSize` has not, read one by one. The log keeps the partial tiles of its
 * newest checkpoint only: those of an older one are cut out of wider ones.
 *
 * Each is known to be under the root before it is given: what a store under a lock once holds stays there.
 *
 * @throws {AuditCorrupt} where a tile is missing, too short, or not the one that was signed.
 */
export async function* treeTiles(
  source: LogSource,
  heldSize: number,
  head: { readonly size: number; readonly root: Hash },
): AsyncGenerator<TreeTile> {
  const tiles = new SignedTiles(source, head.size);
  await tiles.checkEdge(head.root);
  for (const tile of tilesBetween(heldSize, head.size)) yield { path: pathOf(tile), bytes: await tiles.signed(tile) };
}

/**
 * Root of the first `size` records of the log, by the tiles of a newer tree.
 *
 * @throws {TileUnusable} where a tile is missing.
 */
export async function rootOfFirst(source: LogSource, size: number, within: number): Promise<Hash> {
  const folder = folderTiles(source.folder);
  return await rootAt(
    { readTile: async (level, index, width) => await readTile(source, folder, { level, index, width }) },
    size,
    within,
  );
}

/** The tiles of a log's folder as the tree of one size has them. */
class SignedTiles {
  readonly #source: LogSource;
  readonly #size: number;
  readonly #folder: TileReader;
  readonly #hasher = new TileHasher();
  /** Checked tiles above the lowest level: one for 256 of the level below. */
  readonly #upper = new Map<string, Promise<Uint8Array>>();

  constructor(source: LogSource, size: number) {
    this.#source = source;
    this.#size = size;
    this.#folder = folderTiles(source.folder);
  }

  /** Checks the tiles that the root is made of: the partial ones, and the full ones that nothing stands above. */
  async checkEdge(root: Hash): Promise<void> {
    if (!equalHashes(await rootOfFirst(this.#source, this.#size, this.#size), root))
      throw damaged('tiles at the end of the log do not make the root of its checkpoint');
  }

  /** The bytes of a tile, once they are known to be under the root. */
  async signed(tile: TileId): Promise<Uint8Array> {
    if (tile.level === 0) return await this.#check(tile);
    const path = pathOf(tile);
    const checked = this.#upper.get(path) ?? this.#check(tile);
    this.#upper.set(path, checked);
    return await checked;
  }

  async #check(tile: TileId): Promise<Uint8Array> {
    const bytes = await readTile(this.#source, this.#folder, tile);
    if (bytes === null) throw damaged(`tile \`${pathOf(tile)}\` of the log is missing`);
    const [level, index] = [tile.level + 1, Math.floor(tile.index / TILE_WIDTH)];
    const width = tileWidth(level, index, this.#size);
    const at = (tile.index % TILE_WIDTH) * HASH_BYTES;
    if (tile.width < TILE_WIDTH || at >= width * HASH_BYTES) return bytes;
    const above = await this.signed({ level, index, width });
    if (!equalHashes(this.#hasher.root(bytes), above.subarray(at, at + HASH_BYTES)))
      throw damaged(`tile \`${pathOf(tile)}\` of the log is not the one that was signed`);
    return bytes;
  }
}

function damaged(message: string): AuditCorrupt {
  return new AuditCorrupt(message, {
    hint: 'check the log with `sallyport audit verify`; where its records hold, stop the daemon and remove the folder `tile`: the next start makes it anew',
  });
}

function pathOf({ level, index, width }: TileId): string {
  return tilePath(level, index, width);
}

async function readTile(
  source: LogSource,
  tiles: TileReader,
  { level, index, width }: { readonly level: number; readonly index: number; readonly width: number },
): Promise<Uint8Array | null> {
  for (let look = 0; look < LOOKS; look += 1) {
    const now = tileWidth(level, index, source.checkpoint()?.size ?? 0);
    for (const there of new Set([width, Math.max(now, width), TILE_WIDTH])) {
      const bytes = await tiles.readTile(level, index, there);
      if (bytes !== null && bytes.length === there * HASH_BYTES) return bytes.subarray(0, width * HASH_BYTES);
    }
  }
  return null;
}
