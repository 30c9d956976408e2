import { base64, parseBase64 } from './base64.ts';
import { HASH_BYTES, type Hash } from './hash.ts';
import { isNoteText } from './note.ts';

/** The head of a log's tree (https://c2sp.org/tlog-checkpoint), without its signatures. */
export interface Checkpoint {
  /** Which log: unique, and the name of the key that signs it. */
  readonly origin: string;
  /** How many entries the tree holds. */
  readonly size: number;
  readonly root: Hash;
  /** Further lines that the log signed; ours has none. */
  readonly extensions: readonly string[];
}

/** The text that is signed. @throws {TypeError} where a field cannot stand in it. */
export function checkpointText(c: Checkpoint): string {
  const text = [c.origin, String(c.size), base64(c.root), ...c.extensions].map((line) => `${line}\n`).join('');
  if (parseCheckpoint(text) === null) throw new TypeError('a field of the checkpoint cannot stand in its text');
  return text;
}

/** Reads the text of a checkpoint whose signature was checked. Null where it is none, or not in the one form that it has. */
export function parseCheckpoint(text: string): Checkpoint | null {
  if (!isNoteText(text)) return null;
  const lines = text.slice(0, -1).split('\n');
  const [origin = '', sizeText = '', rootText = '', ...extensions] = lines;
  if (lines.length < 3 || lines.includes('')) return null;
  const size = parseTreeSize(sizeText);
  const root = parseBase64(rootText);
  return size !== null && root?.length === HASH_BYTES ? { origin, size, root, extensions } : null;
}

/** Reads a size in decimal without leading zeroes. Null above 2^53 - 1, as for every other text. */
export function parseTreeSize(text: string): number | null {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) return null;
  const size = Number(text);
  return Number.isSafeInteger(size) ? size : null;
}
