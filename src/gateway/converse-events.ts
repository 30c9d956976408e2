import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { asToolUse, asUsage, strayCalls } from './converse-reply.ts';
import { UnreadableReply } from './stream-codec.ts';
import type { StringEdit } from './stream-codec.ts';

/**
 * An event of a Converse stream as the Messages service would have written it; null where it has no counterpart.
 *
 * Converse opens no block of text: its first delta does. `messageStop` and `metadata` are both a `message_delta`, and
 * nothing stands for `message_stop`.
 *
 * @param payload the content of its frame, or null where that is no JSON object.
 * @throws {UnreadableReply} where a client might read another event than this.
 */
export function converseEvent(type: string, payload: JsonObject | null): JsonObject | null {
  if (isKnown(type)) {
    if (payload === null) throw new UnreadableReply('the content of a frame is no JSON object');
    return READERS[type](payload);
  }
  const calls = payload === null ? [] : strayCalls(payload);
  return calls.length === 0 ? null : { type, content: calls };
}

/** Where the string at this place of an event stands in the content of its frame; null where none does. */
export function placeInPayload(path: StringEdit['path']): StringEdit['path'] | null {
  // A citation is given as Converse writes it.
  if (path[0] === 'delta' && path[1] === 'citation') return path;
  return PLACES.get(path.join(' ')) ?? null;
}

const READERS = {
  messageStart: (payload) => ({
    type: 'message_start',
    message: { type: 'message', role: stringField(payload, 'role') ?? 'assistant', content: [] },
  }),
  contentBlockStart: (payload) => {
    const start = isJsonObject(payload['start']) ? payload['start'] : {};
    const member = onlyMember(start, ['toolUse', 'toolResult', 'image']);
    const block = member === 'toolUse' ? asToolUse(start['toolUse']) : { type: BLOCK_TYPES[member ?? 'text'] };
    return { type: 'content_block_start', index: indexOf(payload), content_block: block };
  },
  contentBlockDelta: (payload) => ({
    type: 'content_block_delta',
    index: indexOf(payload),
    delta: asDelta(isJsonObject(payload['delta']) ? payload['delta'] : {}),
  }),
  contentBlockStop: (payload) => ({ type: 'content_block_stop', index: indexOf(payload) }),
  messageStop: (payload) => ({ type: 'message_delta', delta: { stop_reason: stringField(payload, 'stopReason') } }),
  metadata: (payload) => ({ type: 'message_delta', delta: {}, usage: asUsage(payload['usage']) }),
} satisfies Readonly<Record<string, (payload: JsonObject) => JsonObject>>;

function isKnown(type: string): type is keyof typeof READERS {
  return Object.hasOwn(READERS, type);
}

const BLOCK_TYPES = { text: 'text', toolResult: 'tool_result', image: 'image' } as const;

/** Without a number a client may take a piece for a part of another block than we do. */
function indexOf(payload: JsonObject): number {
  const index = payload['contentBlockIndex'];
  if (typeof index !== 'number' || !Number.isSafeInteger(index)) throw new UnreadableReply('a block has no number');
  return index;
}

/** The one member of a union that is there, or null. Of two a client may take either. */
function onlyMember<Name extends string>(union: JsonObject, names: readonly Name[]): Name | null {
  const [member, ...more] = names.filter((name) => union[name] !== undefined && union[name] !== null);
  if (more.length > 0) throw new UnreadableReply('a piece of a block is two things at once');
  return member ?? null;
}

function asDelta(delta: JsonObject): JsonObject {
  const member = onlyMember(delta, ['text', 'toolUse', 'reasoningContent', 'citation', 'toolResult', 'image']);
  switch (member) {
    case 'text':
      return { type: 'text_delta', text: text(delta['text']) };
    case 'toolUse': {
      const input = isJsonObject(delta['toolUse']) ? delta['toolUse']['input'] : undefined;
      return { type: 'input_json_delta', partial_json: text(input) };
    }
    case 'reasoningContent':
      return asThinkingDelta(isJsonObject(delta['reasoningContent']) ? delta['reasoningContent'] : {});
    case 'citation':
      return { type: 'citations_delta', citation: delta['citation'] ?? null };
    case 'toolResult':
      return { type: 'tool_result_delta' };
    case 'image':
      return { type: 'image_delta' };
    case null:
      return { type: 'unknown_delta' };
  }
}

function asThinkingDelta(reasoning: JsonObject): JsonObject {
  switch (onlyMember(reasoning, ['text', 'signature', 'redactedContent'])) {
    case 'text':
      return { type: 'thinking_delta', thinking: text(reasoning['text']) };
    case 'signature':
      return { type: 'signature_delta', signature: text(reasoning['signature']) };
    case 'redactedContent':
      return { type: 'redacted_thinking_delta' };
    case null:
      return { type: 'unknown_delta' };
  }
}

/** A piece that a client would join to others must be text, or it joins something else than we do. */
function text(value: Json | undefined): string {
  if (typeof value !== 'string') throw new UnreadableReply('a piece of a block is no text');
  return value;
}

const PLACES: ReadonlyMap<string, StringEdit['path']> = new Map([
  ['delta text', ['delta', 'text']],
  ['delta partial_json', ['delta', 'toolUse', 'input']],
  ['delta thinking', ['delta', 'reasoningContent', 'text']],
  ['delta signature', ['delta', 'reasoningContent', 'signature']],
  ['delta stop_reason', ['stopReason']],
]);
