import { chmodSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { StateFolder } from '../core/error.ts';
import { gatheredBytes } from '../core/gathered-bytes.ts';
import { answerEvent } from './answer-event.ts';
import { framed, refusal } from './answer.ts';
import type { Answer } from './answer.ts';
import { guardBudget } from './guard-budget.ts';
import type { GuardBudget } from './guard-budget.ts';
import {
  CLOSE_GRACE_MS,
  MAX_EVENT_BYTES,
  RECEIVE_CHECK_MS,
  RECEIVE_TIMEOUT_MS,
  MAX_EVENT_VALUES,
  VALUE_BYTES,
} from './limits.ts';
import type { Guard, GuardPorts } from './ports.ts';
import { clearSocketPlace } from './socket-folder.ts';
import { valueCount } from './value-count.ts';

const HOOK_PATH = /^\/hook\/([A-Za-z0-9_-]{1,64})$/;

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
  const guard = await startGuardAt(ports, socketPath, guardBudget());
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
    {
      requestTimeout: RECEIVE_TIMEOUT_MS,
      headersTimeout: RECEIVE_TIMEOUT_MS,
      connectionsCheckingInterval: RECEIVE_CHECK_MS,
    },
    (request, response) => {
      serve(ports, budget, request)
        .catch((error: unknown) => {
          // Who went before the end of their event refused it themselves, and can fill no journal with it.
          if (request.destroyed && !request.complete) throw error;
          ports.logError?.(`guard: ${error instanceof Error ? error.name : 'an unknown failure'}`);
          return refusal('the guard failed');
        })
        .then((answer) => send(response, answer))
        // Nothing is left to say to a client whose connection fails; it refuses by itself.
        .catch(() => response.destroy());
    },
  );
  server.on('connection', (socket) => {
    if (!budget.connections.take(1)) return void socket.destroy();
    socket.once('close', () => budget.connections.give(1));
  });
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
  let heldBytes = 0;
  const hold = (bytes: number): boolean => {
    if (!budget.bytes.take(bytes)) return false;
    heldBytes += bytes;
    return true;
  };
  try {
    const body = await readBody(request, hold);
    if (typeof body === 'string') return refusal(body);
    const values = valueCount(body, MAX_EVENT_VALUES);
    if (values > MAX_EVENT_VALUES) return refusal(`its event holds more than ${MAX_EVENT_VALUES} values`);
    if (!hold(Math.max(0, values * VALUE_BYTES - body.length))) return refusal(TOO_MUCH);
    return await answerEvent(ports, sessionName, body);
  } finally {
    budget.bytes.give(heldBytes);
  }
}

/**
 * The whole body, or why it is not taken. Rejects where the client goes before its end.
 *
 * @param hold asked for room before bytes are held.
 */
async function readBody(request: IncomingMessage, hold: (bytes: number) => boolean): Promise<Buffer | string> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | string>();
  const declared = request.headers['content-length'];
  const declaredBytes = declared === undefined ? null : Number(declared);
  if (declaredBytes !== null && declaredBytes > MAX_EVENT_BYTES) return stopped(request, TOO_LARGE);
  const gathered = gatheredBytes(declaredBytes, hold);
  if (gathered === null) return stopped(request, TOO_MUCH);
  request.on('data', (chunk: Buffer) => {
    const isTooLarge = gathered.length + chunk.length > MAX_EVENT_BYTES;
    if (isTooLarge || !gathered.add(chunk)) resolve(stopped(request, isTooLarge ? TOO_LARGE : TOO_MUCH));
  });
  request.on('end', () => resolve(gathered.whole()));
  request.on('error', reject);
  request.on('close', () => reject(new Error('the client went before the end of its event')));
  return promise;
}

const TOO_LARGE = 'its event is larger than 8 MiB';
const TOO_MUCH = 'the guard has too much to do';

function stopped(request: IncomingMessage, why: string): string {
  // Not destroyed, or the refusal could not be sent; what still comes is read no more and held no more.
  request.removeAllListeners('data').pause();
  return why;
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
