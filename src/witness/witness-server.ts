import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createHash } from 'node:crypto';
import { MAX_REQUEST_BYTES } from './add-checkpoint.ts';
import type { Witness, WitnessAnswer } from './witness.ts';

/** Milliseconds in which a client must have sent its request. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Milliseconds between two looks for clients that have not. */
const TIMEOUT_CHECK_MS = 1_000;
/** Connections at once. A log needs one; the rest wait. */
const MAX_CONNECTIONS = 256;

const ADD = '/add-checkpoint';
const LATEST = /^\/checkpoint\/([0-9a-f]{64})$/;

/**
 * The HTTP side of a witness: `POST /add-checkpoint`, and `GET /checkpoint/<sha256 of the origin in hex>` for what it
 * cosigned last. Not listening yet; whoever calls closes it.
 *
 * @param origins of the logs that it cosigns.
 */
export function witnessServer(witness: Witness, origins: readonly string[]): Server {
  const byHash = new Map(origins.map((origin) => [originHash(origin), origin]));
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      maxHeaderSize: 8_192,
    },
    (request, response) => {
      void serve(witness, byHash, request, response);
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

/** How a log is named in a path: origins hold slashes. */
export function originHash(origin: string): string {
  return createHash('sha256').update(origin).digest('hex');
}

interface Answer {
  readonly status: WitnessAnswer['status'] | 405 | 413;
  readonly type: string;
  readonly body: string;
}

async function serve(
  witness: Witness,
  origins: ReadonlyMap<string, string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    send(response, await answerRequest(witness, origins, request));
  } catch {
    // The connection broke while the request was read: nobody is left to tell.
    response.destroy();
  }
}

async function answerRequest(
  witness: Witness,
  origins: ReadonlyMap<string, string>,
  request: IncomingMessage,
): Promise<Answer> {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const latest = LATEST.exec(path);
  if (latest !== null) {
    if (request.method !== 'GET') return plain(405, 'only GET');
    return latestOf(witness, origins.get(latest[1] ?? ''));
  }
  if (path !== ADD) return plain(404, 'not here');
  if (request.method !== 'POST') return plain(405, 'only POST');
  const body = await readBody(request);
  return body === null ? plain(413, `more than ${MAX_REQUEST_BYTES} bytes`) : witness.addCheckpoint(body);
}

function latestOf(witness: Witness, origin: string | undefined): Answer {
  try {
    const note = origin === undefined ? null : witness.latest(origin);
    return note === null ? plain(404, 'no checkpoint of that log') : { ...plain(200, ''), body: note };
  } catch {
    return plain(500, 'what this witness remembers cannot be read');
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_REQUEST_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  // A request that was not read to its end must not be taken for the next one.
  const headers = { 'content-type': type, ...(status === 413 ? { connection: 'close' } : {}) };
  response.writeHead(status, headers).end(body);
}

function plain(status: Answer['status'], line: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${line}\n` };
}
