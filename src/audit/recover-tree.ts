import { AuditCorrupt } from '../core/error.ts';
import type { Sha256 } from '../core/ids.ts';
import { HASH_BYTES, TILE_WIDTH, TileEdge, inclusionProof, rootAt, tilesOf, verifyInclusion } from '../tlog/index.ts';
import type { Tile, TileId, TileReader } from '../tlog/index.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { LogTree, snapshotRoot } from './log-tree.ts';
import type { TreeSnapshot } from './log-tree.ts';
import { findEnd } from './recover-log.ts';
import type { LogEnd } from './recover-log.ts';
import type { Segment } from './segment.ts';
import type { SignedCheckpoint } from './signed-checkpoint.ts';
import { folderTiles, strayPartials } from './tile-folder.ts';

/** A log as it was found: its end, and the tree over all its records. */
export interface RecoveredTree {
  readonly end: LogEnd;
  readonly tree: LogTree;
  /** Partial tiles of the newest checkpoint, which are on the disk. */
  readonly stored: readonly TileId[];
  /** Other partial tiles on the disk. */
  readonly strays: readonly TileId[];
  /** Whether the tiles were missing or not those of the checkpoint, and all are to be written anew. */
  readonly isRebuilt: boolean;
}

/**
 * Recovers the tree of a log from its tiles and the records that they do not cover, or, where the tiles do not give the
 * root that was signed, from all records. Changes nothing.
 *
 * @param signed the newest checkpoint, whose signature was checked; null where there is none to compare with.
 * @throws {AuditCorrupt} where records are damaged, were taken away, or are not those that were signed.
 */
export async function recoverTree(
  folder: string,
  segments: readonly Segment[],
  signed: SignedCheckpoint | null,
  fs: LogFileSystem,
): Promise<RecoveredTree> {
  const found = signed === null ? null : await fromTiles(folder, segments, signed, fs);
  const { end, tree } = found ?? (await fromRecords(segments, signed, fs));
  const signedSize = found === null ? 0 : (signed?.size ?? 0);
  const strays = await strayPartials(folder, signedSize, end.nextIndex, fs);
  return { end, tree, stored: found?.stored ?? [], strays, isRebuilt: found === null };
}

/** Null where the tiles cannot be used. */
async function fromTiles(
  folder: string,
  segments: readonly Segment[],
  signed: SignedCheckpoint,
  fs: LogFileSystem,
): Promise<Pick<RecoveredTree, 'end' | 'tree' | 'stored'> | null> {
  const tiles = folderTiles(folder, fs);
  const partials = await signedPartials(tiles, signed);
  if (partials === null) return null;
  const tree = new LogTree(new TileEdge(signed.size, partials));
  let last: Sha256 | null = null;
  const end = await findEnd(segments, Math.max(0, signed.size - 1), fs, ({ index, hash }) => {
    if (index < signed.size) last = hash;
    else tree.add([hash]);
  });
  checkReach(end, signed);
  // The last signed record names the one before, and so on down: if it is the one that was signed, all are.
  if (last !== null && !(await isSigned(last, tiles, signed))) return null;
  return { end, tree, stored: partials };
}

/** The partial tiles of a checkpoint; null where they are missing or do not give its root. */
async function signedPartials(tiles: TileReader, { size, rootHex }: SignedCheckpoint): Promise<readonly Tile[] | null> {
  try {
    if (hex(await rootAt(tiles, size)) !== rootHex) return null;
    const partials: Tile[] = [];
    for (const { level, index, width } of tilesOf(size)) {
      if (width === TILE_WIDTH) continue;
      const bytes = (await tiles.readTile(level, index, width)) ?? (await tiles.readTile(level, index, TILE_WIDTH));
      if (bytes === null) return null;
      partials.push({ level, index, width, bytes: bytes.subarray(0, width * HASH_BYTES) });
    }
    return partials;
  } catch {
    // Missing, cut off, or not given by the disk: the records hold all that the tiles do.
    return null;
  }
}

async function isSigned(leaf: Sha256, tiles: TileReader, { size, rootHex }: SignedCheckpoint): Promise<boolean> {
  try {
    const index = size - 1;
    const proof = await inclusionProof(tiles, index, size);
    return verifyInclusion({ leaf: Buffer.from(leaf, 'hex'), index, size, root: Buffer.from(rootHex, 'hex'), proof });
  } catch {
    return false;
  }
}

async function fromRecords(
  segments: readonly Segment[],
  signed: SignedCheckpoint | null,
  fs: LogFileSystem,
): Promise<Pick<RecoveredTree, 'end' | 'tree'>> {
  const tree = new LogTree();
  let atSigned: TreeSnapshot = tree.snapshot();
  const end = await findEnd(segments, 0, fs, ({ hash }) => {
    tree.add([hash]);
    if (tree.size === signed?.size) atSigned = tree.snapshot();
    if (tree.size % TILE_WIDTH === 0) tree.fold();
  });
  if (signed === null) return { end, tree };
  checkReach(end, signed);
  if (hex(await snapshotRoot(atSigned)) !== signed.rootHex) {
    throw new AuditCorrupt(`the first ${signed.size} records of the log are not those that its checkpoint signed`, {
      hint: CORRUPT_HINT,
    });
  }
  return { end, tree };
}

/** Records without a receipt may be missing after a crash; a record that a checkpoint covers had one. */
function checkReach({ nextIndex }: LogEnd, { size }: SignedCheckpoint): void {
  if (nextIndex >= size) return;
  const what = size - nextIndex === 1 ? `record ${nextIndex} is` : `records ${nextIndex} to ${size - 1} are`;
  throw new AuditCorrupt(`${what} missing at the end of the log: its checkpoint covers ${size} records`, {
    hint: CORRUPT_HINT,
  });
}

const CORRUPT_HINT = 'keep the folder of the log as it is, and compare it with what was delivered elsewhere';

function hex(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}
