import { TileUnusable } from '../core/error.ts';
import { TileHasher } from './batch.ts';
import { HASH_BYTES, type Hash } from './hash.ts';
import { TILE_WIDTH, tilePath, type TileId } from './tile-path.ts';

/** Where tiles are read from. What it gives is not trusted: whoever asks compares the root that comes out. */
export interface TileReader {
  /** Full or partial tile: `width` hashes, or null where it is absent. */
  readTile(level: number, index: number, width: number): Promise<Uint8Array | null>;
}

/** The last tile of each level in a tree of that size: partial, or full where the level ends with one. */
export function tilesOf(size: number): readonly TileId[] {
  return levelCounts(size).map((count, level) => {
    const width = count % TILE_WIDTH;
    return width === 0
      ? { level, index: count / TILE_WIDTH - 1, width: TILE_WIDTH }
      : { level, index: Math.floor(count / TILE_WIDTH), width };
  });
}

/**
 * The tiles that a tree of `newSize` has and one of `oldSize` has not: full ones, and the partial ones at its right edge.
 * Level by level, in the order of their indexes. With an old size of 0 these are all tiles of the tree.
 */
export function* tilesBetween(oldSize: number, newSize: number): Generator<TileId> {
  const before = levelCounts(oldSize);
  for (const [level, count] of levelCounts(newSize).entries()) {
    const had = before[level] ?? 0;
    if (had === count) continue;
    const full = Math.floor(count / TILE_WIDTH);
    for (let index = Math.floor(had / TILE_WIDTH); index < full; index += 1) yield { level, index, width: TILE_WIDTH };
    if (count % TILE_WIDTH !== 0) yield { level, index: full, width: count % TILE_WIDTH };
  }
}

/** How many hashes each tile level of a tree of that size holds, from the leaves up. Empty for the empty tree. */
export function levelCounts(size: number): readonly number[] {
  const counts: number[] = [];
  for (let count = size; count > 0; count = Math.floor(count / TILE_WIDTH)) counts.push(count);
  return counts;
}

/** Width of the tile at that place in a tree of `size` entries; 0 where the tree has none there. */
export function tileWidth(level: number, index: number, size: number): number {
  const count = levelCounts(size)[level] ?? 0;
  return Math.max(0, Math.min(TILE_WIDTH, count - index * TILE_WIDTH));
}

/**
 * Reads tiles of a tree of one size, each once.
 *
 * A partial tile may be gone once the full one exists, so the full one is asked for next and cut to width.
 */
export class TileSource {
  readonly #tiles: TileReader;
  readonly #size: number;
  readonly #read = new Map<string, Promise<Uint8Array>>();
  readonly #hasher = new TileHasher();

  constructor(tiles: TileReader, size: number) {
    this.#tiles = tiles;
    this.#size = size;
  }

  /** @throws {TileUnusable} where the tile is absent or not of the length that its width says. */
  tile(level: number, index: number): Promise<Uint8Array> {
    const key = `${level}/${index}`;
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const tile = this.#load(level, index);
    this.#read.set(key, tile);
    return tile;
  }

  /** Root over `width` hashes of a tile, from the one at `first` on. @throws {TileUnusable} as {@link tile} does. */
  async rootOf(level: number, first: number, width: number): Promise<Hash> {
    const tile = await this.tile(level, Math.floor(first / TILE_WIDTH));
    const at = (first % TILE_WIDTH) * HASH_BYTES;
    return this.#hasher.root(tile.subarray(at, at + width * HASH_BYTES));
  }

  async #load(level: number, index: number): Promise<Uint8Array> {
    const width = tileWidth(level, index, this.#size);
    const bytes = (await this.#tiles.readTile(level, index, width)) ?? (await this.#fullTile(level, index, width));
    if (bytes === null) {
      throw new TileUnusable(`tile \`${tilePath(level, index, width)}\` is missing`, {
        hint: 'copy it from where the log was delivered, or let the log rebuild its tiles from its records',
      });
    }
    if (bytes.length !== width * HASH_BYTES) {
      throw new TileUnusable(
        `tile \`${tilePath(level, index, width)}\` is ${bytes.length} bytes long, not ${width * HASH_BYTES}`,
      );
    }
    return bytes;
  }

  async #fullTile(level: number, index: number, width: number): Promise<Uint8Array | null> {
    if (width === TILE_WIDTH) return null;
    const full = await this.#tiles.readTile(level, index, TILE_WIDTH);
    return full?.length === TILE_WIDTH * HASH_BYTES ? full.subarray(0, width * HASH_BYTES) : null;
  }
}
