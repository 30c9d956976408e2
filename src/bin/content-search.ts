import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import type { PieceKind } from '../gateway/index.ts';
import { parseReplyList, parseRequestList } from './content-lists.ts';
import { contentLines } from './content-reader.ts';

/** Where a text stands in what was kept in clear. */
export interface ContentHit {
  readonly sessionId: SessionId;
  readonly kind: PieceKind;
  /** Offset of the list of the request or the reply that holds it first; null where none does, as after a crash. */
  readonly listAt: number | null;
  readonly occurrences: number;
  /** The first occurrence and what stands around it, without the escapes of JSON. */
  readonly excerpt: string;
}

export interface SearchProgress {
  readonly files: number;
  readonly totalFiles: number;
  readonly bytes: number;
}

/** UTF-16 code units of a list of pieces; a longer one was not written by us. */
const MAX_LIST = 64 * 1024 * 1024;
/** An escape that the end of a part cuts through, behind an even number of backslashes. */
const CUT_ESCAPE = /(?:^|[^\\])(?:\\\\)*(\\(?:u[0-9a-fA-F]{0,3})?)$/;
/** Code units at the end of a part in which a cut escape is looked for: a longer run of backslashes is nobody's text. */
const LONGEST_RUN = 4096;
/** UTF-16 code units on each side of an occurrence. */
const AROUND = 60;

/** The sessions of which content is kept, in the order of their ids, which is that of time. */
export function sessionsWithContent(folder: string): readonly SessionId[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => parseSessionId(name) ?? []);
}

/**
 * Searches the masked texts that are kept in clear: messages, replies, and what the client's user wrote of the system
 * prompt. Upper and lower case are the same. Memory stays bounded by what is found.
 */
export async function* searchContents(
  folder: string,
  sessions: readonly SessionId[],
  text: string,
  onProgress: (progress: SearchProgress) => void = () => undefined,
): AsyncGenerator<ContentHit> {
  const wanted = text.toLowerCase();
  let bytes = 0;
  for (const [files, sessionId] of sessions.entries()) {
    /** What was found since the last list that names it. */
    const found = new Map<number, Omit<ContentHit, 'listAt'>>();
    let pieceAt = 0;
    let list = '';
    let [tail, cutEscape] = ['', ''];
    for await (const { at, sizeBytes, line } of contentLines(join(folder, sessionId))) {
      bytes += sizeBytes;
      onProgress({ files, totalFiles: sessions.length, bytes });
      if (line?.kind !== 'clear') continue;
      const { kind, part, of } = line.place;
      if (part === 1) [pieceAt, list, tail, cutEscape] = [at, '', '', ''];
      if (kind === 'frame') continue;
      if (kind === 'request' || kind === 'reply') {
        list = list.length > MAX_LIST ? '' : list + line.text;
        for (const named of part < of ? [] : namedIn(kind, list)) {
          const hit = found.get(named);
          if (hit === undefined) continue;
          found.delete(named);
          yield { ...hit, listAt: pieceAt };
        }
        continue;
      }
      const json = cutEscape + line.text;
      cutEscape = part < of ? (CUT_ESCAPE.exec(json.slice(-LONGEST_RUN))?.[1] ?? '') : '';
      const read = tail + unescaped(json.slice(0, json.length - cutEscape.length));
      // One code unit less than a whole occurrence, so that none counts twice.
      tail = part < of && wanted.length > 1 ? read.slice(1 - wanted.length) : '';
      const places = occurrences(read, wanted);
      const [first] = places;
      if (first === undefined) continue;
      const known = found.get(pieceAt);
      const excerpt = known?.excerpt ?? read.slice(Math.max(0, first - AROUND), first + wanted.length + AROUND);
      found.set(pieceAt, { sessionId, kind, occurrences: (known?.occurrences ?? 0) + places.length, excerpt });
    }
    for (const hit of found.values()) yield { ...hit, listAt: null };
  }
}

/** Offsets of the pieces that a list names. */
function namedIn(kind: 'request' | 'reply', text: string): readonly number[] {
  if (kind === 'reply') return (parseReplyList(text) ?? []).flat().map(({ at }) => at);
  const list = parseRequestList(text);
  const segments = list === null ? [] : [...list.head, ...list.messages, ...list.tail];
  return segments.flatMap((segment) => (typeof segment === 'string' ? [] : [segment.at]));
}

function occurrences(text: string, wanted: string): readonly number[] {
  const places: number[] = [];
  const read = text.toLowerCase();
  for (let at = read.indexOf(wanted); at !== -1 && wanted !== ''; at = read.indexOf(wanted, at + wanted.length))
    places.push(at);
  return places;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** JSON text with its escapes read, so that a phrase is found however the client wrote it. */
function unescaped(json: string): string {
  return json.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, letter: string | undefined) =>
    code === undefined ? (ESCAPES[letter ?? ''] ?? letter ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
