import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { TILE_WIDTH, openCheckpoint, parseVkey, tilePath } from '../tlog/index.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { VKEY_FILE, readVkey } from './log-identity.ts';
import { nodeLogFileSystem } from './node-log-file-system.ts';
import { recordsOf } from './sample-log.ts';
import { CHECKPOINT_FILE, readCheckpoint } from './signed-checkpoint.ts';
import { readSmallFile } from './whole-file.ts';

/**
 * Checks that a log's newest checkpoint is signed, covers all its records, and has the root that RFC 6962 gives, computed
 * here anew from the records; that every tile is there and right, and that no other file is in the folder.
 *
 * @returns how many records there are.
 */
export async function assertTree(
  folder: string,
  files: readonly string[],
  fs: LogFileSystem = nodeLogFileSystem(),
): Promise<number> {
  const leaves = (await recordsOf(folder, fs)).map(({ hash }) => Buffer.from(hash, 'hex'));
  const vkey = (await readVkey(folder, fs)) ?? assert.fail(`no ${VKEY_FILE}`);
  const verifier = parseVkey(vkey) ?? assert.fail('the verifier key cannot be read');
  const note = (await readCheckpoint(folder, fs)) ?? assert.fail(`no ${CHECKPOINT_FILE}`);
  const { checkpoint } = openCheckpoint(note, verifier) ?? assert.fail('the checkpoint is not signed');
  assert.equal(checkpoint.size, leaves.length);
  assert.equal(Buffer.from(checkpoint.root).toString('hex'), treeRoot(leaves).toString('hex'));
  const tiles = expectedTiles(leaves);
  assert.deepEqual(files.filter((path) => path.startsWith('tile')).sort(), [...tiles.keys()].sort());
  for (const [path, bytes] of tiles) {
    const found = await readSmallFile(fs, join(folder, path), bytes.length);
    assert.equal(found?.toString('hex'), bytes.toString('hex'), path);
  }
  return leaves.length;
}

/** Root of a tree as RFC 6962 section 2.1 writes it down. */
export function treeRoot(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return first;
  let middle = 1;
  while (middle * 2 < leaves.length) middle *= 2;
  return sha256(Buffer.of(1), treeRoot(leaves.slice(0, middle)), treeRoot(leaves.slice(middle)));
}

function expectedTiles(leaves: readonly Buffer[]): ReadonlyMap<string, Buffer> {
  const tiles = new Map<string, Buffer>();
  let nodes = leaves;
  for (let level = 0; nodes.length > 0; level += 1) {
    const above: Buffer[] = [];
    for (let start = 0; start < nodes.length; start += TILE_WIDTH) {
      const tile = nodes.slice(start, start + TILE_WIDTH);
      tiles.set(tilePath(level, start / TILE_WIDTH, tile.length), Buffer.concat(tile));
      if (tile.length === TILE_WIDTH) above.push(treeRoot(tile));
    }
    nodes = above;
  }
  return tiles;
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest();
}
