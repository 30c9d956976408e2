import { emptyRoot, equalHashes, HASH_BYTES, nodeHash, type Hash } from './hash.ts';

/** A proof in a tree of at most 2^53 - 1 entries has at most one hash for each of its levels, and one more. */
const MAX_PROOF_HASHES = 54;

/**
 * Whether `proof` leads from the leaf at `index` to the root of the tree of `size` entries (RFC 9162 section 2.1.3.2).
 * Never throws: a proof of another length, or one of other things than hashes, leads nowhere.
 */
export function verifyInclusion(p: {
  readonly leaf: Hash;
  readonly index: number;
  readonly size: number;
  readonly root: Hash;
  readonly proof: readonly Hash[];
}): boolean {
  if (!isSize(p.index) || !isSize(p.size) || p.index >= p.size) return false;
  if (p.leaf.length !== HASH_BYTES || !areHashes(p.proof)) return false;
  let node = p.index;
  let last = p.size - 1;
  let hash = p.leaf;
  for (const sibling of p.proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equalHashes(hash, p.root);
}

/**
 * Whether `proof` shows that the tree of `newSize` begins with the tree of `oldSize` (RFC 9162 section 2.1.4.2).
 * The empty tree begins every tree, and a tree begins itself; both take an empty proof. Never throws.
 */
export function verifyConsistency(p: {
  readonly oldSize: number;
  readonly oldRoot: Hash;
  readonly newSize: number;
  readonly newRoot: Hash;
  readonly proof: readonly Hash[];
}): boolean {
  if (!isSize(p.oldSize) || !isSize(p.newSize) || p.oldSize > p.newSize || !areHashes(p.proof)) return false;
  if (p.oldRoot.length !== HASH_BYTES || p.newRoot.length !== HASH_BYTES) return false;
  if (p.oldSize === 0 && !equalHashes(p.oldRoot, emptyRoot())) return false;
  if (p.oldSize === p.newSize) return p.proof.length === 0 && equalHashes(p.oldRoot, p.newRoot);
  if (p.oldSize === 0) return p.proof.length === 0;
  return leadsToBoth(p);
}

function leadsToBoth(p: {
  readonly oldSize: number;
  readonly oldRoot: Hash;
  readonly newSize: number;
  readonly newRoot: Hash;
  readonly proof: readonly Hash[];
}): boolean {
  let node = p.oldSize - 1;
  let last = p.newSize - 1;
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  // Where the old tree is perfect, the proof leaves its root out: it is the hash to start from.
  const path = node === 0 ? [p.oldRoot, ...p.proof] : p.proof;
  const [start, ...rest] = path;
  if (start === undefined) return false;
  let oldHash = start;
  let newHash = start;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equalHashes(oldHash, p.oldRoot) && equalHashes(newHash, p.newRoot);
}

// Not a shift: indexes go up to 2^53, and a shift would cut them to 32 bits.
function half(value: number): number {
  return Math.floor(value / 2);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function areHashes(proof: readonly Hash[]): boolean {
  return proof.length <= MAX_PROOF_HASHES && proof.every((hash) => hash.length === HASH_BYTES);
}
