import { EventStreamCodec } from '@smithy/eventstream-codec';

import { isJsonObject, stringField } from '../src/core/json.ts';
import type { Json, JsonObject } from '../src/core/json.ts';
import type { ReplyForm } from './gateway-replies.ts';

/** What a client makes of a reply, as far as it came. */
export interface ReadReply {
  /** All texts, joined. */
  readonly text: string;
  /** The inputs of all calls as they are written, joined. */
  readonly input: string;
  readonly thinking: string;
  /** Everything that was cited, as JSON. */
  readonly cited: string;
  /** Whether the message says itself that it is over. */
  readonly isOver: boolean;
  /** What the error in the reply says; null where there is none. */
  readonly error: string | null;
}

/**
 * Reads a reply as a client does, with the library of the service's own clients for frames.
 *
 * @throws {Error} for a frame whose sums are wrong, or JSON that is none: a client was given broken bytes.
 */
export function readReply(form: ReplyForm, body: Buffer): ReadReply {
  const read = { text: '', input: '', thinking: '', cited: '', isOver: false, error: null };
  if (!form.isStream) return readWhole(form, body, read);
  const events = form.provider === 'anthropic' ? sseEvents(body) : frames(body, form);
  return events.reduce<ReadReply>(form.isConverse ? readConverseEvent : readEvent, read);
}

function readWhole(form: ReplyForm, body: Buffer, read: ReadReply): ReadReply {
  const reply = parsed(body.toString());
  const said = stringField(reply, 'message');
  const error = reply['error'];
  if (said !== null || isJsonObject(error))
    return { ...read, error: said ?? stringField(isJsonObject(error) ? error : {}, 'message') };
  const output = objectAt(objectAt(reply, 'output'), 'message');
  const blocks = listAt(form.isConverse ? output : reply, 'content');
  return {
    ...blocks.reduce<ReadReply>(readBlock, read),
    isOver: (reply['stop_reason'] ?? reply['stopReason'] ?? null) !== null,
  };
}

function readBlock(read: ReadReply, block: JsonObject): ReadReply {
  const cited = objectAt(block, 'citationsContent');
  const call = block['type'] === 'tool_use' ? block : objectAt(block, 'toolUse');
  const reasoning = objectAt(objectAt(block, 'reasoningContent'), 'reasoningText');
  const texts = [block, ...listAt(cited, 'content')].map((part) => stringField(part, 'text') ?? '');
  return {
    ...read,
    text: read.text + texts.join(''),
    input: read.input + (call['input'] === undefined ? '' : JSON.stringify(call['input'])),
    thinking: read.thinking + (stringField(block, 'thinking') ?? stringField(reasoning, 'text') ?? ''),
    cited: read.cited + JSON.stringify([...listAt(block, 'citations'), ...listAt(cited, 'citations')]),
  };
}

function readEvent(read: ReadReply, event: JsonObject): ReadReply {
  const delta = objectAt(event, 'delta');
  const error = event['error'];
  return {
    text: read.text + (stringField(delta, 'text') ?? ''),
    input: read.input + (stringField(delta, 'partial_json') ?? ''),
    thinking: read.thinking + (stringField(delta, 'thinking') ?? ''),
    cited: read.cited + JSON.stringify(delta['citation'] ?? ''),
    isOver: read.isOver || event['type'] === 'message_stop',
    error: isJsonObject(error) ? stringField(error, 'message') : (stringField(event, 'message') ?? read.error),
  };
}

function readConverseEvent(read: ReadReply, event: JsonObject): ReadReply {
  const delta = objectAt(event, 'delta');
  return {
    text: read.text + (stringField(delta, 'text') ?? ''),
    input: read.input + (stringField(objectAt(delta, 'toolUse'), 'input') ?? ''),
    thinking: read.thinking + (stringField(objectAt(delta, 'reasoningContent'), 'text') ?? ''),
    cited: read.cited + JSON.stringify(delta['citation'] ?? ''),
    isOver: read.isOver || event['stopReason'] !== undefined,
    error: stringField(event, 'message') ?? read.error,
  };
}

function sseEvents(body: Buffer): readonly JsonObject[] {
  const units = body.toString().split('\n\n');
  // What stands behind the last empty line is no event yet.
  return units
    .slice(0, -1)
    .flatMap((unit) => unit.split('\n').filter((line) => line.startsWith('data:')))
    .map((line) => parsed(line.slice(5)));
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

function frames(body: Buffer, { isConverse }: ReplyForm): readonly JsonObject[] {
  const events: JsonObject[] = [];
  for (let at = 0; body.length - at >= 4;) {
    const end = at + body.readUInt32BE(at);
    if (end > body.length) break;
    const { headers, body: payload } = codec.decode(body.subarray(at, end));
    const content = parsed(Buffer.from(payload).toString());
    const isEvent = headers[':message-type']?.value === 'event';
    const inner = Buffer.from(stringField(content, 'bytes') ?? '', 'base64').toString();
    events.push(isEvent && !isConverse ? parsed(inner) : content);
    at = end;
  }
  return events;
}

function parsed(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new Error('a reply holds something that is no object');
  return value;
}

function objectAt(object: JsonObject, name: string): JsonObject {
  const value = object[name];
  return isJsonObject(value) ? value : {};
}

function listAt(object: JsonObject, name: string): readonly JsonObject[] {
  const value: Json | undefined = object[name];
  return Array.isArray(value) ? value.filter((one) => isJsonObject(one)) : [];
}
