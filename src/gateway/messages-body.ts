import { isUtf8 } from 'node:buffer';

import { isJsonObject, stringField } from '../core/json.ts';
import { arrayElements, arrayKind, objectMembers, stringAt } from './json-spans.ts';
import type { Span } from './json-spans.ts';

/** What the gateway needs to know of a request body; everything else in it stays unread. */
export interface MessagesBody {
  readonly model: string | null;
  readonly isStream: boolean;
  /** Session id that the client writes into `metadata.user_id`, or null. */
  readonly clientSessionId: string | null;
  /** The `tools` array, or null where there is none or it is empty. */
  readonly tools: Span | null;
  /** The `messages` array. */
  readonly messages: Span;
}

/**
 * Reads a request body of the Messages protocol.
 *
 * @returns why it cannot be read, as text for the developer, where it is no UTF-8 JSON object with one `messages` array.
 */
export function readMessagesBody(bytes: Buffer): MessagesBody | string {
  if (!isUtf8(bytes)) return 'the request body is not UTF-8';
  const members = objectMembers(bytes, { start: 0, end: bytes.length });
  if (members === null) return 'the request body is no JSON object, is nested too deeply or has a key twice';
  const messages = members.get('messages');
  if (messages === undefined || arrayKind(bytes, messages) === 'no-array')
    return 'the request body has no `messages` array';
  const tools = toolsOf(bytes, members.get('tools'));
  if (tools === 'unreadable') return '`tools` in the request body is no array';
  const model = members.get('model');
  return {
    model: model === undefined ? null : stringAt(bytes, model),
    isStream: isLiteral(bytes, members.get('stream'), 'true'),
    clientSessionId: sessionInMetadata(bytes, members.get('metadata')),
    tools,
    messages,
  };
}

/** The names of the tools that a request offers, in order; null where the array cannot be read. */
export function toolNames(bytes: Buffer, tools: Span): readonly string[] | null {
  const names: string[] = [];
  for (const tool of arrayElements(bytes, tools) ?? [null]) {
    const members = tool === null ? null : objectMembers(bytes, tool);
    if (members === null) return null;
    const name = members.get('name');
    const text = name === undefined ? null : stringAt(bytes, name);
    if (text !== null) names.push(text);
  }
  return names;
}

function toolsOf(bytes: Buffer, tools: Span | undefined): Span | null | 'unreadable' {
  if (tools === undefined || isLiteral(bytes, tools, 'null')) return null;
  const kind = arrayKind(bytes, tools);
  if (kind === 'no-array') return 'unreadable';
  return kind === 'empty' ? null : tools;
}

function isLiteral(bytes: Buffer, span: Span | undefined, literal: string): boolean {
  return span !== undefined && bytes.toString('latin1', span.start, span.end) === literal;
}

/** `metadata.user_id` is a string that holds a JSON object of its own. */
function sessionInMetadata(bytes: Buffer, metadata: Span | undefined): string | null {
  const userId = metadata === undefined ? undefined : objectMembers(bytes, metadata)?.get('user_id');
  const text = userId === undefined ? null : stringAt(bytes, userId);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? stringField(value, 'session_id') : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
