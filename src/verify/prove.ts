import { AuditCorrupt, NoSuchRecord } from '../core/error.ts';
import {
  HASH_BYTES,
  MAX_NOTE_BYTES,
  TILE_WIDTH,
  decodeNote,
  inclusionProof,
  leafHash,
  openNote,
  parseCheckpoint,
  tilePath,
  tileWidth,
  verifyInclusion,
} from '../tlog/index.ts';
import type { Checkpoint, TileReader } from '../tlog/index.ts';
import { readFailure } from './file-tree.ts';
import type { FileTree } from './file-tree.ts';
import { CHECKPOINT, WITNESSED, listRecordFiles } from './inventory.ts';
import type { RecordProof } from './proof-text.ts';
import { recordLine } from './record-source.ts';

/**
 * Makes the proof that record `index` is in a log: against the newest checkpoint that witnesses cosigned, or the newest one
 * where that does not cover the record.
 *
 * @throws {NoSuchRecord} where no checkpoint covers such a record.
 * @throws {AuditCorrupt} where the log does not hold what its checkpoint says: nothing can then be proven of the record.
 * @throws {TileUnusable} where a tile is missing.
 */
export async function prove(tree: FileTree, index: number): Promise<RecordProof> {
  const newest = await readNote(tree, CHECKPOINT);
  const witnessed = await readNote(tree, WITNESSED);
  const chosen = [witnessed, newest].find((head) => head !== null && index < head.checkpoint.size) ?? null;
  if (chosen === null || newest === null) {
    throw new NoSuchRecord(`no checkpoint covers a record ${index}`, {
      hint: newest === null ? 'the log has no checkpoint' : `the newest covers ${newest.checkpoint.size} records`,
    });
  }
  const { checkpoint, note } = chosen;
  const line = await recordLine(tree, await listRecordFiles(tree), index);
  if (line === null) throw corrupt(`record ${index} is not where it should be`);
  const hashes = await inclusionProof(tileReader(tree, newest.checkpoint.size), index, checkpoint.size);
  const { size, root } = checkpoint;
  if (!verifyInclusion({ leaf: leafHash(line), index, size, root, proof: hashes })) {
    throw corrupt(`record ${index} and the tiles do not make the tree of the checkpoint`);
  }
  return { line, index, hashes, note };
}

/** Tiles of a log, where an unfinished one may have been replaced by one that goes on from it. */
function tileReader(tree: FileTree, newestSize: number): TileReader {
  return {
    async readTile(level, index, width) {
      const grown = tileWidth(level, index, newestSize);
      for (const there of [width, grown, TILE_WIDTH]) {
        if (there < width) continue;
        const bytes = await tree.read(tilePath(level, index, there), there * HASH_BYTES);
        if (bytes?.length === there * HASH_BYTES) return bytes.subarray(0, width * HASH_BYTES);
      }
      return null;
    },
  };
}

/** A note and what it claims; the reader of the proof checks its signatures. */
async function readNote(
  tree: FileTree,
  name: string,
): Promise<{ readonly note: string; readonly checkpoint: Checkpoint } | null> {
  try {
    const bytes = await tree.read(name, MAX_NOTE_BYTES);
    const note = bytes === null ? null : decodeNote(bytes);
    const text = note === null ? undefined : openNote(note, [])?.text;
    const checkpoint = text === undefined ? null : parseCheckpoint(text);
    if (note !== null && checkpoint !== null) return { note, checkpoint };
    if (bytes === null) return null;
  } catch (cause) {
    throw corrupt(`\`${name}\` cannot be read: ${readFailure(cause)}`);
  }
  throw corrupt(`\`${name}\` is no checkpoint`);
}

function corrupt(message: string): AuditCorrupt {
  return new AuditCorrupt(message, { hint: '`sallyport audit verify` names every fault' });
}
