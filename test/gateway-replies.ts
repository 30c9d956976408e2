import { EventStreamCodec } from '@smithy/eventstream-codec';

import { stringField } from '../src/core/json.ts';
import type { Json, JsonObject } from '../src/core/json.ts';
import type { ModelProvider } from '../src/core/session.ts';
import { eventFrame } from '../src/drill/scripted-model-reply.ts';

/** One block of what a scripted model says, before it takes a form. */
export type SaidBlock =
  | { readonly thinking: string; readonly signature: string }
  | { readonly text: string; readonly cited?: Cited }
  | { readonly call: { readonly id: string; readonly name: string; readonly input: JsonObject } };

/** What a text rests on: words of a document, and its title. */
export interface Cited {
  readonly words: string;
  readonly title: string;
}

/** A form in which a reply comes: where it is asked for, and its bytes unit by unit. A whole reply is one unit. */
export interface ReplyForm {
  readonly name: string;
  readonly provider: ModelProvider;
  readonly path: string;
  readonly isStream: boolean;
  /** Whether requests and replies are Converse's rather than Messages'. */
  readonly isConverse: boolean;
  readonly contentType: string;
  units(said: readonly SaidBlock[]): readonly NamedUnit[];
}

/** Bytes that belong together, and what they are: the type of an event, or `body`. */
export interface NamedUnit {
  readonly name: string;
  readonly bytes: Buffer;
}

const MODEL = 'us.anthropic.claude-x-v1:0';
const EVENT_STREAM = 'application/vnd.amazon.eventstream';

export const SSE: ReplyForm = {
  name: 'Messages, SSE',
  provider: 'anthropic',
  path: '/v1/messages',
  isStream: true,
  isConverse: false,
  contentType: 'text/event-stream; charset=utf-8',
  units: (said) =>
    messagesEvents(said).map((event) => ({
      name: typeOf(event),
      bytes: Buffer.from(`event: ${typeOf(event)}\ndata: ${JSON.stringify(event)}\n\n`),
    })),
};

export const MESSAGES_JSON: ReplyForm = {
  name: 'Messages, JSON',
  provider: 'anthropic',
  path: '/v1/messages',
  isStream: false,
  isConverse: false,
  contentType: 'application/json',
  units: (said) => [{ name: 'body', bytes: Buffer.from(JSON.stringify(message(said))) }],
};

export const INVOKE_STREAM: ReplyForm = {
  name: 'Bedrock invoke, event stream',
  provider: 'bedrock',
  path: `/model/${MODEL}/invoke-with-response-stream`,
  isStream: true,
  isConverse: false,
  contentType: EVENT_STREAM,
  units: (said) =>
    messagesEvents(said).map((event) => ({
      name: typeOf(event),
      bytes: eventFrame('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') }),
    })),
};

export const INVOKE_JSON: ReplyForm = {
  ...MESSAGES_JSON,
  name: 'Bedrock invoke, JSON',
  provider: 'bedrock',
  path: `/model/${MODEL}/invoke`,
};

export const CONVERSE_STREAM: ReplyForm = {
  name: 'Converse, event stream',
  provider: 'bedrock',
  path: `/model/${MODEL}/converse-stream`,
  isStream: true,
  isConverse: true,
  contentType: EVENT_STREAM,
  units: (said) => converseEvents(said).map(([name, payload]) => ({ name, bytes: eventFrame(name, payload) })),
};

export const CONVERSE_JSON: ReplyForm = {
  name: 'Converse, JSON',
  provider: 'bedrock',
  path: `/model/${MODEL}/converse`,
  isStream: false,
  isConverse: true,
  contentType: 'application/json',
  units: (said) => [{ name: 'body', bytes: Buffer.from(JSON.stringify(converseReply(said))) }],
};

export const STREAMS: readonly ReplyForm[] = [SSE, INVOKE_STREAM, CONVERSE_STREAM];
export const WHOLE: readonly ReplyForm[] = [MESSAGES_JSON, INVOKE_JSON, CONVERSE_JSON];
export const FORMS: readonly ReplyForm[] = [...STREAMS, ...WHOLE];

const typeOf = (event: JsonObject): string => stringField(event, 'type') ?? '';

/** Letters that come with one delta: few, so that whoever reads must join them. */
const PIECE_UTF16 = 7;

function pieces(text: string): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / PIECE_UTF16) }, (_, at) =>
    text.slice(at * PIECE_UTF16, (at + 1) * PIECE_UTF16),
  );
}

function stopReason(said: readonly SaidBlock[]): string {
  return said.some((block) => 'call' in block) ? 'tool_use' : 'end_turn';
}

function message(said: readonly SaidBlock[]): JsonObject {
  return {
    id: 'msg_scripted',
    type: 'message',
    role: 'assistant',
    model: MODEL,
    content: said.map(wholeBlock),
    stop_reason: stopReason(said),
    stop_sequence: null,
    usage: { input_tokens: 11, output_tokens: 7 },
  };
}

function wholeBlock(block: SaidBlock): JsonObject {
  if ('thinking' in block) return { type: 'thinking', ...block };
  if ('call' in block) return { type: 'tool_use', ...block.call };
  const { text, cited } = block;
  return { type: 'text', text, ...(cited === undefined ? {} : { citations: [citation(cited)] }) };
}

function citation({ words, title }: Cited): JsonObject {
  return {
    type: 'char_location',
    cited_text: words,
    document_index: 0,
    document_title: title,
    start_char_index: 0,
    end_char_index: words.length,
    file_id: null,
  };
}

function messagesEvents(said: readonly SaidBlock[]): readonly JsonObject[] {
  const events: JsonObject[] = [
    { type: 'message_start', message: { ...message([]), stop_reason: null } },
    { type: 'ping' },
  ];
  for (const [index, block] of said.entries()) {
    events.push({ type: 'content_block_start', index, content_block: emptyBlock(block) });
    for (const delta of deltasOf(block)) events.push({ type: 'content_block_delta', index, delta });
    events.push({ type: 'content_block_stop', index });
  }
  const ending = { stop_reason: stopReason(said), stop_sequence: null };
  events.push({ type: 'message_delta', delta: ending, usage: { output_tokens: 7 } }, { type: 'message_stop' });
  return events;
}

function emptyBlock(block: SaidBlock): JsonObject {
  if ('thinking' in block) return { type: 'thinking', thinking: '', signature: '' };
  if ('call' in block) return { type: 'tool_use', ...block.call, input: {} };
  return { type: 'text', text: '', ...(block.cited === undefined ? {} : { citations: [] }) };
}

function deltasOf(block: SaidBlock): readonly JsonObject[] {
  if ('thinking' in block)
    return [
      ...pieces(block.thinking).map((thinking) => ({ type: 'thinking_delta', thinking })),
      { type: 'signature_delta', signature: block.signature },
    ];
  if ('call' in block)
    return pieces(JSON.stringify(block.call.input)).map((part) => ({ type: 'input_json_delta', partial_json: part }));
  return [
    ...pieces(block.text).map((text) => ({ type: 'text_delta', text })),
    ...(block.cited === undefined ? [] : [{ type: 'citations_delta', citation: citation(block.cited) }]),
  ];
}

function converseReply(said: readonly SaidBlock[]): JsonObject {
  return {
    metrics: { latencyMs: 5 },
    output: { message: { role: 'assistant', content: said.map(wholeConverseBlock) } },
    stopReason: stopReason(said),
    usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 },
  };
}

function wholeConverseBlock(block: SaidBlock): JsonObject {
  if ('thinking' in block)
    return { reasoningContent: { reasoningText: { text: block.thinking, signature: block.signature } } };
  if ('call' in block) {
    const { id: toolUseId, name, input } = block.call;
    return { toolUse: { toolUseId, name, input } };
  }
  const { text, cited } = block;
  if (cited === undefined) return { text };
  return { citationsContent: { content: [{ text }], citations: [converseCitation(cited)] } };
}

function converseCitation({ words, title }: Cited): JsonObject {
  return {
    title,
    sourceContent: [{ text: words }],
    location: { documentChar: { documentIndex: 0, start: 0, end: words.length } },
  };
}

function converseEvents(said: readonly SaidBlock[]): ReadonlyArray<readonly [type: string, payload: JsonObject]> {
  const events: Array<readonly [string, JsonObject]> = [['messageStart', { role: 'assistant', p: 'abcd' }]];
  for (const [contentBlockIndex, block] of said.entries()) {
    if ('call' in block) {
      const { id: toolUseId, name } = block.call;
      events.push(['contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId, name } } }]);
    }
    for (const delta of converseDeltas(block)) events.push(['contentBlockDelta', { contentBlockIndex, delta }]);
    events.push(['contentBlockStop', { contentBlockIndex, p: 'abcdefgh' }]);
  }
  events.push(['messageStop', { stopReason: stopReason(said) }]);
  events.push([
    'metadata',
    { metrics: { latencyMs: 5 }, usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 } },
  ]);
  return events;
}

function converseDeltas(block: SaidBlock): readonly JsonObject[] {
  if ('thinking' in block)
    return [
      ...pieces(block.thinking).map((text) => ({ reasoningContent: { text } })),
      { reasoningContent: { signature: block.signature } },
    ];
  if ('call' in block)
    return pieces(JSON.stringify(block.call.input)).map((input): JsonObject => ({ toolUse: { input } }));
  return [
    ...pieces(block.text).map((text): JsonObject => ({ text })),
    ...(block.cited === undefined ? [] : [{ citation: converseCitation(block.cited) }]),
  ];
}

/** A request of a form, with one text for the user to say. */
export function requestOf(form: ReplyForm, text: string, more: JsonObject = {}): JsonObject {
  if (form.isConverse) return { messages: [{ role: 'user', content: [{ text }] }], ...more };
  const messages: Json = [{ role: 'user', content: text }];
  if (form.provider === 'bedrock')
    return { anthropic_version: 'bedrock-2023-05-31', max_tokens: 99, messages, ...more };
  return { model: MODEL, max_tokens: 99, stream: form.isStream, messages, ...more };
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

/** A frame by which the service of AWS ends a stream with an error of this type. */
export function exceptionFrame(type: string, payload: JsonObject): Buffer {
  const headers = {
    ':exception-type': { type: 'string', value: type },
    ':content-type': { type: 'string', value: 'application/json' },
    ':message-type': { type: 'string', value: 'exception' },
  } as const;
  return Buffer.from(codec.encode({ headers, body: Buffer.from(JSON.stringify(payload)) }));
}

/** A unit that adds to the first text of a streamed reply. */
export function textDelta(form: ReplyForm, text: string): Buffer {
  if (form.isConverse) return eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text } });
  const event = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } };
  if (form.provider === 'bedrock')
    return eventFrame('chunk', { bytes: Buffer.from(JSON.stringify(event)).toString('base64') });
  return Buffer.from(`event: content_block_delta\ndata: ${JSON.stringify(event)}\n\n`);
}
