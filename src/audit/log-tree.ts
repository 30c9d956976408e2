import type { Sha256 } from '../core/ids.ts';
import { TileEdge, rootAt } from '../tlog/index.ts';
import type { Hash, Tile } from '../tlog/index.ts';

/** The Merkle tree over the records of a log, held as its right edge and the tiles that were not taken yet. */
export class LogTree {
  readonly #edge: TileEdge;
  readonly #leaves: Sha256[] = [];
  #filled: Tile[] = [];

  /** Takes over `edge`; an empty tree where absent. */
  constructor(edge: TileEdge = new TileEdge()) {
    this.#edge = edge;
  }

  /** Records, those that wait to be folded in included. */
  get size(): number {
    return this.#edge.size + this.#leaves.length;
  }

  /** Adds leaf hashes. It costs next to nothing: they wait for {@link fold}. */
  add(leaves: readonly Sha256[]): void {
    for (const leaf of leaves) this.#leaves.push(leaf);
  }

  /** Folds in what waits, in about 3 µs a record. */
  fold(): void {
    for (const leaf of this.#leaves.splice(0)) this.#filled.push(...this.#edge.append(Buffer.from(leaf, 'hex')));
  }

  /** What a checkpoint over the tree of this moment needs. */
  snapshot(): TreeSnapshot {
    this.fold();
    return { size: this.#edge.size, filled: [...this.#filled], partials: this.#edge.partials() };
  }

  /** Forgets full tiles of a snapshot, which the caller has stored. */
  forget(stored: readonly Tile[]): void {
    const gone = new Set(stored);
    this.#filled = this.#filled.filter((tile) => !gone.has(tile));
  }
}

/** A tree at one moment. */
export interface TreeSnapshot {
  readonly size: number;
  /** Full tiles that were not stored yet. */
  readonly filled: readonly Tile[];
  /** All partial tiles. */
  readonly partials: readonly Tile[];
}

/** Root of the tree. The partial tiles alone hold it: each full tile has its hash in the level above. */
export async function snapshotRoot({ size, partials }: TreeSnapshot): Promise<Hash> {
  const readTile = (level: number, index: number): Promise<Uint8Array | null> =>
    Promise.resolve(partials.find((tile) => tile.level === level && tile.index === index)?.bytes ?? null);
  return await rootAt({ readTile }, size);
}
