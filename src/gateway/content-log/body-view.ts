import { arrayElements, restOfArray } from '../json-spans.ts';
import type { Span } from '../json-spans.ts';
import type { MaskedRequest } from '../masking/request-masker.ts';
import type { RequestStart } from '../masking/request-start.ts';
import type { Part } from './tape.ts';

/** Where the parts of a body lie: what is in front of its messages, the messages, and what is behind. */
export interface BodyView {
  readonly bytes: Buffer;
  /** From the bracket of the messages to the end of the last one. */
  readonly messages: Span;
  /** Bytes of the messages, from the bracket on, that the body of before had as well; 0 where none is known. */
  readonly knownBytes: number;
  /** The members of the body outside of its messages, the parts of the system prompt each by itself. */
  readonly frame: readonly Part[];
}

/** A body as the client sent it. */
export function originalView(bytes: Buffer, start: RequestStart): BodyView {
  const { messages, elements, known } = start;
  const knownEnd = known?.conversation.boundaries[known.messages - 1]?.rawEnd ?? null;
  return {
    bytes,
    messages: { start: messages.start, end: elements.at(-1)?.end ?? knownEnd ?? messages.start + 1 },
    knownBytes: knownEnd === null ? 0 : knownEnd - messages.start,
    frame: frameOf(bytes, start, { inHead: 0, behind: 0, atEnd: 0 }),
  };
}

/** The same body as it went up. */
export function sentView(
  original: Buffer,
  start: RequestStart,
  { pieces, length, added }: Pick<MaskedRequest, 'pieces' | 'length' | 'added'>,
): BodyView {
  const { known, messages, elements, members } = start;
  const before = known?.conversation.boundaries[known.messages - 1] ?? null;
  const writtenEnd = before?.writtenEnd ?? 1;
  const behindLast = elements.at(-1)?.end ?? before?.rawEnd ?? messages.start + 1;
  const written = writtenEnd + added.length;
  const [only] = pieces;
  const bytes = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces, length);
  // Outside of the messages only the system prompt is ever written anew.
  const grew = length - (messages.start + written + original.length - behindLast);
  const isInHead = (members.get('system')?.start ?? messages.start) < messages.start;
  const messagesAt = messages.start + (isInHead ? grew : 0);
  return {
    bytes,
    messages: { start: messagesAt, end: messagesAt + written },
    // Where nothing but the bracket went up there is nothing to go on from.
    knownBytes: writtenEnd > 1 ? writtenEnd : 0,
    frame: frameOf(bytes, start, {
      inHead: messagesAt - messages.start,
      behind: messagesAt + written - behindLast,
      atEnd: length - original.length,
    }),
  };
}

/** The messages of a body that are not known; null where they cannot be told apart. */
export function newMessages({ bytes, messages, knownBytes }: BodyView): readonly Part[] | null {
  const from = messages.start + knownBytes;
  if (from >= messages.end) return [];
  const arrayEnd = restOfArray(bytes, messages.end)?.end ?? messages.end;
  const elements =
    knownBytes > 0
      ? (restOfArray(bytes, from)?.elements ?? null)
      : arrayElements(bytes, { start: messages.start, end: arrayEnd });
  return elements === null ? null : elements.map((span) => ({ ...span, kind: 'message' }));
}

/** By how many bytes what was read of a body as it came lies further back in it as it went up. */
interface Moves {
  /** In front of the messages. */
  readonly inHead: number;
  /** Right behind the messages. */
  readonly behind: number;
  readonly atEnd: number;
}

/** What is behind the system prompt moves by what that grew. */
function frameOf(bytes: Buffer, { members, messages }: RequestStart, moves: Moves): readonly Part[] {
  const systemAt = members.get('system')?.start ?? messages.start;
  return [...members].flatMap(([name, span]): readonly Part[] => {
    if (name === 'messages') return [];
    const isBehind = span.start > messages.start;
    const [before, after] = isBehind ? [moves.behind, moves.atEnd] : [0, moves.inHead];
    const isSystemHere = isBehind ? systemAt > messages.start : systemAt < messages.start;
    const start = span.start + (isSystemHere && span.start > systemAt ? after : before);
    const end = span.end + (isSystemHere && span.start >= systemAt ? after : before);
    return name === 'system' ? systemParts(bytes, { start, end }) : [{ start, end, kind: 'frame' }];
  });
}

function systemParts(bytes: Buffer, span: Span): readonly Part[] {
  const elements = arrayElements(bytes, span) ?? [span];
  return elements.map((element) => ({ ...element, kind: 'system' }));
}
