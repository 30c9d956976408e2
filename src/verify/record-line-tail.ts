import { RECORD_KINDS } from '../core/audit.ts';
import type { RecordKind } from '../core/audit.ts';
import { HASH_BYTES } from '../tlog/index.ts';

// `"crc":"8hex","index":7,"kind":"log","prev":"64hex","session":null,"v":2}` ends every line; see spec/audit-record.md.
const END = Buffer.from(',"v":2}');
const SESSION_KEY = Buffer.from('","session":');
const PREV_KEY = Buffer.from('","prev":"');
const KIND_KEY = Buffer.from(',"kind":"');
const INDEX_KEY = Buffer.from('","index":');
const NULL_BYTES = 'null'.length;
const SESSION_ID_BYTES = '"ses_'.length + 26 + 1;
const LAST_LETTER_OF_NULL = 0x6c;
const QUOTE = 0x22;
const ZERO = 0x30;
const LONGEST_KIND = Math.max(...RECORD_KINDS.map((kind) => kind.length));
const KINDS = RECORD_KINDS.map((kind) => ({ kind, bytes: Buffer.from(kind) }));

/** Longest tail: below this a line may be read backwards without looking where it starts. */
const LONGEST_TAIL = 192;

const HEX = Buffer.from('0123456789abcdef');

/**
 * Reads the fixed end of a record's line, without decoding the rest: whether it is record `index`, of a kind that is known,
 * and names `prev` as the hash of the record before. Compares bytes in place: it runs for every record there is.
 *
 * @param end where the newline is.
 * @returns the kind, or null where any of it is otherwise. Says nothing about the bytes before the tail.
 */
export function tailKind(
  bytes: Buffer,
  start: number,
  end: number,
  index: number,
  prev: Uint8Array,
): RecordKind | null {
  if (end - start < LONGEST_TAIL || !isAt(bytes, end - END.length, END)) return null;
  let at = end - END.length;
  at -= bytes[at - 1] === LAST_LETTER_OF_NULL ? NULL_BYTES : SESSION_ID_BYTES;
  at -= SESSION_KEY.length;
  if (!isAt(bytes, at, SESSION_KEY)) return null;
  at -= 2 * HASH_BYTES;
  if (!isHexAt(bytes, at, prev)) return null;
  at -= PREV_KEY.length;
  if (!isAt(bytes, at, PREV_KEY)) return null;
  const kindEnd = at;
  while (kindEnd - at <= LONGEST_KIND && bytes[at - 1] !== QUOTE) at -= 1;
  const kind = kindAt(bytes, at, kindEnd);
  at -= KIND_KEY.length;
  if (kind === null || !isAt(bytes, at, KIND_KEY)) return null;
  // From the right: the digits of the number that is wanted, and no more of them.
  let left = index;
  do {
    at -= 1;
    if (bytes[at] !== ZERO + (left % 10)) return null;
    left = Math.floor(left / 10);
  } while (left > 0);
  return isAt(bytes, at - INDEX_KEY.length, INDEX_KEY) ? kind : null;
}

function isAt(bytes: Buffer, at: number, wanted: Buffer): boolean {
  for (let offset = 0; offset < wanted.length; offset += 1) if (bytes[at + offset] !== wanted[offset]) return false;
  return true;
}

function isHexAt(bytes: Buffer, at: number, hash: Uint8Array): boolean {
  for (let offset = 0; offset < HASH_BYTES; offset += 1) {
    const byte = hash[offset] ?? 0;
    if (bytes[at + 2 * offset] !== HEX[byte >> 4] || bytes[at + 2 * offset + 1] !== HEX[byte & 15]) return false;
  }
  return true;
}

function kindAt(bytes: Buffer, start: number, end: number): RecordKind | null {
  for (const { kind, bytes: wanted } of KINDS) {
    if (wanted.length === end - start && isAt(bytes, start, wanted)) return kind;
  }
  return null;
}
