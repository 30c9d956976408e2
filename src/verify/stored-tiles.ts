import { HASH_BYTES, tilePath } from '../tlog/index.ts';
import { readFailure } from './file-tree.ts';
import type { FileTree } from './file-tree.ts';
import type { Inventory } from './inventory.ts';

/** A tile as it was found. */
export interface StoredTile {
  readonly name: string;
  readonly width: number;
  /** Null where it could not be read or is not of the length that its name says; `problem` then tells. */
  readonly bytes: Uint8Array | null;
  readonly problem: string | null;
}

/** The tiles that are there, in the order in which the tree is built, each read once. */
export class StoredTiles {
  readonly #tree: FileTree;
  readonly #widths: Inventory['tiles'];
  readonly #ahead = new Map<number, Promise<readonly StoredTile[]>>();
  readonly #seen = new Set<string>();

  constructor(tree: FileTree, inventory: Inventory) {
    this.#tree = tree;
    this.#widths = inventory.tiles;
  }

  /** What is there of one tile: the full one, and those of earlier ends of the tree. Narrowest first. */
  async at(level: number, index: number): Promise<readonly StoredTile[]> {
    this.#seen.add(`${level}/${index}`);
    if (level > 0 || this.#tree.parallelReads === 1) return await this.#read(level, index);
    for (let next = index; next < index + this.#tree.parallelReads; next += 1) {
      if (!this.#ahead.has(next) && this.#widths.has(`0/${next}`)) this.#ahead.set(next, this.#read(0, next));
    }
    const tiles = await (this.#ahead.get(index) ?? []);
    this.#ahead.delete(index);
    return tiles;
  }

  has(level: number, index: number): boolean {
    return this.#widths.has(`${level}/${index}`);
  }

  /** Tiles that nobody asked for: they lie outside of the tree. */
  unread(): readonly string[] {
    return [...this.#widths].flatMap(([place, widths]) =>
      this.#seen.has(place) ? [] : widths.map((width) => nameOf(place, width)),
    );
  }

  async #read(level: number, index: number): Promise<readonly StoredTile[]> {
    const widths = this.#widths.get(`${level}/${index}`) ?? [];
    return await Promise.all(widths.map((width) => this.#readOne(tilePath(level, index, width), width)));
  }

  async #readOne(name: string, width: number): Promise<StoredTile> {
    try {
      const bytes = await this.#tree.read(name, width * HASH_BYTES);
      if (bytes === null) return { name, width, bytes, problem: 'is gone' };
      if (bytes.length === width * HASH_BYTES) return { name, width, bytes, problem: null };
      return { name, width, bytes: null, problem: `is ${bytes.length} bytes long, not ${width * HASH_BYTES}` };
    } catch (error) {
      return { name, width, bytes: null, problem: `cannot be read: ${readFailure(error)}` };
    }
  }
}

function nameOf(place: string, width: number): string {
  const [level = '', index = ''] = place.split('/');
  return tilePath(Number(level), Number(index), width);
}
