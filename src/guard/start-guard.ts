import { chmodSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { StateFolder } from '../core/error.ts';
import { answerEvent } from './answer-event.ts';
import { framed, refusal } from './answer.ts';
import type { Answer } from './answer.ts';
import { CLOSE_GRACE_MS, MAX_BYTES_IN_FLIGHT, MAX_CONNECTIONS, MAX_EVENT_BYTES, RECEIVE_TIMEOUT_MS } from './limits.ts';
import type { Guard, GuardPorts } from './ports.ts';
import { clearSocketPlace } from './socket-folder.ts';

const HOOK_PATH = /^\/hook\/([A-Za-z0-9_-]{1,64})$/;

/** Bytes of events that are held at this moment, over all connections of those who share it. */
export interface GuardBudget {
  bytesInFlight: number;
}

/**
 * Listens for hook clients on a unix socket: `POST /hook/SESSION` with an event of the agent's client as body. Each
 * request is answered with status 200 and one frame, refusals included; the hook clients refuse everything else.
 *
 * @param socketPath absolute, in a folder of mode 0700 that belongs to this user; the socket itself gets mode 0600.
 * @throws {StateFolder} where the folder is not so, or the socket cannot be made.
 * @throws {AlreadyRunning} where somebody listens there.
 */
export async function startGuard(ports: GuardPorts, socketPath: string): Promise<Guard> {
  await clearSocketPlace(socketPath, ownUid());
  const guard = await startGuardAt(ports, socketPath, { bytesInFlight: 0 });
  try {
    // The folder keeps other users out until then.
    chmodSync(socketPath, 0o600);
  } catch (cause) {
    await guard.close();
    throw new StateFolder(`the socket \`${socketPath}\` cannot be closed to others`, { cause });
  }
  return guard;
}

/**
 * As {@link startGuard}, in a place that the caller has made free and that lets through whom the caller wants; the socket
 * is left as the process's umask makes it.
 *
 * @param budget shared with the other guards of whoever may fill it.
 * @throws {StateFolder} where the socket cannot be made.
 */
export async function startGuardAt(ports: GuardPorts, socketPath: string, budget: GuardBudget): Promise<Guard> {
  const server = createServer(
    { requestTimeout: RECEIVE_TIMEOUT_MS, headersTimeout: RECEIVE_TIMEOUT_MS },
    (request, response) => {
      serve(ports, budget, request)
        .catch((error: unknown) => {
          ports.logError?.(`guard: ${error instanceof Error ? error.name : 'an unknown failure'}`);
          return refusal('the guard failed');
        })
        .then((answer) => send(response, answer))
        // Nothing is left to say to a client whose connection fails; it refuses by itself.
        .catch(() => response.destroy());
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  // A client that is gone has refused its call already; bytes that are no HTTP get no answer at all.
  server.on('clientError', (_error, socket) => socket.destroy());
  await listen(server, socketPath);
  server.on('error', (error) => ports.logError?.(`guard: the socket failed: ${error.name}`));
  let closing: Promise<void> | null = null;
  return { close: () => (closing ??= closeServer(server)) };
}

async function serve(ports: GuardPorts, budget: GuardBudget, request: IncomingMessage): Promise<Answer> {
  const [, sessionName] = HOOK_PATH.exec(request.url ?? '') ?? [];
  if (request.method !== 'POST' || sessionName === undefined) {
    return refusal('its hook asked for something that is not there');
  }
  const held = { bytes: 0 };
  try {
    const body = await readBody(request, budget, held);
    return typeof body === 'string' ? refusal(body) : await answerEvent(ports, sessionName, body);
  } finally {
    budget.bytesInFlight -= held.bytes;
  }
}

/**
 * The whole body, or why it is not taken. Rejects where the client goes before its end.
 *
 * @param held counts what this request adds to the budget, for whoever gives it back.
 */
async function readBody(
  request: IncomingMessage,
  budget: GuardBudget,
  held: { bytes: number },
): Promise<Buffer | string> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | string>();
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => {
    held.bytes += chunk.length;
    budget.bytesInFlight += chunk.length;
    chunks.push(chunk);
    if (held.bytes > MAX_EVENT_BYTES) stop('its event is larger than 8 MiB');
    else if (budget.bytesInFlight > MAX_BYTES_IN_FLIGHT) stop('the guard has too much to do');
  });
  request.on('end', () => resolve(Buffer.concat(chunks, held.bytes)));
  request.on('error', reject);
  request.on('close', () => reject(new Error('the client went before the end of its event')));

  function stop(why: string): void {
    // Not destroyed, or the refusal could not be sent; what still comes is read no more and held no more.
    request.removeAllListeners('data').pause();
    chunks.length = 0;
    resolve(why);
  }
  return promise;
}

function send(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(framed(answer));
  // One connection per call: the hook clients read to the end of the stream.
  response.writeHead(200, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': body.length,
    connection: 'close',
  });
  response.end(body);
}

async function listen(server: Server, socketPath: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const failed = (cause: Error): void =>
    reject(new StateFolder(`the socket \`${socketPath}\` cannot be made`, { cause }));
  server.once('error', failed);
  server.listen(socketPath, () => resolve());
  await promise;
  server.off('error', failed);
}

async function closeServer(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  // Whoever is cut off here refuses its call.
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await promise;
  clearTimeout(timer);
}

function ownUid(): number {
  const uid = process.getuid?.();
  if (uid === undefined) throw new StateFolder('this system has no users that a socket could be kept to');
  return uid;
}
