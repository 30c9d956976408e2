import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { Frontier } from './frontier.ts';
import { leafHash, type Hash } from './hash.ts';
import { TileEdge } from './tile-edge.ts';
import { tilePath } from './tile-path.ts';
import type { TileReader } from './tiles.ts';

/** A tree for tests, in memory: entries, their leaves, and all tiles by path. */
export interface SampleTree extends TileReader {
  readonly leaves: readonly Hash[];
  readonly root: Hash;
  readonly tiles: Map<string, Uint8Array>;
}

/** A tree over the given entries, with the tiles of its size. */
export function sampleTree(entries: readonly Uint8Array[]): SampleTree {
  const leaves = entries.map(leafHash);
  const frontier = new Frontier();
  const edge = new TileEdge();
  const tiles = new Map<string, Uint8Array>();
  const keep = ({
    level,
    index,
    width,
    bytes,
  }: {
    level: number;
    index: number;
    width: number;
    bytes: Uint8Array;
  }): void => {
    tiles.set(tilePath(level, index, width), bytes);
  };
  for (const leaf of leaves) {
    frontier.append(leaf);
    edge.append(leaf).forEach(keep);
  }
  edge.partials().forEach(keep);
  return {
    leaves,
    root: frontier.root(),
    tiles,
    readTile: (level, index, width) => Promise.resolve(tiles.get(tilePath(level, index, width)) ?? null),
  };
}

/** `size` entries, no two alike. */
export function sampleEntries(size: number): readonly Uint8Array[] {
  return Array.from({ length: size }, (_, index) => Buffer.from(`entry ${index}`));
}

/** An Ed25519 key made from a number: the same one at each run, and no secret. */
export function sampleKey(number: number): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  // PKCS #8 of an Ed25519 key: a fixed head, then the 32 bytes of the seed.
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, number)]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
