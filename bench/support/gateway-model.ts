import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the model of the bench answers from now on. */
export type ModelMode =
  /** One JSON object of about 4 KB. */
  | 'json'
  /** 200 deltas, as many in a write as the stream takes. */
  | 'burst'
  /** 200 deltas, each a write in a turn of the event loop of its own. */
  | 'paced';

/** What the bench tells the process of the model; each is answered by a {@link ModelTold}. */
export type ModelWord =
  | { readonly word: 'mode'; readonly mode: ModelMode }
  /** Asks which of the texts the newest request held. */
  | { readonly word: 'seen'; readonly texts: readonly string[] };
export type ModelTold =
  | { readonly told: 'listening'; readonly port: number }
  | { readonly told: 'mode' }
  | { readonly told: 'seen'; readonly texts: readonly string[] };

export const DELTAS = 200;
/** Each so many deltas the model says the placeholder that it was sent, cut in two. */
const TOKEN_EACH = 20;
const REPLY_BYTES = 4_096;
/** The end of a request, which holds its newest turn: as much as is looked through for a placeholder. */
const LOOKED_AT_BYTES = 64 * 1_024;
const TOKEN = /qz[A-Z]{2,16}[0-9a-z]{16}/;
/** What the model says where it was sent no placeholder. */
const NO_TOKEN = 'nobody-in-particular-here';
const MAX_KEPT_REPLIES = 256;

let mode: ModelMode = 'json';
let newest: Buffer = Buffer.alloc(0);
const replies = new Map<string, readonly Buffer[]>();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    newest = chunks.length === 1 ? (chunks[0] ?? newest) : Buffer.concat(chunks);
    const token = TOKEN.exec(newest.toString('latin1', Math.max(0, newest.length - LOOKED_AT_BYTES)))?.[0] ?? NO_TOKEN;
    answer(response, token);
  });
});
// A connection that the model closed for being idle would be a failure of the candidate that held it.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => tell({ told: 'listening', port: (server.address() as AddressInfo).port }));

process.on('message', (word: ModelWord) => {
  if (word.word === 'mode') {
    mode = word.mode;
    replies.clear();
    tell({ told: 'mode' });
  } else {
    tell({ told: 'seen', texts: word.texts.filter((text) => newest.includes(text)) });
  }
});
process.on('disconnect', () => process.exit());

function tell(told: ModelTold): void {
  process.send?.(told);
}

function answer(response: ServerResponse, token: string): void {
  let parts = replies.get(token);
  if (parts === undefined) {
    parts = mode === 'json' ? [jsonReply(token)] : events(token);
    if (mode === 'burst') parts = [Buffer.concat(parts)];
    if (replies.size >= MAX_KEPT_REPLIES) replies.clear();
    replies.set(token, parts);
  }
  const [whole] = parts;
  if (mode === 'json') {
    response.writeHead(200, {
      ...HEADERS,
      'content-type': 'application/json',
      'content-length': String(whole?.length),
    });
    response.end(whole);
    return;
  }
  response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
  if (mode === 'burst') response.end(whole);
  else writeEach(response, parts, 0);
}

const HEADERS = { 'request-id': 'req_bench', 'anthropic-ratelimit-requests-limit': '4000' };

function writeEach(response: ServerResponse, parts: readonly Buffer[], at: number): void {
  if (at === parts.length) {
    response.end();
    return;
  }
  response.write(parts[at]);
  setImmediate(writeEach, response, parts, at + 1);
}

function jsonReply(token: string): Buffer {
  const said = 'The owner of this part is named there, and it is written as it was found. ';
  const text = `${said.repeat(Math.ceil(REPLY_BYTES / said.length)).slice(0, REPLY_BYTES - 300)} ${token}.`;
  const usage = { input_tokens: 900, output_tokens: 800, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  return Buffer.from(
    JSON.stringify({
      id: 'msg_bench',
      type: 'message',
      role: 'assistant',
      model: 'claude-bench',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage,
    }),
  );
}

/** About 27 KB in all, as the service writes them. */
function events(token: string): readonly Buffer[] {
  const message = { id: 'msg_bench', type: 'message', role: 'assistant', model: 'claude-bench', content: [] };
  const start = { ...message, stop_reason: null, stop_sequence: null, usage: { input_tokens: 900, output_tokens: 1 } };
  const deltas = Array.from({ length: DELTAS }, (_, nth) => {
    if (nth % TOKEN_EACH === TOKEN_EACH - 2) return `it is ${token.slice(0, 9)}`;
    return nth % TOKEN_EACH === TOKEN_EACH - 1 ? `${token.slice(9)} then` : ' and what follows of it';
  });
  return [
    event('message_start', { message: start }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...deltas.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 800 } }),
    event('message_stop', {}),
  ];
}

function event(type: string, fields: object): Buffer {
  return Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`);
}
