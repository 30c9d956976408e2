import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { isJsonObject, stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { converseJson, converseStreamBytes } from './scripted-converse.ts';
import { eventStreamBytes, messageEvents, messageJson, sseBytes } from './scripted-model-reply.ts';
import type { ReplyContext, ScriptedMessage, ScriptedToolUse } from './scripted-model-reply.ts';

export type { ScriptedToolUse } from './scripted-model-reply.ts';

/** What the scripted model does with one request. */
export type Turn =
  /** Says something and ends its turn. */
  | { readonly text: string }
  /** Calls tools, all in one message. */
  | { readonly toolUses: readonly ScriptedToolUse[]; readonly text?: string }
  /** Calls tools and breaks the stream right after the last call is complete, before the message is. */
  | { readonly cutAfterToolUse: readonly ScriptedToolUse[]; readonly isCleanEnd?: boolean }
  /** Answers these very bytes (an object as JSON), in writes cut at `writesAt`, and then breaks off if told so. */
  | {
      readonly status: number;
      readonly body: JsonObject | string | Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
      readonly writesAt?: readonly number[];
      readonly isCutAtEnd?: boolean;
    }
  /** Takes the request and never answers. */
  | { readonly silent: true };

/** Which protocol a request speaks: `bedrock` is its invoke, `converse` its Converse. */
export type ScriptedFormat = 'anthropic' | 'bedrock' | 'converse' | 'vertex';

/** One request as it arrived. */
export interface ScriptedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly format: ScriptedFormat;
  readonly isStream: boolean;
  readonly model: string;
  /** Assistant messages in the transcript: 0 for the first request of a conversation. */
  readonly turn: number;
  /** Names and values alternating, in order and case as sent. */
  readonly rawHeaders: readonly string[];
  readonly headers: http.IncomingHttpHeaders;
  readonly bodyBytes: Buffer;
  /** The body, or an empty object where there is none or it is no JSON object. */
  readonly body: JsonObject;
}

/** Chooses the turn for a request. Is called for messages only, not for model lists and the like. */
export type Script = (request: ScriptedRequest) => Turn;

export interface ScriptedModelOptions {
  readonly script: Script;
  /** How many requests are kept for assertions, the newest; older ones are dropped. */
  readonly keptRequests?: number;
}

export interface ScriptedModel {
  /** `http://127.0.0.1:<port>`, for all protocols. */
  readonly url: string;
  /** Every request, oldest first, up to the bound. */
  readonly requests: readonly ScriptedRequest[];
  /** Stops listening and breaks what is open. */
  close(): Promise<void>;
}

const DEFAULT_KEPT_REQUESTS = 64;
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * A model on the loopback interface that speaks the Messages protocol, its forms on Bedrock and Vertex, and Converse, and
 * says what a script says. It holds no state between requests but the list of them.
 */
export async function startScriptedModel(options: ScriptedModelOptions): Promise<ScriptedModel> {
  const requests: ScriptedRequest[] = [];
  const kept = options.keptRequests ?? DEFAULT_KEPT_REQUESTS;
  const server = http.createServer((incoming, response) => {
    void (async () => {
      try {
        const request = scriptedRequest(incoming, await readBody(incoming));
        requests.push(request);
        if (requests.length > kept) requests.shift();
        answer(request, response, options.script);
      } catch (error) {
        response.destroy(error instanceof Error ? error : undefined);
      }
    })();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/**
 * A script that picks its turn by the number of assistant messages in the transcript, so that a repeated request gets
 * the same answer. After the last turn it says `done`.
 */
export function turns(list: readonly Turn[]): Script {
  return (request) => list[request.turn] ?? { text: 'done' };
}

async function readBody(incoming: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new RangeError('request body too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function scriptedRequest(incoming: http.IncomingMessage, bodyBytes: Buffer): ScriptedRequest {
  const url = incoming.url ?? '/';
  const body = parsedObject(bodyBytes);
  const asked = askedIn(pathOf(url), body);
  const messages = Array.isArray(body['messages']) ? body['messages'] : [];
  return {
    ...asked,
    method: incoming.method ?? 'GET',
    url,
    turn: messages.filter((message) => isJsonObject(message) && message['role'] === 'assistant').length,
    rawHeaders: incoming.rawHeaders,
    headers: incoming.headers,
    bodyBytes,
    body,
  };
}

const BEDROCK_PATH = /^\/model\/([^/]+)\/(invoke|invoke-with-response-stream|converse|converse-stream)$/;
const VERTEX_PATH =
  /^\/v1\/projects\/[^/]+\/locations\/[^/]+\/publishers\/anthropic\/models\/([^/:]+):(rawPredict|streamRawPredict)$/;

function askedIn(path: string, body: JsonObject): Pick<ScriptedRequest, 'format' | 'isStream' | 'model'> {
  const [, bedrockModel, operation = ''] = BEDROCK_PATH.exec(path) ?? [];
  if (bedrockModel !== undefined) {
    const format = operation.startsWith('converse') ? 'converse' : 'bedrock';
    return { format, isStream: operation.endsWith('-stream'), model: bedrockModel };
  }
  const [, vertexModel, predict] = VERTEX_PATH.exec(path) ?? [];
  if (vertexModel !== undefined) {
    return { format: 'vertex', isStream: predict === 'streamRawPredict', model: vertexModel };
  }
  const model = stringField(body, 'model') ?? 'scripted';
  return { format: 'anthropic', isStream: body['stream'] === true, model };
}

function parsedObject(bytes: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isJsonObject(value) ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

function answer(request: ScriptedRequest, response: http.ServerResponse, script: Script): void {
  const path = pathOf(request.url);
  const isCount = path === '/v1/messages/count_tokens' || path.endsWith('/models/count-tokens:rawPredict');
  const isMessage = request.method === 'POST' && (path === '/v1/messages' || request.format !== 'anthropic');
  if (isMessage && !isCount) answerMessage(request, response, script(request));
  else if (isCount) answerJson(request, response, 200, countedTokens(request));
  else if (path === '/v1/models') answerJson(request, response, 200, MODELS);
  else if (path === '/inference-profiles') answerJson(request, response, 200, { inferenceProfileSummaries: [] });
  else if (request.method === 'HEAD') response.writeHead(200).end();
  else answerJson(request, response, 404, NOT_FOUND);
}

const MODELS = { data: [{ type: 'model', id: 'scripted', display_name: 'Scripted' }], has_more: false };
const NOT_FOUND = { type: 'error', error: { type: 'not_found_error', message: 'Not Found' } };

function countedTokens(request: ScriptedRequest): JsonObject {
  return { input_tokens: Math.ceil(request.bodyBytes.length / 4) };
}

function answerMessage(request: ScriptedRequest, response: http.ServerResponse, turn: Turn): void {
  if ('silent' in turn) return;
  if ('status' in turn) {
    const bytes = bytesOf(turn.body);
    const isTyped = Object.keys(turn.headers ?? {}).some((name) => name.toLowerCase() === 'content-type');
    const type = isTyped ? {} : { 'content-type': 'application/json' };
    response.writeHead(turn.status, { ...replyHeaders(request), ...type, ...turn.headers });
    writeInPieces(response, bytes, turn.writesAt ?? [], turn.isCutAtEnd === true);
    return;
  }
  const context: ReplyContext = { model: request.model, turn: request.turn, requestBytes: request.bodyBytes.length };
  const isCut = 'cutAfterToolUse' in turn;
  const message: ScriptedMessage = isCut
    ? { text: null, toolUses: turn.cutAfterToolUse }
    : { text: turn.text ?? null, toolUses: 'toolUses' in turn ? turn.toolUses : [] };
  if (!request.isStream) {
    const whole = request.format === 'converse' ? converseJson(message, context) : messageJson(message, context);
    answerJson(request, response, 200, whole);
    return;
  }
  const isEventStream = request.format === 'bedrock' || request.format === 'converse';
  response.writeHead(200, {
    ...replyHeaders(request),
    'content-type': isEventStream ? 'application/vnd.amazon.eventstream' : 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  const bytes = streamBytes(request.format, message, context, isCut);
  writeInPieces(response, bytes, [], isCut && turn.isCleanEnd !== true);
}

function streamBytes(format: ScriptedFormat, message: ScriptedMessage, context: ReplyContext, isCut: boolean): Buffer {
  if (format === 'converse') return converseStreamBytes(message, context, isCut);
  const events = messageEvents(message, context, isCut);
  return format === 'bedrock' ? eventStreamBytes(events) : sseBytes(events);
}

function bytesOf(body: JsonObject | string | Uint8Array): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body), 'utf8');
}

/** Each piece goes out as a write of its own, in a turn of the event loop of its own. */
function writeInPieces(
  response: http.ServerResponse,
  bytes: Buffer,
  writesAt: readonly number[],
  isCutAtEnd: boolean,
): void {
  const ends = [...writesAt.filter((at) => at > 0 && at < bytes.length), bytes.length];
  let start = 0;
  const next = (): void => {
    const end = ends.shift();
    if (end === undefined) {
      if (isCutAtEnd) response.destroy();
      else response.end();
      return;
    }
    response.write(bytes.subarray(start, end), () => setImmediate(next));
    start = end;
  };
  next();
}

function answerJson(request: ScriptedRequest, response: http.ServerResponse, status: number, body: JsonObject): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { ...replyHeaders(request), 'content-type': 'application/json' });
  response.end(text);
}

function replyHeaders(request: ScriptedRequest): Record<string, string> {
  return request.format === 'bedrock' || request.format === 'converse'
    ? { 'x-amzn-requestid': `00000000-0000-4000-8000-${String(request.turn).padStart(12, '0')}` }
    : {
        'request-id': `req_drill_${request.turn}`,
        'anthropic-organization-id': '00000000-0000-4000-8000-000000000000',
        'anthropic-ratelimit-requests-limit': '4000',
        'anthropic-ratelimit-requests-remaining': '3999',
      };
}
