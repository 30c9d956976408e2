import { parseTilePath, TILE_WIDTH } from '../tlog/index.ts';
import { StateFolder } from '../core/error.ts';
import { parseRecordsKey } from '../core/store-layout.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';

/** Names of single files in a log and in a store. */
export const CHECKPOINT = 'checkpoint';
export const WITNESSED = 'checkpoint.witnessed';
export const LOG_VKEY = 'log.vkey';

/** Most names that are kept of what is no part of a log. */
const MAX_STRANGERS = 100;

/** How the files of a log lie: as its host writes them, or as they were delivered. */
export type Layout = 'log' | 'store';

/** A file of consecutive records. */
export interface RecordFile extends TreeEntry {
  readonly firstIndex: number;
  /** Index of its last record as its name says, null where the name does not. */
  readonly lastIndex: number | null;
  /** UTC day of its records as its name says, `YYYY-MM-DD`; null where the name does not. */
  readonly day: string | null;
}

/** What there is to verify: files by their part in the log, and what has none. */
export interface Inventory {
  readonly layout: Layout;
  /** In the order of their first record. */
  readonly recordFiles: readonly RecordFile[];
  readonly recordBytes: number;
  /** Widths of the tiles that are there, ascending, by `level/index`. */
  readonly tiles: ReadonlyMap<string, readonly number[]>;
  /** Names of the checkpoints besides the newest, sizes ascending. */
  readonly checkpoints: readonly { readonly name: string; readonly sizeInName: number | null }[];
  /** Names that are no part of a log, at most {@link MAX_STRANGERS}, and how many there are. */
  readonly strangers: readonly string[];
  readonly strangerCount: number;
  /** Names of parts of the log that are no regular files. */
  readonly irregular: readonly string[];
}

/**
 * Sorts the files of a place by their names alone.
 *
 * @throws {StateFolder} where nothing there is of a log.
 */
export async function takeInventory(tree: FileTree): Promise<Inventory> {
  const found = { log: [] as RecordFile[], store: [] as RecordFile[] };
  const tiles = new Map<string, number[]>();
  const checkpoints: { name: string; sizeInName: number | null }[] = [];
  const strangers: string[] = [];
  const irregular: string[] = [];
  let strangerCount = 0;
  const strange = (name: string): void => {
    strangerCount += 1;
    if (strangers.length < MAX_STRANGERS) strangers.push(name);
  };
  let isSomething = false;
  for await (const entry of tree.list('')) {
    const part = partOf(entry);
    if (part.kind === 'lock') continue;
    if (part.kind === 'stranger') {
      strange(entry.name);
      continue;
    }
    isSomething = true;
    if (!entry.isFile) irregular.push(entry.name);
    else if (part.kind === 'records') found[part.layout].push(part.file);
    else if (part.kind === 'tile') {
      const widths = tiles.get(part.place) ?? [];
      widths.push(part.width);
      tiles.set(part.place, widths);
    } else if (part.kind === 'checkpoint') checkpoints.push({ name: entry.name, sizeInName: part.size });
  }
  if (!isSomething) {
    throw new StateFolder(`there is no log in \`${tree.place}\``, {
      hint: 'name the folder that holds `segments`, or the store that holds `records`',
    });
  }
  for (const widths of tiles.values()) widths.sort((a, b) => a - b);
  const layout = found.store.length > found.log.length ? 'store' : 'log';
  // Files of the other layout are no part of this one.
  for (const { name } of found[layout === 'log' ? 'store' : 'log']) strange(name);
  const recordFiles = found[layout].sort((a, b) => a.firstIndex - b.firstIndex || (a.name < b.name ? -1 : 1));
  return {
    layout,
    recordFiles,
    recordBytes: recordFiles.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    tiles,
    checkpoints: checkpoints.sort((a, b) => (a.sizeInName ?? 0) - (b.sizeInName ?? 0)),
    strangers,
    strangerCount,
    irregular,
  };
}

/** The files of records alone, in the order of their first record. */
export async function listRecordFiles(tree: FileTree): Promise<readonly RecordFile[]> {
  for (const folder of ['segments/', 'records/'] as const) {
    const files: RecordFile[] = [];
    for await (const entry of tree.list(folder)) {
      const part = partOf(entry);
      if (part.kind === 'records' && entry.isFile) files.push(part.file);
    }
    if (files.length > 0) return files.sort((a, b) => a.firstIndex - b.firstIndex);
  }
  return [];
}

/** What a file is by its name. */
type Part =
  | { readonly kind: 'records'; readonly layout: Layout; readonly file: RecordFile }
  | { readonly kind: 'tile'; readonly place: string; readonly width: number }
  | { readonly kind: 'checkpoint'; readonly size: number | null }
  /** Read by name: the newest checkpoint and the key. */
  | { readonly kind: 'named' }
  /** Keeps two writers apart, and holds nothing. */
  | { readonly kind: 'lock' }
  | { readonly kind: 'stranger' };

const SEGMENT = /^segments\/([0-9]{20})\.jsonl$/;
const DELIVERED_CHECKPOINT = /^checkpoints\/([0-9]{20})$/;
const STRANGER: Part = { kind: 'stranger' };

function partOf(entry: TreeEntry): Part {
  const { name } = entry;
  if (/^lock\.db(?:-journal)?$/.test(name)) return { kind: 'lock' };
  if (name === LOG_VKEY || name === CHECKPOINT) return { kind: 'named' };
  if (name === WITNESSED) return { kind: 'checkpoint', size: null };
  const tile = parseTilePath(name);
  if (tile !== null && tile.width <= TILE_WIDTH) {
    return { kind: 'tile', place: `${tile.level}/${tile.index}`, width: tile.width };
  }
  const [, first] = SEGMENT.exec(name) ?? [];
  if (first !== undefined) {
    const firstIndex = indexOf(first);
    if (firstIndex === null) return STRANGER;
    return { kind: 'records', layout: 'log', file: { ...entry, firstIndex, lastIndex: null, day: null } };
  }
  const range = parseRecordsKey(name);
  if (range !== null) return { kind: 'records', layout: 'store', file: { ...entry, ...range } };
  const [, size] = DELIVERED_CHECKPOINT.exec(name) ?? [];
  if (size === undefined || indexOf(size) === null) return STRANGER;
  return { kind: 'checkpoint', size: indexOf(size) };
}

function indexOf(digits: string): number | null {
  const index = Number(digits);
  return Number.isSafeInteger(index) ? index : null;
}
