import { hash } from 'node:crypto';
import { HASH_BYTES, type Hash } from './hash.ts';
import { TILE_WIDTH } from './tile-path.ts';

const NEWLINE = 0x0a;
const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;
const NODE_BYTES = 1 + 2 * HASH_BYTES;

/**
 * Hashes the lines of `chunk` from byte `start` on, each ended by a newline, and puts their leaf hashes one after another
 * into `into` from byte `at`. Stops at `end`, at a line without its newline, and where `into` is full.
 *
 * Byte `start - 1` must exist: each line is hashed in place, with the byte before it lent as the prefix and put back.
 *
 * @returns how many lines were hashed, and the byte behind the last newline taken.
 */
export function hashLines(
  chunk: Buffer,
  range: { readonly start: number; readonly end: number },
  into: Buffer,
  at: number,
): { readonly lines: number; readonly next: number } {
  if (range.start < 1) throw new TypeError('the first line needs a byte before it');
  const room = Math.floor((into.length - at) / HASH_BYTES);
  let lines = 0;
  let next = range.start;
  while (lines < room) {
    const newline = chunk.indexOf(NEWLINE, next);
    if (newline === -1 || newline >= range.end) break;
    const before = chunk[next - 1] ?? 0;
    chunk[next - 1] = LEAF_PREFIX;
    into.write(hash('sha256', chunk.subarray(next - 1, newline), 'binary'), at + lines * HASH_BYTES, 'latin1');
    chunk[next - 1] = before;
    lines += 1;
    next = newline + 1;
  }
  return { lines, next };
}

/**
 * Reduces tiles to their roots, in memory of its own: no garbage but one short string a node.
 *
 * Not to be shared between calls that overlap; none can, as it is synchronous.
 */
export class TileHasher {
  // One byte in front: each pair is hashed in place with the last byte of the pair before it lent as the prefix. That byte
  // was read already, and what is written lies before it.
  readonly #work = Buffer.alloc(1 + TILE_WIDTH * HASH_BYTES);
  /** The stretch of each pair with its prefix, made when first needed: making them anew would cost as much as hashing. */
  readonly #pairs: Buffer[] = [];

  /**
   * Root of the subtree whose leaves are the hashes of `tile`, of any width from 1 to 256.
   *
   * @throws {TypeError} where `tile` is no such row of hashes.
   */
  root(tile: Uint8Array): Hash {
    let width = tile.length / HASH_BYTES;
    if (!Number.isInteger(width) || width < 1 || width > TILE_WIDTH) {
      throw new TypeError(`a tile of ${tile.length} bytes is no row of 1 to ${TILE_WIDTH} hashes`);
    }
    this.#work.set(tile, 1);
    // Joining neighbours and passing an odd last one up unchanged gives the tree of RFC 6962 for every width.
    while (width > 1) {
      const joined = width >> 1;
      for (let pair = 0; pair < joined; pair += 1) this.#join(pair);
      if (width % 2 === 1) {
        const odd = 1 + (width - 1) * HASH_BYTES;
        this.#work.copyWithin(1 + joined * HASH_BYTES, odd, odd + HASH_BYTES);
      }
      width = joined + (width % 2);
    }
    return Buffer.from(this.#work.subarray(1, 1 + HASH_BYTES));
  }

  #join(pair: number): void {
    const start = pair * 2 * HASH_BYTES;
    const input = (this.#pairs[pair] ??= this.#work.subarray(start, start + NODE_BYTES));
    input[0] = NODE_PREFIX;
    this.#work.write(hash('sha256', input, 'binary'), 1 + pair * HASH_BYTES, 'latin1');
  }
}

/** Root of the subtree over one tile; {@link TileHasher} is the form for many. */
export function hashTile(tile: Uint8Array): Hash {
  return new TileHasher().root(tile);
}
