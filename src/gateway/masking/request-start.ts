import { isUtf8 } from 'node:buffer';

import { arrayElements, MAX_JSON_ENTRIES, objectMembers, restOfArray, restOfObject } from '../json-spans.ts';
import type { Span } from '../json-spans.ts';
import type { Conversations, KnownStart } from './conversations.ts';

/** A request body as far as it must be read: what it begins with may be known from the turn before. */
export interface RequestStart {
  /** All members of the body. */
  readonly members: ReadonlyMap<string, Span>;
  /** The array of messages. */
  readonly messages: Span;
  readonly known: KnownStart | null;
  /** The messages behind the known ones. */
  readonly elements: readonly Span[];
}

/**
 * Reads the body of a request; only what is new of a conversation that is known.
 *
 * @returns why it cannot be read, as text for the developer.
 */
export function requestStart(bytes: Buffer, conversations: Conversations | null): RequestStart | string {
  const known = conversations?.startOf(bytes) ?? null;
  const behind = known === null ? 0 : (known.conversation.boundaries[known.messages - 1]?.rawEnd ?? 0);
  if (!isUtf8(behind === 0 ? bytes : bytes.subarray(behind))) return 'the request body is not UTF-8';
  if (known !== null) return restOf(bytes, known, behind);
  const members = objectMembers(bytes, { start: 0, end: bytes.length });
  if (members === null) return UNREADABLE;
  const messages = members.get('messages');
  const elements = messages === undefined ? null : arrayElements(bytes, messages);
  if (messages === undefined || elements === null) return NO_MESSAGES;
  return { members, messages, known, elements };
}

const UNREADABLE = 'the request body is no JSON object, is nested too deeply, has a key twice or too many members';
const NO_MESSAGES = `the request body has no \`messages\` array of at most ${MAX_JSON_ENTRIES} messages`;

function restOf(bytes: Buffer, known: KnownStart, behind: number): RequestStart | string {
  const { head, messagesStart } = known.conversation;
  const rest = restOfArray(bytes, behind);
  if (rest === null || known.messages + rest.elements.length > MAX_JSON_ENTRIES) return NO_MESSAGES;
  const members = new Map(head);
  const messages = { start: messagesStart, end: rest.end };
  members.set('messages', messages);
  return restOfObject(bytes, rest.end, members) ? { members, messages, known, elements: rest.elements } : UNREADABLE;
}
