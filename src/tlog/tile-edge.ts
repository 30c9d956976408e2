import { TileHasher } from './batch.ts';
import { HASH_BYTES, type Hash } from './hash.ts';
import { TILE_WIDTH, type TileId } from './tile-path.ts';
import { levelCounts } from './tiles.ts';

/** A tile with its hashes. */
export interface Tile extends TileId {
  readonly bytes: Uint8Array;
}

/**
 * The unfinished tiles at the right edge of a tree: takes leaf hashes, gives tiles as they fill, and the partial ones for
 * a checkpoint at any time. Needs memory for one tile a level.
 */
export class TileEdge {
  readonly #hasher = new TileHasher();
  readonly #levels: { tile: Buffer; width: number; index: number }[] = [];
  #size: number;

  /**
   * @param partials the partial tiles of a tree of `size` entries, one for each level that does not end with a full tile.
   * @throws {TypeError} where one of them is missing, or has another width.
   */
  constructor(size = 0, partials: readonly Tile[] = []) {
    this.#size = size;
    for (const [level, count] of levelCounts(size).entries()) {
      const edge = this.#level(level);
      edge.index = Math.floor(count / TILE_WIDTH);
      edge.width = count % TILE_WIDTH;
      if (edge.width === 0) continue;
      const given = partials.find((tile) => tile.level === level && tile.index === edge.index);
      if (given?.bytes.length !== edge.width * HASH_BYTES) {
        throw new TypeError(`a tree of ${size} entries ends in a tile of ${edge.width} hashes at level ${level}`);
      }
      edge.tile.set(given.bytes);
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Adds one leaf, and gives the tiles that it filled, lowest level first: mostly none. */
  append(leaf: Hash): readonly Tile[] {
    if (leaf.length !== HASH_BYTES) throw new TypeError(`a leaf hash of ${leaf.length} bytes`);
    const filled: Tile[] = [];
    this.#size += 1;
    let hash: Hash | null = leaf;
    for (let level = 0; hash !== null; level += 1) {
      const edge = this.#level(level);
      edge.tile.set(hash, edge.width * HASH_BYTES);
      edge.width += 1;
      hash = null;
      if (edge.width === TILE_WIDTH) {
        filled.push({ level, index: edge.index, width: TILE_WIDTH, bytes: Uint8Array.from(edge.tile) });
        hash = this.#hasher.root(edge.tile);
        edge.width = 0;
        edge.index += 1;
      }
    }
    return filled;
  }

  /** The partial tiles of the tree as it is now, lowest level first; copies. */
  partials(): readonly Tile[] {
    return this.#levels.flatMap(({ tile, width, index }, level) =>
      width === 0 ? [] : [{ level, index, width, bytes: Uint8Array.from(tile.subarray(0, width * HASH_BYTES)) }],
    );
  }

  #level(level: number): { tile: Buffer; width: number; index: number } {
    return (this.#levels[level] ??= { tile: Buffer.alloc(TILE_WIDTH * HASH_BYTES), width: 0, index: 0 });
  }
}
