import { folderTiles } from '../audit/index.ts';
import { AuditCorrupt } from '../core/error.ts';
import { HASH_BYTES, TILE_WIDTH, tilePath, tilesBetween, tileWidth } from '../tlog/index.ts';
import type { TileReader } from '../tlog/index.ts';
import type { LogSource } from './log-source.ts';
import type { TreeTile } from './tree-tile.ts';

/** Looks for one partial tile: the log may put a wider one in its place under our eyes, and each look is at most one behind. */
const LOOKS = 5;

/**
 * The tiles that a tree of `size` has and one of `heldSize` has not, read one by one. The log keeps the partial tiles of
 * its newest checkpoint only: those of an older one are cut out of wider ones.
 *
 * @throws {AuditCorrupt} where a tile is missing or too short.
 */
export async function* treeTiles(source: LogSource, heldSize: number, size: number): AsyncGenerator<TreeTile> {
  const tiles = folderTiles(source.folder);
  for (const tile of tilesBetween(heldSize, size)) {
    const path = tilePath(tile.level, tile.index, tile.width);
    const bytes = await readTile(source, tiles, tile);
    if (bytes === null) throw new AuditCorrupt(`tile \`${path}\` of the log is missing`);
    yield { path, bytes };
  }
}

async function readTile(
  source: LogSource,
  tiles: TileReader,
  { level, index, width }: { readonly level: number; readonly index: number; readonly width: number },
): Promise<Uint8Array | null> {
  for (let look = 0; look < LOOKS; look += 1) {
    const now = tileWidth(level, index, source.checkpoint()?.size ?? 0);
    for (const there of new Set([width, Math.max(now, width), TILE_WIDTH])) {
      const bytes = await tiles.readTile(level, index, there);
      if (bytes !== null && bytes.length === there * HASH_BYTES) return bytes.subarray(0, width * HASH_BYTES);
    }
  }
  return null;
}
