import { MAX_RECORD_BYTES } from '../audit/index.ts';
import { HASH_BYTES, MAX_NOTE_BYTES, base64, parseBase64, parseTreeSize } from '../tlog/index.ts';
import type { Hash } from '../tlog/index.ts';

/** First line of a proof (https://c2sp.org/tlog-proof). */
const HEADER = 'c2sp.org/tlog-proof@v1';
const EXTRA = 'extra ';
const INDEX = 'index ';

/** A tree of 2^53 entries is no higher. */
const MAX_HASHES = 54;

/** Longest proof that is read. */
export const MAX_PROOF_BYTES = Math.ceil(MAX_RECORD_BYTES / 3) * 4 + MAX_HASHES * 64 + MAX_NOTE_BYTES;

/** A proof that a record is in a log, with the record: everything but the keys to trust. */
export interface RecordProof {
  /** The line of the record, without its newline. */
  readonly line: Uint8Array;
  readonly index: number;
  /** From the sibling of the leaf upwards. */
  readonly hashes: readonly Hash[];
  /** The signed checkpoint, as it is. */
  readonly note: string;
}

/** Writes a proof: the line of the record is its `extra`. */
export function formatProof({ line, index, hashes, note }: RecordProof): string {
  const path = hashes.map((hash) => `${base64(hash)}\n`).join('');
  return `${HEADER}\n${EXTRA}${base64(line)}\n${INDEX}${index}\n${path}\n${note}`;
}

/** Takes a proof apart. Null where it is none, or brings no record. Checks nothing that it says. */
export function parseProof(text: string): RecordProof | null {
  const end = text.indexOf('\n\n');
  if (end < 0 || text.length > MAX_PROOF_BYTES) return null;
  const [header, extra = '', position = '', ...path] = text.slice(0, end).split('\n');
  if (header !== HEADER || !extra.startsWith(EXTRA) || !position.startsWith(INDEX) || path.length > MAX_HASHES)
    return null;
  const line = parseBase64(extra.slice(EXTRA.length));
  const index = parseTreeSize(position.slice(INDEX.length));
  const hashes = path.map(parseBase64).filter((hash) => hash?.length === HASH_BYTES) as Uint8Array[];
  if (line === null || index === null || hashes.length !== path.length) return null;
  return { line, index, hashes, note: text.slice(end + 2) };
}
