import { EventStreamCodec } from '@smithy/eventstream-codec';

import { stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';

/** A call that the scripted model makes. Without an id it is called `toolu_drill_<turn>_<n>`, both from 0. */
export interface ScriptedToolUse {
  readonly name: string;
  readonly input: JsonObject;
  readonly id?: string;
}

/** What a message says, before it takes the form of a protocol. */
export interface ScriptedMessage {
  readonly text: string | null;
  readonly toolUses: readonly ScriptedToolUse[];
}

/** What the forms of a message need to know of the request that it answers. */
export interface ReplyContext {
  readonly model: string;
  readonly turn: number;
  /** Bytes of the request body, from which a plausible token count is made. */
  readonly requestBytes: number;
}

/** Pieces of text and of tool input in a stream, in code points: small, so that readers must join them. */
const PIECE_LENGTH = 9;

/** The message as one JSON object, as `stream: false` and Bedrock's `invoke` answer. */
export function messageJson(message: ScriptedMessage, context: ReplyContext): JsonObject {
  return {
    ...messageHead(context),
    content: contentBlocks(message, context.turn),
    stop_reason: stopReason(message),
    usage: { ...inputUsage(context), output_tokens: outputTokens(message) },
  };
}

/**
 * The message as the events of a stream, in the order in which the real service sends them.
 *
 * @param isCutAfterToolUse ends the list with the last `content_block_stop`, as a connection that breaks there.
 */
export function messageEvents(
  message: ScriptedMessage,
  context: ReplyContext,
  isCutAfterToolUse = false,
): readonly JsonObject[] {
  const events: JsonObject[] = [
    {
      type: 'message_start',
      message: {
        ...messageHead(context),
        content: [],
        stop_reason: null,
        usage: { ...inputUsage(context), output_tokens: 1 },
      },
    },
  ];
  contentBlocks(message, context.turn).forEach((block, index) => {
    events.push({ type: 'content_block_start', index, content_block: emptyBlock(block) });
    if (index === 0) events.push({ type: 'ping' });
    for (const delta of deltasOf(block)) events.push({ type: 'content_block_delta', index, delta });
    events.push({ type: 'content_block_stop', index });
  });
  if (isCutAfterToolUse) return events;
  events.push({
    type: 'message_delta',
    delta: { stop_reason: stopReason(message), stop_sequence: null },
    usage: { output_tokens: outputTokens(message) },
  });
  events.push({ type: 'message_stop' });
  return events;
}

/** Server-sent events as the Messages service writes them. */
export function sseBytes(events: readonly JsonObject[]): Buffer {
  return Buffer.from(
    events.map((event) => `event: ${typeOf(event)}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
    'utf8',
  );
}

/** Event-stream frames as Bedrock writes them: each holds the base64 of one event. */
export function eventStreamBytes(events: readonly JsonObject[]): Buffer {
  return Buffer.concat(events.map((event) => chunkFrame(event)));
}

/** One frame of an event stream. */
export function eventFrame(type: string, payload: JsonObject): Buffer {
  return Buffer.from(
    codec.encode({
      headers: {
        ':event-type': { type: 'string', value: type },
        ':content-type': { type: 'string', value: 'application/json' },
        ':message-type': { type: 'string', value: 'event' },
      },
      body: Buffer.from(JSON.stringify(payload), 'utf8'),
    }),
  );
}

function typeOf(event: JsonObject): string {
  return stringField(event, 'type') ?? 'message';
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

function chunkFrame(event: JsonObject): Buffer {
  const told = event['type'] === 'message_stop' ? { ...event, 'amazon-bedrock-invocationMetrics': METRICS } : event;
  return eventFrame('chunk', { bytes: Buffer.from(JSON.stringify(told), 'utf8').toString('base64') });
}

const METRICS = { inputTokenCount: 10, outputTokenCount: 10, invocationLatency: 5, firstByteLatency: 1 };

function messageHead(context: ReplyContext): JsonObject {
  return {
    id: `msg_drill_${context.turn}`,
    type: 'message',
    role: 'assistant',
    model: context.model,
    stop_sequence: null,
  };
}

function contentBlocks(message: ScriptedMessage, turn: number): readonly JsonObject[] {
  const blocks: JsonObject[] = message.text === null ? [] : [{ type: 'text', text: message.text }];
  message.toolUses.forEach((use, n) => {
    blocks.push({ type: 'tool_use', id: use.id ?? `toolu_drill_${turn}_${n}`, name: use.name, input: use.input });
  });
  return blocks;
}

function emptyBlock(block: JsonObject): JsonObject {
  return block['type'] === 'text' ? { ...block, text: '' } : { ...block, input: {} };
}

function deltasOf(block: JsonObject): readonly JsonObject[] {
  if (block['type'] === 'text')
    return pieces(stringField(block, 'text') ?? '').map((text) => ({ type: 'text_delta', text }));
  const input: Json = block['input'] ?? {};
  return ['', ...pieces(JSON.stringify(input))].map((part) => ({ type: 'input_json_delta', partial_json: part }));
}

/** A text in the pieces in which a stream brings it. */
export function pieces(text: string): readonly string[] {
  const points = Array.from(text);
  const parts: string[] = [];
  for (let start = 0; start < points.length; start += PIECE_LENGTH) {
    parts.push(points.slice(start, start + PIECE_LENGTH).join(''));
  }
  return parts;
}

function stopReason(message: ScriptedMessage): string {
  return message.toolUses.length > 0 ? 'tool_use' : 'end_turn';
}

function inputUsage(context: ReplyContext): JsonObject {
  return {
    input_tokens: Math.ceil(context.requestBytes / 4),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  };
}

/** A plausible count for what a message says. */
export function outputTokens(message: ScriptedMessage): number {
  return Math.ceil(((message.text ?? '').length + JSON.stringify(message.toolUses).length) / 4);
}
