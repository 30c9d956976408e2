import type { Span } from '../json-spans.ts';

/**
 * What a string in content that is not known is expected to be: a name, id or enumerated word (`token`); a signature or
 * encrypted content (`sealed`); one of these or a file (`bytes`); or `any` text. Only what is written as expected goes
 * unread.
 */
export type Reading = 'token' | 'sealed' | 'bytes' | 'any';

/** How the value of a member is read whose meaning is not known. */
export function readingOf(name: string): Reading {
  if (name === 'data') return 'bytes';
  if (SEALED_NAME.test(name)) return 'sealed';
  return TOKEN_NAME.test(name) ? 'token' : 'any';
}

/**
 * Whether the JSON string that fills a span is written as expected, so that rewriting it would break more than it could
 * hide. It is not decoded: one with escapes, `\/` aside, counts as text.
 */
export function isExempt(bytes: Buffer, string: Span, reading: Reading): boolean {
  switch (reading) {
    case 'token':
      return string.end - string.start <= MAX_TOKEN_BYTES && consistsOf(TOKEN_BYTE, bytes, string);
    case 'sealed':
      return consistsOf(SEALED_BYTE, bytes, string);
    case 'bytes':
      return string.end - string.start <= MAX_WORD_LENGTH && consistsOf(SEALED_BYTE, bytes, string);
    case 'any':
      return false;
  }
}

/** Whether a string is base64, or a `data:` address with it, that is too long for a word or an id: a file. */
export function isFileLike(text: string): boolean {
  return text.length > MAX_WORD_LENGTH && BASE64.test(text);
}

/** Whether a key is a name as interfaces have them; one with a digit, a blank or a sign may be somebody's. */
export function isPlainKey(key: string): boolean {
  return PLAIN_KEY.test(key);
}

function consistsOf(isPart: Uint8Array, bytes: Buffer, { start, end }: Span): boolean {
  for (let at = start + 1; at < end - 1; at += 1) {
    const byte = bytes[at] ?? 0;
    if (isPart[byte] === 1) continue;
    // Some writers of JSON escape every slash, of which ids and base64 are full.
    if (byte !== BACKSLASH || bytes[at + 1] !== SLASH) return false;
    at += 1;
  }
  return true;
}

function bytesIn(signs: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (signs.test(String.fromCharCode(byte)) ? 1 : 0));
}

/** Longer than any id that the services give, resource names of AWS included. */
const MAX_TOKEN_BYTES = 258;

/** Hardly a picture is shorter; and what is shorter costs nothing to be read as text. */
const MAX_WORD_LENGTH = 4096;

const BACKSLASH = 0x5c;
const SLASH = 0x2f;
// No `@`, no blank: prose and mail addresses are not taken for tokens.
const TOKEN_BYTE = bytesIn(/[A-Za-z0-9_.:/+=-]/);
const SEALED_BYTE = bytesIn(/[!#-[\]-~]/);
const BASE64 = /^(?:data:[\w.+/-]{1,100};base64,)?[\w+/-]+={0,2}$/;
const TOKEN_NAME = /^(?:type|id|name|role|status)$|_id$|Id$/;
const SEALED_NAME = /^(?:signature$|encrypted_)/;
const PLAIN_KEY = /^[A-Za-z_-]{1,40}$/;
