import { isJsonObject, stringField } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { asToolUse } from '../converse-reply.ts';
import { arrayElements, objectMembers, stringAt } from '../json-spans.ts';
import type { Span } from '../json-spans.ts';
import { jsonString, spliced } from '../leaves/splice.ts';
import type { Edit } from '../leaves/splice.ts';
import type { MessageFormat } from '../message-format.ts';
import { toolUsesIn } from '../reply-watch.ts';
import { UnreadableReply } from '../stream-codec.ts';
import { runsAtClient } from './call-rule.ts';
import type { CallFilter } from './call-filter.ts';

/**
 * A reply that came whole, with a text in the place of each call that may not go on. Every other byte stays; where each
 * call may, it is the same buffer.
 *
 * @throws {UnreadableReply} where the reply holds a call and cannot be taken apart for certain.
 */
export async function withoutRefusedCalls(body: Buffer, format: MessageFormat, filter: CallFilter): Promise<Buffer> {
  const reply = membersOf(body, { start: 0, end: body.length });
  const edits: Edit[] = [];
  for (const span of blocksIn(body, reply, format)) {
    const call = callIn(parsed(body, span), format);
    const [use] = call === null ? [] : toolUsesIn(call);
    const text = use === undefined ? null : await filter.refused(use);
    if (text !== null) edits.push({ span, by: textBlock(text, format) });
  }
  const stopped = reply.get(STOP_REASONS[format]);
  const isLeft = edits.length === 0 || filter.counts.passed > 0;
  if (!isLeft && stopped !== undefined && stringAt(body, stopped) === 'tool_use')
    edits.push({ span: stopped, by: jsonString('end_turn') });
  if (edits.length === 0) return body;
  const inOrder = edits.toSorted((a, b) => a.span.start - b.span.start);
  return spliced(body, { start: 0, end: body.length }, inOrder);
}

const STOP_REASONS = { messages: 'stop_reason', converse: 'stopReason' } as const satisfies Record<
  MessageFormat,
  string
>;

function blocksIn(body: Buffer, reply: ReadonlyMap<string, Span>, format: MessageFormat): readonly Span[] {
  const output = format === 'messages' ? undefined : inside(body, reply, 'output');
  const message = output === undefined ? reply : inside(body, output, 'message');
  const content = message.get('content');
  if (content === undefined) return [];
  const blocks = arrayElements(body, content);
  if (blocks === null) throw new UnreadableReply('the content of the reply is no list');
  return blocks;
}

function inside(body: Buffer, members: ReadonlyMap<string, Span>, name: string): ReadonlyMap<string, Span> {
  const span = members.get(name);
  return span === undefined ? new Map() : membersOf(body, span);
}

function membersOf(body: Buffer, span: Span): ReadonlyMap<string, Span> {
  const members = objectMembers(body, span);
  if (members === null) throw new UnreadableReply('the reply cannot be taken apart for certain');
  return members;
}

function parsed(body: Buffer, span: Span): Json {
  try {
    return JSON.parse(body.toString('utf8', span.start, span.end)) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) throw new UnreadableReply('the reply is no JSON', { cause: error });
    throw error;
  }
}

/** The call in a block, as the Messages service writes it, where the client would run it. */
function callIn(block: Json, format: MessageFormat): JsonObject | null {
  if (!isJsonObject(block)) return null;
  if (format === 'messages') return runsAtClient(stringField(block, 'type')) ? block : null;
  if (block['toolUse'] === undefined) return null;
  const call = asToolUse(block['toolUse']);
  return runsAtClient(stringField(call, 'type')) ? call : null;
}

function textBlock(text: string, format: MessageFormat): Buffer {
  return Buffer.from(JSON.stringify(format === 'messages' ? { type: 'text', text } : { text }), 'utf8');
}
