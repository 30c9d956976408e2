import { dirname, join } from 'node:path';

import { HASH_BYTES, TILE_WIDTH, parseTilePath, tilePath, tilesOf } from '../tlog/index.ts';
import type { Tile, TileId, TileReader } from '../tlog/index.ts';
import { errorCode } from './log-file-system.ts';
import type { LogFileSystem } from './log-file-system.ts';
import { nodeLogFileSystem } from './node-log-file-system.ts';
import { readSmallFile, writeFile } from './whole-file.ts';

/** Folder of the tiles inside the folder of a log. */
export const TILES_FOLDER = 'tile';

/** Holds a tile until it is whole. */
const PART_FILE = 'tile.part';

/** Tiles that one folder holds at most, since their paths go by thousands. */
const TILES_IN_FOLDER = 1_000;

/** Reads the tiles in the folder of a log. What it gives is what is there: whoever asks compares the root. */
export function folderTiles(folder: string, fs: LogFileSystem = nodeLogFileSystem()): TileReader {
  return {
    readTile: (level, index, width) =>
      readSmallFile(fs, join(folder, tilePath(level, index, width)), TILE_WIDTH * HASH_BYTES),
  };
}

/** Writes tiles into the folder of a log. They are durable, with their names, when this resolves. */
export async function storeTiles(folder: string, tiles: readonly Tile[], fs: LogFileSystem): Promise<void> {
  const folders = new Set<string>();
  for (const { level, index, width, bytes } of tiles) {
    const path = join(folder, tilePath(level, index, width));
    if (!folders.has(dirname(path))) await fs.makeFolder(dirname(path));
    folders.add(dirname(path));
    // A tile of a checkpoint may be there already: a crash must leave it or one like it, never a part.
    await writeFile(fs, join(folder, PART_FILE), bytes);
    await fs.rename(join(folder, PART_FILE), path);
  }
  for (const touched of folders) await fs.syncFolder(touched);
}

/** Removes a partial tile, and its folder where it was the last one in it. Does nothing where it is gone. */
export async function removePartial(folder: string, tile: TileId, fs: LogFileSystem): Promise<void> {
  const path = join(folder, tilePath(tile.level, tile.index, tile.width));
  await unlessCode(['ENOENT'], fs.remove(path));
  await unlessCode(['ENOENT', 'ENOTEMPTY', 'EEXIST'], fs.removeFolder(dirname(path)));
}

/**
 * The partial tiles in the folder of a log that a tree of `size` entries does not need: a crash leaves those of the
 * checkpoint before, and of one that was not signed any more.
 *
 * @param endSize entries that the log holds now: nothing was written for a larger tree.
 */
export async function strayPartials(
  folder: string,
  size: number,
  endSize: number,
  fs: LogFileSystem,
): Promise<readonly TileId[]> {
  const kept = new Set(tilesOf(size).map(({ level, index, width }) => tilePath(level, index, width)));
  const strays: TileId[] = [];
  for (const parent of foldersOfTiles(size, endSize)) {
    const partials = (await fs.list(join(folder, parent))).filter((name) => name.endsWith('.p'));
    for (const partial of partials) {
      for (const name of await fs.list(join(folder, parent, partial))) {
        const path = `${parent}/${partial}/${name}`;
        const tile = parseTilePath(path);
        if (tile !== null && !kept.has(path)) strays.push(tile);
      }
    }
  }
  return strays;
}

/** Folders that hold the tiles at the right edges of the trees from one size to another, and the tile before them. */
function foldersOfTiles(size: number, endSize: number): ReadonlySet<string> {
  const folders = new Set<string>();
  const before = tilesOf(size);
  for (const { level, index } of tilesOf(endSize)) {
    for (let near = Math.max(0, (before[level]?.index ?? 0) - 1); near < index; near += TILES_IN_FOLDER)
      folders.add(dirname(tilePath(level, near, TILE_WIDTH)));
    folders.add(dirname(tilePath(level, index, TILE_WIDTH)));
  }
  return folders;
}

async function unlessCode(codes: readonly string[], done: Promise<void>): Promise<void> {
  try {
    await done;
  } catch (error) {
    if (!codes.includes(errorCode(error))) throw error;
  }
}
