import { isJsonObject, stringField } from '../core/json.ts';
import { arrayElements, arrayKind, objectMembers, stringAt } from './json-spans.ts';
import type { Span } from './json-spans.ts';
import type { MessageFormat } from './message-format.ts';

/** What the gateway needs to know of a request body; everything else in it stays unread. */
export interface MessagesBody {
  readonly format: MessageFormat;
  /** Null where the path names it. */
  readonly model: string | null;
  readonly isStream: boolean;
  /** Session id that the client writes into `metadata.user_id`, or null. */
  readonly clientSessionId: string | null;
  /** The array of the tools that are offered, or null where there is none or it is empty. */
  readonly tools: Span | null;
  /** The `messages` array. */
  readonly messages: Span;
}

/**
 * Reads the members of a request body of the Messages protocol, or of Converse.
 *
 * @param messages the span of its array of messages.
 * @returns why it cannot be read, as text for the developer.
 */
export function messagesBodyOf(
  bytes: Buffer,
  format: MessageFormat,
  members: ReadonlyMap<string, Span>,
  messages: Span,
): MessagesBody | string {
  const tools = toolsOf(bytes, format === 'converse' ? converseTools(bytes, members) : members.get('tools'));
  if (tools === 'unreadable') return '`tools` in the request body is no array';
  if (format === 'converse') return { format, model: null, isStream: false, clientSessionId: null, tools, messages };
  const model = members.get('model');
  return {
    format,
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
    const spec = members.get('toolSpec');
    // Converse wraps a tool in an object that says of which kind it is.
    const named = spec === undefined ? members : objectMembers(bytes, spec);
    if (named === null) return null;
    const name = named.get('name');
    const text = name === undefined ? null : stringAt(bytes, name);
    if (text !== null) names.push(text);
  }
  return names;
}

/**
 * Where Converse has its tools; those of the model's own making, such as one that edits files, stand in the fields that
 * are passed on to the model as they are.
 */
function converseTools(bytes: Buffer, members: ReadonlyMap<string, Span>): Span | undefined {
  const tools = memberOf(bytes, members.get('toolConfig'), 'tools');
  const isOffered = tools !== undefined && arrayKind(bytes, tools) !== 'empty';
  return isOffered ? tools : (memberOf(bytes, members.get('additionalModelRequestFields'), 'tools') ?? tools);
}

function memberOf(bytes: Buffer, object: Span | undefined, name: string): Span | undefined {
  return object === undefined ? undefined : objectMembers(bytes, object)?.get(name);
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
  const userId = memberOf(bytes, metadata, 'user_id');
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
