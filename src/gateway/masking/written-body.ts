import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';

import type { Sha256 } from '../../core/ids.ts';
import { spliced } from '../leaves/index.ts';
import type { Edit } from '../leaves/index.ts';
import type { Boundary, Conversation } from './conversations.ts';
import type { RequestStart } from './request-start.ts';

/** A message behind those that are known. */
export interface NewMessage extends Pick<Boundary, 'chain' | 'tails'> {
  /** As it goes up; null where nothing of it does. */
  readonly text: Buffer | null;
  readonly isSame: boolean;
}

export interface WrittenBody {
  /** The body, in pieces: what is known of it is not copied anew each turn. */
  readonly pieces: readonly Buffer[];
  readonly length: number;
  /** Whether it goes up as it came. */
  readonly isSame: boolean;
  readonly requestSha256: Sha256;
  readonly forwardedSha256: Sha256;
  /** The messages that are new with it, as they go up, with what is between them. */
  readonly added: Buffer;
  readonly conversation: Omit<Conversation, 'toolUses' | 'bundle'>;
}

/** The last messages of a request, of which a digest is kept: the mark of the prompt cache wanders among them. */
const KEPT_DIGESTS = 6;
const BRACKET = Buffer.from('[');

/**
 * Puts a body together: what is known of its conversation as it went up before, what is new as it was written, and all
 * else as it came, but for the edits outside of the messages.
 */
export function writtenBody(
  raw: Buffer,
  { members, messages, known, elements }: RequestStart,
  news: readonly NewMessage[],
  outside: readonly Edit[],
): WrittenBody {
  const before = known === null ? null : (known.conversation.boundaries[known.messages - 1] ?? null);
  const inOrder = outside.toSorted((a, b) => a.span.start - b.span.start);
  const headEdits = inOrder.filter(({ span }) => span.start < messages.start);
  const tailEdits = inOrder.filter(({ span }) => span.start >= messages.end);
  const [isHeadEdited, isTailEdited] = [headEdits.length > 0, tailEdits.length > 0];
  const head = isHeadEdited
    ? spliced(raw, { start: 0, end: messages.start }, headEdits)
    : raw.subarray(0, messages.start);
  const behind = { start: messages.end, end: raw.length };
  const tail = isTailEdited ? spliced(raw, behind, tailEdits) : raw.subarray(behind.start, behind.end);

  const start = known === null || before === null ? [BRACKET] : startOf(known.conversation.written, before.writtenEnd);
  const fresh: Buffer[] = [];
  const boundaries: Boundary[] = known === null ? [] : known.conversation.boundaries.slice(0, known.messages);
  const rawDigest = before?.rawDigest?.copy() ?? digestOver(raw.subarray(0, before?.rawEnd ?? 0));
  const sentDigest = (isHeadEdited ? null : before?.sentDigest?.copy()) ?? digestOverAll([head, ...start]);
  let rawEnd = before?.rawEnd ?? messages.start + 1;
  if (before === null) rawDigest.update(raw.subarray(0, rawEnd));
  let sentEnd = before?.writtenEnd ?? 1;
  let gap = before?.gap ?? { start: rawEnd, end: null };
  let isSame = (before?.isSame ?? true) && !isHeadEdited && !isTailEdited;

  for (const [index, message] of news.entries()) {
    const element = elements[index];
    if (element === undefined) break;
    const { text } = message;
    gap = { start: gap.start, end: gap.end ?? element.start };
    if (text !== null) {
      const between = raw.subarray(gap.start, gap.end ?? element.start);
      fresh.push(between, text);
      sentDigest.update(between).update(text);
      sentEnd += between.length + text.length;
      gap = { start: element.end, end: null };
    }
    isSame &&= message.isSame;
    rawDigest.update(raw.subarray(rawEnd, element.end));
    rawEnd = element.end;
    const isLast = index >= news.length - KEPT_DIGESTS;
    boundaries.push({
      rawEnd,
      writtenEnd: sentEnd,
      chain: message.chain,
      tails: message.tails,
      gap,
      isSame,
      rawDigest: isLast ? rawDigest.copy() : null,
      sentDigest: isLast && !isHeadEdited ? sentDigest.copy() : null,
    });
  }
  const end = raw.subarray(rawEnd, messages.end);
  const requestSha256 = hex(rawDigest.update(raw.subarray(rawEnd)));
  const added = Buffer.concat(fresh);
  const written = added.length === 0 ? start : inFew([...start, added]);
  return {
    pieces: isSame ? [raw] : [head, ...written, end, tail],
    length: isSame ? raw.length : head.length + sentEnd + end.length + tail.length,
    isSame,
    requestSha256,
    forwardedSha256: isSame ? requestSha256 : hex(sentDigest.update(end).update(tail)),
    added,
    conversation: {
      raw,
      head: new Map([...members].filter(([, span]) => span.start < messages.start)),
      messagesStart: messages.start,
      written,
      boundaries,
    },
  };
}

/** The pieces up to an offset into all of them. */
function startOf(pieces: readonly Buffer[], end: number): readonly Buffer[] {
  const kept: Buffer[] = [];
  let left = end;
  for (const piece of pieces) {
    if (left <= 0) break;
    kept.push(piece.length <= left ? piece : piece.subarray(0, left));
    left -= piece.length;
  }
  return kept;
}

/** More pieces than a socket takes at once are joined: each byte so is copied every so many turns. */
const MAX_PIECES = 64;

function inFew(pieces: readonly Buffer[]): readonly Buffer[] {
  return pieces.length <= MAX_PIECES ? pieces : [Buffer.concat(pieces)];
}

function digestOverAll(pieces: readonly Buffer[]): Hash {
  const digest = createHash('sha256');
  for (const piece of pieces) digest.update(piece);
  return digest;
}

function digestOver(bytes: Buffer): Hash {
  return createHash('sha256').update(bytes);
}

function hex(digest: Hash): Sha256 {
  return digest.digest('hex') as Sha256;
}
