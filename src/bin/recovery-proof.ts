import { join } from 'node:path';
import { hashLine, nodeLogFileSystem, readLines } from '../audit/index.ts';
import { StoreFailed, TileUnusable } from '../core/error.ts';
import type { ObjectStore } from '../core/object-store.ts';
import { HASH_BYTES, TILE_WIDTH, inclusionProof, tilePath, tileWidth, verifyInclusion } from '../tlog/index.ts';
import type { Checkpoint, TileReader } from '../tlog/index.ts';
import type { RecoveryFault, RestoredFile } from './recovery-evidence.ts';

/** Tiles that are kept in memory: those above the leaves serve many records. */
const MAX_KEPT_TILES = 4_096;

/** The tiles of a store, each asked for once. Not trusted: the proofs made of them are compared with a signed root. */
export function storeTiles(store: ObjectStore): TileReader {
  const kept = new Map<string, Promise<Uint8Array | null>>();
  return {
    readTile: async (level, index, width) => {
      const key = tilePath(level, index, width);
      const known = kept.get(key);
      if (known !== undefined) return await known;
      const asked = store.get(key, { start: 0, end: width * HASH_BYTES + 1 });
      kept.set(key, asked);
      const [oldest] = kept.keys();
      if (kept.size > MAX_KEPT_TILES && oldest !== undefined) kept.delete(oldest);
      return await asked;
    },
  };
}

/** What came of the proof. */
export interface Proven {
  /** Lines that were read back. */
  readonly restored: number;
  /** Those of them that the checkpoint covers, each at its place. */
  readonly proven: number;
  readonly faults: readonly RecoveryFault[];
}

/**
 * Reads restored files back and shows each of their records to be a leaf of the tree that a checkpoint signed.
 *
 * For each tile of leaves one proof is computed from all hashes of the tile, so that it holds for none of them if one is
 * wrong; each record is then compared with its leaf.
 *
 * @throws {Error} of the operating system, where a file cannot be read back.
 */
export async function proveFiles(
  folder: string,
  files: readonly RestoredFile[],
  tiles: TileReader,
  checkpoint: Checkpoint,
  onRecords: (count: number) => void,
): Promise<Proven> {
  const leaves = new ProvenLeaves(tiles, checkpoint);
  const faults: RecoveryFault[] = [];
  let [restored, proven] = [0, 0];
  for (const file of files) {
    let index = file.firstIndex;
    for await (const hash of lineHashes(join(folder, file.name))) {
      const problem = await leaves.problem(index, hash);
      if (problem === null) proven += 1;
      else addFault(faults, index, problem);
      restored += 1;
      index += 1;
      onRecords(restored);
    }
    if (index !== file.lastIndex + 1) addFault(faults, index, 'the restored file was changed while it was read back');
  }
  return { restored, proven, faults };
}

/** Records one after another with the same problem are one fault. */
function addFault(faults: RecoveryFault[], index: number, problem: string): void {
  const last = faults.at(-1);
  if (last !== undefined && last.problem === problem && last.lastIndex === index - 1) {
    faults[faults.length - 1] = { ...last, lastIndex: index };
  } else faults.push({ object: null, firstIndex: index, lastIndex: index, problem });
}

async function* lineHashes(path: string): AsyncGenerator<string> {
  const file = await nodeLogFileSystem().open(path, 'read');
  try {
    for await (const lines of readLines(file)) for (const { bytes } of lines) yield hashLine(bytes);
  } finally {
    await file.close();
  }
}

/** The leaves of a signed tree, tile by tile. */
class ProvenLeaves {
  readonly #tiles: TileReader;
  readonly #checkpoint: Checkpoint;
  #tile: { readonly index: number; readonly leaves: Buffer | null; readonly problem: string } | null = null;

  constructor(tiles: TileReader, checkpoint: Checkpoint) {
    this.#tiles = tiles;
    this.#checkpoint = checkpoint;
  }

  /** Why a record is not shown to be at its place; null where it is. */
  async problem(index: number, hash: string): Promise<string | null> {
    if (index >= this.#checkpoint.size) return 'no checkpoint covers these records yet';
    const tileIndex = Math.floor(index / TILE_WIDTH);
    if (this.#tile?.index !== tileIndex) this.#tile = { index: tileIndex, ...(await this.#read(tileIndex)) };
    const { leaves, problem } = this.#tile;
    if (leaves === null) return problem;
    const start = (index % TILE_WIDTH) * HASH_BYTES;
    const leaf = leaves.subarray(start, start + HASH_BYTES).toString('hex');
    return leaf === hash ? null : 'they are not the records that the checkpoint covers';
  }

  async #read(tileIndex: number): Promise<{ readonly leaves: Buffer | null; readonly problem: string }> {
    const { size, root } = this.#checkpoint;
    const width = tileWidth(0, tileIndex, size);
    const name = tilePath(0, tileIndex, width);
    try {
      const index = tileIndex * TILE_WIDTH;
      const bytes =
        (await this.#tiles.readTile(0, tileIndex, width)) ?? (await this.#tiles.readTile(0, tileIndex, TILE_WIDTH));
      if (bytes === null) return { leaves: null, problem: `\`${name}\` is missing` };
      const leaves = Buffer.from(bytes.subarray(0, width * HASH_BYTES));
      if (leaves.length < width * HASH_BYTES) return { leaves: null, problem: `\`${name}\` is too short` };
      const leaf = leaves.subarray(0, HASH_BYTES);
      const proof = await inclusionProof(this.#tiles, index, size);
      if (verifyInclusion({ leaf, index, size, root, proof })) return { leaves, problem: '' };
      return { leaves: null, problem: `\`${name}\`, or a tile above it, is not of the tree that was signed` };
    } catch (error) {
      if (error instanceof TileUnusable) return { leaves: null, problem: error.message };
      if (error instanceof StoreFailed) return { leaves: null, problem: `\`${name}\` cannot be read: ${error.code}` };
      throw error;
    }
  }
}
