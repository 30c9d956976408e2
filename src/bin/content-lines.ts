import { randomBytes } from 'node:crypto';
import type { SessionId } from '../core/ids.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Piece, PieceForm, PieceKind } from '../gateway/index.ts';
import { openContent, SEAL_NONCE_BYTES, sealContent } from '../seal/index.ts';
import type { ContentKey } from '../seal/index.ts';
import type { WrappedKey } from './key-wrap.ts';

/** Longest line of a file of contents, in bytes with its newline: what a reader keeps in memory. */
export const MAX_CONTENT_LINE_BYTES = 2 * 1024 * 1024;

/** UTF-16 code units of a text on one line. Of its JSON each takes six bytes at most, of its sealed form four. */
const MAX_PART = 256 * 1024;

/** A data key, and the offset of the line that holds it. */
export interface DataKey {
  readonly at: number;
  readonly key: ContentKey;
}

/** Where a part of a piece stands; sealed text opens nowhere else. */
export interface PartPlace {
  readonly at: number;
  readonly kind: PieceKind;
  readonly form: PieceForm;
  readonly part: number;
  readonly of: number;
}

/** One line of a file of contents. */
export type ContentLine =
  | { readonly kind: 'key'; readonly wrapped: WrappedKey }
  | { readonly kind: 'clear'; readonly place: PartPlace; readonly text: string }
  | { readonly kind: 'sealed'; readonly place: PartPlace; readonly keyAt: number; readonly sealed: string };

/** The line of a data key. */
export function keyLine({ keyId, wrapped }: WrappedKey): Buffer {
  return Buffer.from(`${JSON.stringify({ v: 1, key: { id: keyId, wrapped } })}\n`);
}

/** The lines of a piece that begins at an offset: one, or several where it is long. */
export function pieceLines(piece: Piece, sessionId: SessionId, startsAt: number, dataKey: DataKey): Buffer {
  const { kind, form, isSealed, text } = piece;
  const parts = partsOf(text);
  const lines: Buffer[] = [];
  let at = startsAt;
  for (const [index, part] of parts.entries()) {
    const place = { at, kind, form, part: index + 1, of: parts.length };
    const head = { v: 1, kind, form, part: place.part, of: place.of };
    const line = isSealed
      ? { ...head, key: dataKey.at, sealed: sealedPart(dataKey.key, sessionId, place, part) }
      : { ...head, text: part };
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    lines.push(bytes);
    at += bytes.length;
  }
  return lines.length === 1 ? (lines[0] ?? Buffer.alloc(0)) : Buffer.concat(lines);
}

/** A text in parts, none of which ends within a character. */
function partsOf(text: string): readonly string[] {
  if (text.length <= MAX_PART) return [text];
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + MAX_PART);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    parts.push(text.slice(at, end));
    at = end;
  }
  return parts;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function sealedPart(key: ContentKey, sessionId: SessionId, place: PartPlace, text: string): string {
  return sealContent(key, sealPlace(sessionId, place), text, randomBytes(SEAL_NONCE_BYTES));
}

/** Opens a sealed part; null where it was changed, moved or sealed with another key. */
export function openedPart(key: ContentKey, sessionId: SessionId, place: PartPlace, sealed: string): string | null {
  const opened = openContent(key, sealPlace(sessionId, place), sealed);
  return opened.ok ? opened.text : null;
}

function sealPlace(sessionId: SessionId, { at, kind, form, part, of }: PartPlace): Parameters<typeof sealContent>[1] {
  return { sessionId, toolUseId: `content/${at}/${kind}/${form}/${part}/${of}`, bundle: '' };
}

/** Reads a line without its newline; null for what no writer of ours wrote. Never throws. */
export function parseContentLine(bytes: Uint8Array, at: number): ContentLine | null {
  const line = parsed(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  if (!isJsonObject(line) || line['v'] !== 1) return null;
  const key = line['key'];
  if (isJsonObject(key)) {
    const [keyId, wrapped] = [stringField(key, 'id'), stringField(key, 'wrapped')];
    return keyId === null || wrapped === null ? null : { kind: 'key', wrapped: { keyId, wrapped } };
  }
  const place = placeOn(line, at);
  const [text, sealed] = [stringField(line, 'text'), stringField(line, 'sealed')];
  if (place === null) return null;
  if (text !== null) return { kind: 'clear', place, text };
  return sealed !== null && isOffset(key) ? { kind: 'sealed', place, keyAt: key, sealed } : null;
}

function placeOn(line: JsonObject, at: number): PartPlace | null {
  const { part, of } = line;
  const kind = KINDS.find((each) => each === line['kind']);
  const form = FORMS.find((each) => each === line['form']);
  if (kind === undefined || form === undefined || !isOffset(part) || !isOffset(of)) return null;
  return part < 1 || part > of ? null : { at, kind, form, part, of };
}

const KINDS: readonly PieceKind[] = ['message', 'system', 'frame', 'block', 'request', 'reply'];
const FORMS: readonly PieceForm[] = ['masked', 'original'];

export function isOffset(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
