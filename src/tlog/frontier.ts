import { emptyRoot, HASH_BYTES, nodeHash, type Hash } from './hash.ts';

/**
 * The right edge of a tree: all that appending needs. Holds one root for each perfect subtree that the entries fall into,
 * as many as the size has ones in binary.
 */
export class Frontier {
  #size: number;
  /** INVARIANT: one hash for each one bit of `#size`, the largest subtree first. */
  readonly #hashes: Hash[];

  /**
   * @param hashes roots of the perfect subtrees, largest first; copied.
   * @throws {TypeError} where their number does not fit the size.
   */
  constructor(size = 0, hashes: readonly Hash[] = []) {
    if (!Number.isSafeInteger(size) || size < 0) throw new TypeError(`${size} is no size of a tree`);
    if (hashes.length !== perfectSubtrees(size).length || hashes.some((hash) => hash.length !== HASH_BYTES)) {
      throw new TypeError(`these are not the subtree roots of a tree of ${size} entries`);
    }
    this.#size = size;
    this.#hashes = hashes.map((hash) => Uint8Array.from(hash));
  }

  get size(): number {
    return this.#size;
  }

  /** Adds one leaf. @throws {TypeError} beyond 2^53 - 1 entries, or where `leaf` is no hash. */
  append(leaf: Hash): void {
    if (leaf.length !== HASH_BYTES) throw new TypeError(`a leaf hash of ${leaf.length} bytes`);
    if (this.#size === Number.MAX_SAFE_INTEGER) throw new TypeError('the tree is full');
    let hash = leaf;
    for (let size = this.#size; size % 2 === 1; size = Math.floor(size / 2)) {
      const left = this.#hashes.pop();
      if (left === undefined) throw new TypeError('the frontier has lost a subtree');
      hash = nodeHash(left, hash);
    }
    this.#hashes.push(hash);
    this.#size += 1;
  }

  /** Root of the tree as it is now. */
  root(): Hash {
    return this.#hashes.length === 0 ? emptyRoot() : foldRight(this.#hashes);
  }

  /** Roots of the perfect subtrees, largest first: what the constructor takes. */
  hashes(): readonly Hash[] {
    return [...this.#hashes];
  }
}

/** Sizes of the perfect subtrees of a tree of that many entries, largest first: the powers of two in its binary form. */
export function perfectSubtrees(size: number): readonly number[] {
  const sizes: number[] = [];
  let power = 1;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) sizes.unshift(power);
    power *= 2;
  }
  return sizes;
}

/** Root over perfect subtrees given largest first: each smaller one hangs to the right of the ones before it. */
export function foldRight(hashes: readonly Hash[]): Hash {
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}
