/** Levels of the tree that one tile spans. */
export const TILE_HEIGHT = 8;
/** Hashes in a full tile. */
export const TILE_WIDTH = 256;

/** Levels of tiles that a tree of at most 2^53 entries can have: 256^6 entries fill one tile of level 5. */
export const MAX_TILE_LEVEL = 6;

/** One tile: its level from 0 at the leaves, its index in the level, and how many hashes it holds, from 1 to 256. */
export interface TileId {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

/** Where a tile lies below the folder of a log: `tile/0/x001/067`, or `tile/0/000.p/17` for one of 17 hashes. */
export function tilePath(level: number, index: number, width: number): string {
  const path = `tile/${level}/${groups(index)}`;
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

/** Where the bundle of entries under a tile of level 0 lies: `tile/entries/x001/067`. */
export function entriesPath(index: number, width: number): string {
  const path = `tile/entries/${groups(index)}`;
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

/** Reads what {@link tilePath} wrote. Null for every other text, such as one with zeroes too many. */
export function parseTilePath(path: string): TileId | null {
  const found = /^tile\/([0-9]{1,2})\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([0-9]{1,3}))?$/.exec(path);
  if (found === null) return null;
  const [, level = '', index = '', width = String(TILE_WIDTH)] = found;
  const tile = { level: Number(level), index: Number(index.replaceAll(/[x/]/g, '')), width: Number(width) };
  return tile.width >= 1 && tilePath(tile.level, tile.index, tile.width) === path ? tile : null;
}

function groups(index: number): string {
  const digits = String(index);
  const parts = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  return parts.map((part, at) => (at === parts.length - 1 ? part : `x${part}`)).join('/');
}
