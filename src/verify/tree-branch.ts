import { emptyRoot, equalHashes, HASH_BYTES, TILE_WIDTH, TileEdge, TileHasher } from '../tlog/index.ts';
import type { Hash, Tile } from '../tlog/index.ts';

/** A tree as it would be if one of two witnesses, the records or the stored tiles, were right wherever they differ. */
export class TreeBranch {
  readonly #hasher = new TileHasher();
  /** The tree above the tiles of level 0: its leaves are their roots. */
  readonly #upper: TileEdge;
  readonly #roots: Map<number, Hash>;

  constructor(upper = new TileEdge(), roots: ReadonlyMap<number, Hash> = new Map()) {
    this.#upper = upper;
    this.#roots = new Map(roots);
  }

  /** Another branch that is the same so far. */
  fork(): TreeBranch {
    return new TreeBranch(new TileEdge(this.#upper.size, this.#upper.partials()), this.#roots);
  }

  /** Root of the tree of that many entries; null where that size was not asked for, or not reached. */
  rootAt(size: number): Hash | null {
    return size === 0 ? emptyRoot() : (this.#roots.get(size) ?? null);
  }

  fits(size: number, root: Hash): boolean {
    const own = this.rootAt(size);
    return own !== null && equalHashes(own, root);
  }

  /** Root of the subtree under a tile of level 0. */
  tileRoot(leaves: Uint8Array): Hash {
    return this.#hasher.root(leaves);
  }

  /** Keeps the root for a size that ends inside of the tile of level 0 that comes next, or with it. */
  keepRoot(size: number, leaves: Uint8Array): void {
    let carry: Hash | null = null;
    for (const row of [leaves, ...this.#rows()]) {
      // The unfinished right end of a level is one more node of the level above.
      const nodes: Uint8Array = carry === null ? row : Buffer.concat([row, carry]);
      if (nodes.length > 0) carry = this.#hasher.root(nodes);
    }
    if (carry !== null) this.#roots.set(size, carry);
  }

  /** Adds a full tile of level 0. Gives the tiles above that it filled, with their levels in the whole tree. */
  append(leaves: Uint8Array): readonly Tile[] {
    return this.#upper.append(this.#hasher.root(leaves)).map((tile) => ({ ...tile, level: tile.level + 1 }));
  }

  /** The unfinished tiles above level 0. */
  partials(): readonly Tile[] {
    return this.#upper.partials().map((tile) => ({ ...tile, level: tile.level + 1 }));
  }

  /** Hashes at the end of each level above 0, from below. */
  #rows(): readonly Uint8Array[] {
    const rows: Uint8Array[] = [];
    for (const { level, bytes } of this.#upper.partials()) {
      while (rows.length < level) rows.push(new Uint8Array(0));
      rows.push(bytes);
    }
    return rows;
  }
}

/** Bytes of a full tile. */
export const TILE_BYTES = TILE_WIDTH * HASH_BYTES;
