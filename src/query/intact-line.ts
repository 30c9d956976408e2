import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { MAX_RECORD_BYTES } from '../audit/index.ts';
import { isJsonObject } from '../core/json.ts';

/** What a line turned out to be. `problem` quotes nothing of the line. */
export type LineState =
  { readonly isIntact: true; readonly index: number } | { readonly isIntact: false; readonly problem: string };

/** What stands behind the body of every record, and so within this many bytes of the end. */
const TAIL =
  /,"crc":"(?<crc>[0-9a-f]{8})"(?<rest>,"index":(?<index>0|[1-9][0-9]{0,15}),"kind":"[a-z]{1,16}","prev":"[0-9a-f]{64}","session":(?:null|"ses_[0-9a-z]{26}"),"v":2\})$/;
const TAIL_BYTES = 256;

/**
 * Whether a line, without its newline, is as it was written, by its checksum and its form. Never throws.
 *
 * A checksum shows damage and not forgery: that is for `audit verify`. What this lets through can be parsed by any database.
 */
export function lineState(line: Uint8Array): LineState {
  if (line.length >= MAX_RECORD_BYTES) return damaged(`longer than ${MAX_RECORD_BYTES} bytes`);
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const found = TAIL.exec(bytes.toString('latin1', Math.max(0, bytes.length - TAIL_BYTES)));
  const { crc, rest, index } = found?.groups ?? {};
  if (found === null || crc === undefined || rest === undefined || index === undefined)
    return damaged('not a record of format version 2');
  const head = bytes.subarray(0, bytes.length - found[0].length);
  if (crc32(rest, crc32(head)) !== Number.parseInt(crc, 16))
    return damaged('changed since it was written: checksum does not fit');
  const number = Number(index);
  if (!Number.isSafeInteger(number) || !isRecord(bytes)) return damaged('not a record: its fields are malformed');
  return { isIntact: true, index: number };
}

/** Behind an even number of backslashes: an odd one escapes the backslash itself. */
const ESCAPED_SURROGATE = /(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]/;

function isRecord(bytes: Buffer): boolean {
  try {
    const text = bytes.toString('utf8');
    // The log escapes control characters alone. A lone surrogate, which databases refuse, can only stand there escaped.
    if (!isUtf8(bytes) || (/\\u[dD]/.test(text) && ESCAPED_SURROGATE.test(text))) return false;
    const parsed: unknown = JSON.parse(text);
    return isJsonObject(parsed) && Number.isSafeInteger(parsed['at']) && isJsonObject(parsed['body']);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function damaged(problem: string): LineState {
  return { isIntact: false, problem };
}
