import { hash } from 'node:crypto';
import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';

import { RECORD_KINDS } from '../core/audit.ts';
import type { AuditRecord, RecordKind } from '../core/audit.ts';
import { AuditUnavailable } from '../core/error.ts';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId, Sha256 } from '../core/ids.ts';
import { canonicalJson, isJsonObject } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { leafHash } from '../tlog/index.ts';

/** Version of the format that this program writes, and the only one that it reads. */
export const FORMAT_VERSION = 2;

/** Longest line that the log holds, in bytes with its newline: what a reader keeps in memory for one record. */
export const MAX_RECORD_BYTES = 65_536;

/** Longest canonical body, in bytes. The rest of a line is fixed fields, whose sum stays below the difference. */
export const MAX_BODY_BYTES = MAX_RECORD_BYTES - 512;

/** Deepest nesting of a body, so that no reader recurses further than this. */
export const MAX_BODY_DEPTH = 64;

/** What the first record of a log names as the hash of the one before. */
export const ZERO_HASH = '0'.repeat(64) as Sha256;

/** A record as the log holds it. */
export interface LoggedRecord extends AuditRecord {
  /** Position in the log, from 0, without gaps. */
  readonly index: number;
  /** Hash of the record before, or {@link ZERO_HASH} for the first. */
  readonly prev: Sha256;
  /** RFC 6962 leaf hash of the line without its newline: what the chain and the Merkle tree both hold of a record. */
  readonly hash: Sha256;
}

/** A record that was checked and copied, waiting for its place in the chain. */
export interface RecordDraft {
  readonly occurredAtMs: number;
  readonly kind: RecordKind;
  readonly sessionId: SessionId | null;
  /** Canonical JSON of the body. */
  readonly body: string;
}

/** What a line turned out to be. `problem` quotes nothing of the line. */
export type DecodedLine =
  { readonly isRecord: true; readonly record: LoggedRecord } | { readonly isRecord: false; readonly problem: string };

/**
 * Checks a record and copies it, so that its later change by the caller changes nothing.
 *
 * @throws {AuditUnavailable} for a body that the log cannot hold: too long, too deep, or with a lone surrogate or a
 * number that JSON lacks. What an agent does ends up in bodies, so this refuses the action rather than the program.
 * @throws {TypeError} for a kind, time or session that no caller should ever pass.
 */
export function draftRecord(record: AuditRecord): RecordDraft {
  if (!RECORD_KINDS.includes(record.kind)) throw new TypeError('record kind is not known');
  if (!Number.isSafeInteger(record.occurredAtMs))
    throw new TypeError('record time is not a whole number of milliseconds');
  if (record.sessionId !== null && parseSessionId(record.sessionId) === null)
    throw new TypeError('session id is malformed');
  const { occurredAtMs, kind, sessionId } = record;
  return { occurredAtMs, kind, sessionId, body: canonicalBody(record.body) };
}

function canonicalBody(body: JsonObject): string {
  let text: string;
  try {
    hasSortedKeys(body, MAX_BODY_DEPTH);
    text = canonicalJson(body);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'it is not JSON';
    throw new AuditUnavailable(`record body cannot be written: ${reason}`, { cause });
  }
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > MAX_BODY_BYTES) {
    throw new AuditUnavailable(`record body of ${sizeBytes} bytes exceeds ${MAX_BODY_BYTES} bytes`);
  }
  return text;
}

/**
 * Writes the line of a record, without newline: canonical JSON, keys in order.
 *
 * `crc` is the CRC-32 of the same JSON without the `crc` member, as 8 hex digits. The chain shows a change of every
 * record but the last; this shows a damaged last one too, and tells damage from a line that was never written whole.
 */
export function encodeLine(draft: RecordDraft, index: number, prev: Sha256): string {
  const head = `{"at":${draft.occurredAtMs},"body":${draft.body}`;
  const session = draft.sessionId === null ? 'null' : `"${draft.sessionId}"`;
  const tail = `,"index":${index},"kind":"${draft.kind}","prev":"${prev}","session":${session},"v":${FORMAT_VERSION}}`;
  const crc = crc32(tail, crc32(head)).toString(16).padStart(8, '0');
  return `${head},"crc":"${crc}"${tail}`;
}

/** The line of a record that was read, without newline: the bytes that its hash covers. */
export function recordLine(record: LoggedRecord): string {
  return encodeLine(draftRecord(record), record.index, record.prev);
}

/** Hashes a line without its newline: the leaf hash of its record, in hex. */
export function hashLine(line: string | Uint8Array): Sha256 {
  // For text the prefix goes in front of it, which halves the time: every append waits for this.
  if (typeof line === 'string') return hash('sha256', `\0${line}`) as Sha256;
  return Buffer.from(leafHash(line)).toString('hex') as Sha256;
}

/** Reads the line of a record, without newline. Never throws: the bytes may have been written by anyone. */
export function decodeLine(line: Uint8Array): DecodedLine {
  if (line.length >= MAX_RECORD_BYTES) return problem(`longer than ${MAX_RECORD_BYTES} bytes`);
  if (!isUtf8(line)) return problem('not UTF-8');
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString('utf8');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return problem(error instanceof SyntaxError ? 'not JSON' : 'not readable');
  }
  if (!isJsonObject(parsed)) return problem('not a JSON object');
  if (parsed['v'] !== FORMAT_VERSION) return problem(`not of format version ${FORMAT_VERSION}`);
  const record = parseFields(parsed, line);
  if (record === null) return problem('not a record: a field is missing, unknown or malformed');
  const body = printBody(record.body, text);
  if (body === null) return problem('body is not canonical JSON within bounds');
  // One comparison covers the checksum, the order of keys, double keys, blanks and every other spelling.
  const { occurredAtMs, kind, sessionId, index, prev } = record;
  if (encodeLine({ occurredAtMs, kind, sessionId, body }, index, prev) !== text) {
    return problem('changed since it was written: checksum or canonical form does not fit');
  }
  return { isRecord: true, record };
}

/** The version of the format that a line names; null where it names none. */
export function versionOf(line: Uint8Array): number | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(line).toString('utf8'));
    const version = isJsonObject(parsed) ? parsed['v'] : undefined;
    return typeof version === 'number' && Number.isSafeInteger(version) ? version : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

function problem(text: string): DecodedLine {
  return { isRecord: false, problem: text };
}

const FIELDS = 'at,body,crc,index,kind,prev,session,v';
const SHA_256 = /^[0-9a-f]{64}$/;

function parseFields(parsed: JsonObject, line: Uint8Array): LoggedRecord | null {
  if (Object.keys(parsed).join(',') !== FIELDS) return null;
  const { at, body, index, kind, prev, session } = parsed;
  if (typeof at !== 'number' || !Number.isSafeInteger(at)) return null;
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) return null;
  if (!isRecordKind(kind) || !isJsonObject(body)) return null;
  if (typeof prev !== 'string' || !SHA_256.test(prev)) return null;
  const sessionId = typeof session === 'string' ? parseSessionId(session) : null;
  if (sessionId === null && session !== null) return null;
  return { index, prev: prev as Sha256, hash: hashLine(line), kind, occurredAtMs: at, sessionId, body };
}

function isRecordKind(kind: Json | undefined): kind is RecordKind {
  return (RECORD_KINDS as readonly unknown[]).includes(kind);
}

/** The canonical form of a parsed body, or null where it has none. `text` is the line it came from. */
function printBody(body: JsonObject, text: string): string | null {
  try {
    // `JSON.stringify` is several times faster than `canonicalJson` and prints the same for sorted keys and strings
    // without escapes by number, among which a lone surrogate would be.
    const isQuick = hasSortedKeys(body, MAX_BODY_DEPTH) && !text.includes('\\u');
    return isQuick ? JSON.stringify(body) : canonicalJson(body);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

/**
 * Whether all keys stand in canonical order.
 *
 * @throws {RangeError} for nesting deeper than `depthLeft`.
 */
function hasSortedKeys(value: Json, depthLeft: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depthLeft === 0) throw new RangeError(`nested deeper than ${MAX_BODY_DEPTH}`);
  if (Array.isArray(value)) {
    let areSorted = true;
    for (const member of value as readonly Json[]) areSorted = hasSortedKeys(member, depthLeft - 1) && areSorted;
    return areSorted;
  }
  let isSorted = true;
  let previous = '';
  for (const [key, member] of Object.entries(value)) {
    if (key < previous) isSorted = false;
    previous = key;
    if (!hasSortedKeys(member, depthLeft - 1)) isSorted = false;
  }
  return isSorted;
}
