import { foldRight, perfectSubtrees } from './frontier.ts';
import { TileSource, type TileReader } from './tiles.ts';
import { emptyRoot, type Hash } from './hash.ts';
import { TILE_HEIGHT, TILE_WIDTH } from './tile-path.ts';

/**
 * Root of the tree of the first `size` entries, from the tiles of a tree of `within` entries. Partial tiles of an older size
 * are mostly gone: a caller that wants an older root says which size has its tiles still.
 *
 * @throws {TypeError} where `within` is below `size`.
 * @throws {TileUnusable} where a tile that it needs is missing or too short.
 */
export async function rootAt(tiles: TileReader, size: number, within: number = size): Promise<Hash> {
  checkSize(size);
  checkSize(within);
  if (within < size) throw new TypeError(`a tree of ${within} entries has no prefix of ${size}`);
  return size === 0 ? emptyRoot() : await rangeHash(new TileSource(tiles, within), 0, size);
}

/**
 * Hashes that lead from entry `index` to the root of the tree of `size` entries (RFC 6962 section 2.1.1), lowest first.
 *
 * @throws {TypeError} where the tree has no such entry.
 * @throws {TileUnusable} where a tile that it needs is missing or too short.
 */
export async function inclusionProof(tiles: TileReader, index: number, size: number): Promise<readonly Hash[]> {
  checkSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new TypeError(`a tree of ${size} entries has no entry ${index}`);
  }
  const source = new TileSource(tiles, size);
  const proof: Promise<Hash>[] = [];
  let [low, high] = [0, size];
  while (high - low > 1) {
    const middle = low + split(high - low);
    if (index < middle) {
      proof.unshift(rangeHash(source, middle, high));
      high = middle;
    } else {
      proof.unshift(rangeHash(source, low, middle));
      low = middle;
    }
  }
  return await Promise.all(proof);
}

/**
 * Hashes that show the tree of `newSize` to begin with the tree of `oldSize` (RFC 6962 section 2.1.2), lowest first.
 * Empty from size 0, and between a tree and itself.
 *
 * @throws {TypeError} where `oldSize` is above `newSize`.
 * @throws {TileUnusable} where a tile that it needs is missing or too short.
 */
export async function consistencyProof(tiles: TileReader, oldSize: number, newSize: number): Promise<readonly Hash[]> {
  checkSize(oldSize);
  checkSize(newSize);
  if (oldSize > newSize) throw new TypeError(`a tree of ${newSize} entries has no prefix of ${oldSize}`);
  if (oldSize === 0 || oldSize === newSize) return [];
  const source = new TileSource(tiles, newSize);
  const proof: Promise<Hash>[] = [];
  let [low, high] = [0, newSize];
  while (high !== oldSize) {
    const middle = low + split(high - low);
    if (oldSize <= middle) {
      proof.unshift(rangeHash(source, middle, high));
      high = middle;
    } else {
      proof.unshift(rangeHash(source, low, middle));
      low = middle;
    }
  }
  // Where the old tree is a perfect subtree of the new one, its root is known to whoever checks and left out.
  if (low !== 0) proof.unshift(rangeHash(source, low, high));
  return await Promise.all(proof);
}

/** Largest power of two below `count`: how many entries the left subtree takes. */
function split(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** Hash over the entries from `low` to `high`, where `low` is a multiple of the power of two that spans the range. */
async function rangeHash(source: TileSource, low: number, high: number): Promise<Hash> {
  const hashes: Promise<Hash>[] = [];
  let start = low;
  for (const size of perfectSubtrees(high - low)) {
    hashes.push(subtreeHash(source, start, size));
    start += size;
  }
  return foldRight(await Promise.all(hashes));
}

/** Root of the perfect subtree of `size` entries that begins at `start`: the reduction of a stretch of one tile. */
async function subtreeHash(source: TileSource, start: number, size: number): Promise<Hash> {
  const level = Math.floor(Math.log2(size) / TILE_HEIGHT);
  const entriesPerHash = TILE_WIDTH ** level;
  return await source.rootOf(level, start / entriesPerHash, size / entriesPerHash);
}

function checkSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new TypeError(`${size} is no size of a tree`);
}
