import { hash } from 'node:crypto';

/** A SHA-256 digest, 32 bytes: a leaf, a node or the root of a tree. */
export type Hash = Uint8Array;

export const HASH_BYTES = 32;

// RFC 6962 section 2.1: the prefixes keep an entry from being passed off as a node, and a node as an entry.
const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** Hash of a log entry, as it stands in the tree: SHA-256(0x00 || entry). */
export function leafHash(entry: Uint8Array): Hash {
  const input = Buffer.allocUnsafe(1 + entry.length);
  input[0] = LEAF_PREFIX;
  input.set(entry, 1);
  return sha256(input);
}

/** Hash of an inner node: SHA-256(0x01 || left || right). */
export function nodeHash(left: Hash, right: Hash): Hash {
  const input = Buffer.allocUnsafe(1 + 2 * HASH_BYTES);
  input[0] = NODE_PREFIX;
  input.set(left, 1);
  input.set(right, 1 + HASH_BYTES);
  return sha256(input);
}

/** Root of the tree without entries: the hash of no bytes. */
export function emptyRoot(): Hash {
  return sha256(new Uint8Array(0));
}

/** Whether two hashes are the same 32 bytes. What is not 32 bytes long equals nothing. */
export function equalHashes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === HASH_BYTES && Buffer.compare(a, b) === 0;
}

/** SHA-256 of bytes that carry their prefix already. */
export function sha256(bytes: Uint8Array): Hash {
  // Through a string of one character a byte: a third of the time that the 'buffer' form of the same call takes.
  return Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');
}
