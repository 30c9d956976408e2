import { hash } from 'node:crypto';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { isOffset } from './content-lines.ts';
import type { ContentProblem, ContentReader, ContentRef } from './content-reader.ts';

/** A part of a body: a few bytes as they are, or a piece. */
export type BodySegment = string | ContentRef;

/** What is kept of one request, from which its whole body can be put together. */
export interface RequestList {
  /** The list of the request with whose messages this one begins. */
  readonly previous: ContentRef | null;
  /** How many bytes of those messages it begins with, from the bracket on. */
  readonly kept: number;
  readonly head: readonly BodySegment[];
  /** The messages behind them. */
  readonly messages: readonly BodySegment[];
  readonly tail: readonly BodySegment[];
  /** Digest of the whole body. */
  readonly sha256: string;
}

/** Reads what a record says of where something lies; null where it says nothing of the kind. */
export function parseRecordedRef(value: Json | undefined): ContentRef | null {
  if (!isJsonObject(value)) return null;
  const { at, bytes } = value;
  const sha256 = stringField(value, 'sha256');
  return isOffset(at) && isOffset(bytes) && sha256 !== null ? { at, bytes, sha256 } : null;
}

/** Reads the list of a request; null for any other text. */
export function parseRequestList(text: string): RequestList | null {
  const list = objectIn(text);
  if (list === null) return null;
  const { kept } = list;
  const sha256 = stringField(list, 'sha256');
  const [head, messages, tail] = [segmentsIn(list['head']), segmentsIn(list['messages']), segmentsIn(list['tail'])];
  const previous = list['previous'] === null ? null : refIn(list['previous']);
  if (head === null || messages === null || tail === null || sha256 === null || !isOffset(kept)) return null;
  return previous === undefined ? null : { previous, kept, head, messages, tail, sha256 };
}

/** Reads the list of a reply: the pieces of each block. Null for any other text. */
export function parseReplyList(text: string): readonly (readonly ContentRef[])[] | null {
  const blocks = objectIn(text)?.['blocks'];
  if (!isList(blocks)) return null;
  const read = blocks.map((refs) => (isList(refs) ? refs.map(refIn) : [undefined]));
  const whole = read.map((refs) => refs.filter((ref) => ref !== undefined));
  return read.some((refs, index) => refs.length !== whole[index]?.length) ? null : whole;
}

/** A body that was put together again, and whether it is the one that the list was made of. */
export type WholeBody =
  | { readonly ok: true; readonly bytes: Buffer; readonly isSame: boolean }
  | { readonly ok: false; readonly problem: ContentProblem };

/** Bytes of a body that is put together; more than a policy allows one to have. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** Puts the body of a request together, byte by byte. */
export async function wholeBody(reader: ContentReader, ref: ContentRef): Promise<WholeBody> {
  const lists: RequestList[] = [];
  for (let next: ContentRef | null = ref; next !== null;) {
    const piece = await reader.piece(next);
    if (!piece.ok) return piece;
    const list = parseRequestList(piece.text);
    // What was kept before lies in front: anything else would have no end.
    if (list === null || (list.previous !== null && list.previous.at >= next.at)) return MALFORMED;
    lists.push(list);
    next = list.previous;
  }
  let messages = Buffer.alloc(0);
  for (const list of lists.toReversed()) {
    const more = await joined(reader, list.messages);
    if (!Buffer.isBuffer(more)) return more;
    if (list.kept > messages.length || list.kept + more.length > MAX_BODY_BYTES) return MALFORMED;
    messages = Buffer.concat([messages.subarray(0, list.kept), more]);
  }
  const [list] = lists;
  if (list === undefined) return MALFORMED;
  const [head, tail] = [await joined(reader, list.head), await joined(reader, list.tail)];
  if (!Buffer.isBuffer(head)) return head;
  if (!Buffer.isBuffer(tail)) return tail;
  const bytes = Buffer.concat([head, messages, tail]);
  return { ok: true, bytes, isSame: hash('sha256', bytes, 'hex') === list.sha256 };
}

const MALFORMED = { ok: false, problem: 'malformed' } as const;

type Failed = { readonly ok: false; readonly problem: ContentProblem };

async function joined(reader: ContentReader, segments: readonly BodySegment[]): Promise<Buffer | Failed> {
  const parts: Buffer[] = [];
  let length = 0;
  for (const segment of segments) {
    const piece = typeof segment === 'string' ? null : await reader.piece(segment);
    if (piece !== null && !piece.ok) return piece;
    const bytes = Buffer.from(piece?.text ?? (typeof segment === 'string' ? segment : ''));
    length += bytes.length;
    if (length > MAX_BODY_BYTES) return MALFORMED;
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

function segmentsIn(value: Json | undefined): readonly BodySegment[] | null {
  if (!isList(value)) return null;
  const read = value.map((each) => (typeof each === 'string' ? each : refIn(each)));
  const whole = read.filter((each) => each !== undefined);
  return whole.length === read.length ? whole : null;
}

function refIn(value: Json | undefined): ContentRef | undefined {
  if (!isList(value)) return undefined;
  const [at, bytes, sha256] = value;
  return isOffset(at) && isOffset(bytes) && typeof sha256 === 'string' ? { at, bytes, sha256 } : undefined;
}

function objectIn(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) && value['v'] === 1 ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
