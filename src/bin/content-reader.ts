import { hash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionId } from '../core/ids.ts';
import type { PieceForm, PieceKind } from '../gateway/index.ts';
import { CONTENT_KEY_BYTES, contentKey } from '../seal/index.ts';
import type { ContentKey } from '../seal/index.ts';
import { MAX_CONTENT_LINE_BYTES, openedPart, parseContentLine } from './content-lines.ts';
import type { ContentLine, PartPlace } from './content-lines.ts';
import type { KeyWrap } from './key-wrap.ts';

/** Where a piece lies, as records and lists of pieces name it. */
export interface ContentRef {
  readonly at: number;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Why a text cannot be had. `sealed`: nobody asked to open it. `key-gone`: its session's key was destroyed. `missing`: the
 * file does not reach that far. `altered`: the bytes there are not those that were recorded. `malformed`: they are no piece.
 */
export type ContentProblem = 'sealed' | 'key-gone' | 'missing' | 'altered' | 'malformed';

export type PieceText =
  | { readonly ok: true; readonly kind: PieceKind; readonly form: PieceForm; readonly text: string }
  | { readonly ok: false; readonly problem: ContentProblem };

/** The contents of one session, for reading. */
export interface ContentReader {
  /** The text of a piece. Its bytes are compared with their digest first. Errors of the system pass through. */
  piece(ref: ContentRef): Promise<PieceText>;
  close(): Promise<void>;
}

export interface ReaderOptions {
  readonly folder: string;
  readonly sessionId: SessionId;
  /** Opens what is sealed; null leaves it closed. */
  readonly keys: KeyWrap | null;
}

/** Longest piece that is read, in bytes: a body of the most that a policy allows, in its longest form. */
const MAX_PIECE_BYTES = 512 * 1024 * 1024;
/** A line with a data key; those of services are the longest. */
const MAX_KEY_LINE_BYTES = 16 * 1024;

/** Opens the contents of a session; null where there are none. @throws {Error} where they are no regular file. */
export async function openContents({ folder, sessionId, keys }: ReaderOptions): Promise<ContentReader | null> {
  const file = await openForReading(join(folder, sessionId));
  if (file === null) return null;
  const dataKeys = new Map<number, Promise<ContentKey | null>>();

  const dataKeyAt = async (at: number): Promise<ContentKey | null> => {
    const line = lineIn(await rangeOf(file, at, MAX_KEY_LINE_BYTES), at);
    if (keys === null || line?.kind !== 'key') return null;
    const secret = await keys.unwrap(sessionId, line.wrapped);
    return secret === null || secret.length !== CONTENT_KEY_BYTES ? null : contentKey(secret);
  };
  const textOn = async (line: PieceLine): Promise<PartText> => {
    if (line.kind === 'clear') return { ok: true, text: line.text };
    if (keys === null) return { ok: false, problem: 'sealed' };
    const asked = dataKeys.get(line.keyAt) ?? dataKeyAt(line.keyAt);
    dataKeys.set(line.keyAt, asked);
    const key = await asked;
    if (key === null) return { ok: false, problem: 'key-gone' };
    const text = openedPart(key, sessionId, line.place, line.sealed);
    return text === null ? { ok: false, problem: 'altered' } : { ok: true, text };
  };

  return {
    piece: async ({ at, bytes: sizeBytes, sha256 }) => {
      if (sizeBytes > MAX_PIECE_BYTES) return { ok: false, problem: 'malformed' };
      const bytes = await rangeOf(file, at, sizeBytes);
      if (bytes.length < sizeBytes) return { ok: false, problem: 'missing' };
      if (hash('sha256', bytes, 'hex') !== sha256) return { ok: false, problem: 'altered' };
      const texts: string[] = [];
      let first: PartPlace | null = null;
      for (let from = 0; from < bytes.length;) {
        const newline = bytes.indexOf(NEWLINE, from);
        const line = newline === -1 ? null : parseContentLine(bytes.subarray(from, newline), at + from);
        if (line === null || line.kind === 'key') return { ok: false, problem: 'malformed' };
        if (line.place.part !== texts.length + 1) return { ok: false, problem: 'malformed' };
        first ??= line.place;
        const read = await textOn(line);
        if (!read.ok) return read;
        texts.push(read.text);
        from = newline + 1;
      }
      if (first === null || first.of !== texts.length) return { ok: false, problem: 'malformed' };
      return { ok: true, kind: first.kind, form: first.form, text: texts.join('') };
    },
    close: () => file.close(),
  };
}

const NEWLINE = 0x0a;

type PieceLine = Exclude<ContentLine, { readonly kind: 'key' }>;
type PartText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: ContentProblem };

async function openForReading(path: string): Promise<FileHandle | null> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    throw new Error(`\`${path}\` is no regular file`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function rangeOf(file: FileHandle, at: number, sizeBytes: number): Promise<Buffer> {
  const left = Math.max(0, (await file.stat()).size - at);
  const bytes = Buffer.alloc(Math.min(left, sizeBytes));
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

function lineIn(bytes: Buffer, at: number): ContentLine | null {
  const end = bytes.indexOf(NEWLINE);
  return end === -1 ? null : parseContentLine(bytes.subarray(0, end), at);
}

/** A line of a file of contents, with its offset. */
export interface ReadLine {
  readonly at: number;
  readonly sizeBytes: number;
  /** Null where it is none of ours: torn by a crash, damaged, or longer than any that is written. */
  readonly line: ContentLine | null;
}

/** Reads all lines of a session's contents in order, with memory bounded whatever the file holds. */
export async function* contentLines(path: string): AsyncGenerator<ReadLine> {
  const file = await openForReading(path);
  if (file === null) return;
  const buffer = Buffer.allocUnsafe(2 * MAX_CONTENT_LINE_BYTES);
  try {
    let [held, lineAt, isSkipping] = [0, 0, false];
    for (;;) {
      const { bytesRead } = await file.read(buffer, held, buffer.length - held, lineAt + held);
      const filled = held + bytesRead;
      let from = 0;
      for (let end = buffer.subarray(0, filled).indexOf(NEWLINE, from); end !== -1;) {
        const line = isSkipping ? null : parseContentLine(buffer.subarray(from, end), lineAt);
        yield { at: lineAt, sizeBytes: end + 1 - from, line };
        lineAt += end + 1 - from;
        from = end + 1;
        isSkipping = false;
        end = buffer.subarray(0, filled).indexOf(NEWLINE, from);
      }
      held = filled - from;
      if (bytesRead === 0) {
        if (held > 0) yield { at: lineAt, sizeBytes: held, line: null };
        return;
      }
      buffer.copyWithin(0, from, filled);
      if (held >= MAX_CONTENT_LINE_BYTES) {
        lineAt += held;
        [held, isSkipping] = [0, true];
      }
    }
  } finally {
    await file.close();
  }
}
