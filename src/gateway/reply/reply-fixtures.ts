import { EventStreamCodec } from '@smithy/eventstream-codec';
import { isJsonObject, stringField } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { placeholderKey, placeholders } from '../../mask/index.ts';
import type { TokenLookup } from '../../mask/index.ts';
import { UnreadableReply } from '../stream-codec.ts';
import type { StreamCodec } from '../stream-codec.ts';
import type { PromptStage, ReplyUnit } from './reply-stage.ts';

const space = placeholders(placeholderKey(new Uint8Array(32).fill(9)));
const given = (tokenClass: 'EMAIL' | 'SECRET' | 'PERSON' | 'IP', value: string): string => {
  const token = space.tokenFor(tokenClass, value);
  if (token === null) throw new Error('no token');
  return token;
};

/** What the model was not told, and the tokens that it writes instead. */
export const VALUES = ['mia.wolf@example.org', 'a "b" \\ c\n\u2028 \ud83d', '😀 Zoë Quist', '192.0.2.7'] as const;
export const [MAIL, SECRET, PERSON, ADDRESS] = [
  given('EMAIL', VALUES[0]),
  given('SECRET', VALUES[1]),
  given('PERSON', VALUES[2]),
  given('IP', VALUES[3]),
] as const;
export const TOKENS: readonly string[] = [MAIL, SECRET, PERSON, ADDRESS];
export const LOOKUP: TokenLookup = space.valueOf;
/** Of the shape of a token, but nobody's. */
export const FORGED = 'qzEMAIL0123456789abcdef';

/** A block of a reply, in the pieces in which it comes. */
export interface ScriptedBlock {
  readonly start: JsonObject;
  readonly deltas: readonly JsonObject[];
}

export function textBlock(...texts: readonly string[]): ScriptedBlock {
  return { start: { type: 'text', text: '' }, deltas: texts.map((text) => ({ type: 'text_delta', text })) };
}

export function toolBlock(id: string, ...fragments: readonly string[]): ScriptedBlock {
  return {
    start: { type: 'tool_use', id, name: 'Bash', input: {} },
    deltas: ['', ...fragments].map((partial) => ({ type: 'input_json_delta', partial_json: partial })),
  };
}

/** The events of a reply whose blocks follow one another. */
export function replyEvents(blocks: readonly ScriptedBlock[]): readonly JsonObject[] {
  return [HEAD, ...blocks.flatMap(blockEvents), ...TAIL];
}

/** The same, but all blocks are open at once and their deltas take turns. */
export function interleavedEvents(blocks: readonly ScriptedBlock[]): readonly JsonObject[] {
  const parts = blocks.map(blockEvents);
  const longest = Math.max(...parts.map(({ length }) => length));
  const turns = Array.from({ length: longest }, (_, turn) => parts.flatMap((part) => part.slice(turn, turn + 1)));
  return [HEAD, ...turns.flat(), ...TAIL];
}

function blockEvents({ start, deltas }: ScriptedBlock, index: number): readonly JsonObject[] {
  return [
    { type: 'content_block_start', index, content_block: start },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

const HEAD: JsonObject = {
  type: 'message_start',
  message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], usage: { input_tokens: 5 } },
};
const TAIL: readonly JsonObject[] = [
  { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 9 } },
  { type: 'message_stop' },
];

/** A text in pieces of this many UTF-16 code units: half characters, too. */
export function inPieces(text: string, length: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, n) => text.slice(n * length, (n + 1) * length));
}

/** What a stage makes of a stream that comes in these chunks, unit by unit. */
export function staged(codec: StreamCodec, stage: PromptStage, chunks: readonly Buffer[]): readonly ReplyUnit[] {
  const splitter = codec.splitter(1 << 20);
  const units = chunks.flatMap((chunk) => splitter.push(chunk));
  const rest = splitter.rest();
  if (rest.length > 0) units.push(rest);
  const passed = units.flatMap((bytes, at) => stage.push({ bytes, event: codec.read(bytes, at === 0) }));
  return [...passed, ...stage.end()];
}

/** Server-sent events as their standard has them read, line by line; the data of each as JSON. */
export function sseEvents(bytes: Buffer): readonly JsonObject[] {
  const events: JsonObject[] = [];
  let data: string[] = [];
  for (const line of new TextDecoder().decode(bytes).split(/\r\n|\n|\r/)) {
    if (line === '') {
      if (data.length > 0) events.push(objectOf(data.join('\n')));
      data = [];
    } else if (line === 'data' || line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
  }
  return events;
}

const frames = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

/** The frames of an event stream, read with the library of the service's own clients, which checks the sums. */
export function frameEvents(bytes: Buffer): readonly JsonObject[] {
  const events: JsonObject[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + bytes.readUInt32BE(at);
    const payload = objectOf(Buffer.from(frames.decode(bytes.subarray(at, end)).body).toString('utf8'));
    events.push(objectOf(Buffer.from(stringField(payload, 'bytes') ?? '', 'base64').toString('utf8')));
    at = end;
  }
  return events;
}

function objectOf(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new UnreadableReply('no object');
  return value;
}

/** The content of a message as a client puts it together from the events, input of calls as text. */
export function contentOf(events: readonly JsonObject[]): readonly JsonObject[] {
  const content: Record<string, Json>[] = [];
  for (const event of events) {
    const { index, delta, content_block: start } = event;
    if (isJsonObject(start)) content[Number(index)] = { ...start };
    if (!isJsonObject(delta) || index === undefined) continue;
    // Converse opens no block of text.
    content[Number(index)] ??= { type: 'text', text: '' };
    const block = content[Number(index)] ?? {};
    for (const [field, into] of [
      ['text', 'text'],
      ['partial_json', 'inputText'],
      ['thinking', 'thinking'],
      ['signature', 'signature'],
    ] as const)
      if (typeof delta[field] === 'string') block[into] = `${stringField(block, into) ?? ''}${delta[field]}`;
    if (delta['citation'] !== undefined)
      block['citations'] = [...((block['citations'] as readonly Json[] | undefined) ?? []), delta['citation']];
  }
  return content;
}
