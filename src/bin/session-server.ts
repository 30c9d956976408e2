import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Allowance } from '../core/allowance.ts';
import type { BeatAnswer, HostStatus, OpenSessionAnswer, OpenSessionRequest, OwnSession } from '../core/control.ts';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { listen, parseOpenSession, readBody, send, sendFailure } from './control-request.ts';

/** Connections to the hall at a time: each program that opens a session uses one for some milliseconds. */
export const MAX_HALL_CONNECTIONS = 256;
/** Milliseconds for a whole request; whoever is slower loses the connection to the next. */
const RECEIVE_TIMEOUT_MS = 5_000;
/** Milliseconds between two looks for connections that are over that. */
const RECEIVE_CHECK_MS = 1_000;

/** What can be asked in the hall, by anybody who reaches it. */
export interface HallPorts {
  status(): HostStatus;
  /** Opens the door of that name. @throws {SallyportError} where it is none, or there are too many. */
  openDoor(name: string): Promise<void>;
  logError(line: string): void;
}

/** What can be asked behind a door, by its user alone. */
export interface DoorPorts {
  status(): HostStatus;
  openSession(request: OpenSessionRequest): Promise<OpenSessionAnswer>;
  /** Null where this is not the session of this door. */
  beat(id: SessionId): BeatAnswer | null;
  /** False where this is not the session of this door. */
  endSession(id: SessionId, reason: string): Promise<boolean>;
  /** The sessions of the door's user that run, whatever door they came by. */
  sessions(): readonly OwnSession[];
  /** Ends a session of the door's user with its processes. False where it is none of theirs. */
  stopSession(id: SessionId, reason: string): Promise<boolean>;
  logError(line: string): void;
}

/**
 * Serves the hall: a door is opened here, and everything else is asked behind it. Where it is full the oldest connection
 * is closed for the next one: nobody can tell here whose they are, and those who hold them must not keep others out.
 */
export async function startHall(ports: HallPorts, socketPath: string): Promise<{ close(): Promise<void> }> {
  const inside = new Set<Socket>();
  const enter = (socket: Socket): void => {
    const [oldest] = inside;
    if (inside.size >= MAX_HALL_CONNECTIONS && oldest !== undefined) {
      inside.delete(oldest);
      oldest.destroy();
    }
    inside.add(socket);
    socket.once('close', () => inside.delete(socket));
  };
  return await serve(socketPath, ports, enter, async (method, url, body) => {
    if (method === 'GET' && url === '/status') return ports.status();
    if (method !== 'POST' || url !== '/doors') return null;
    await ports.openDoor(stringField(body, 'name') ?? '');
    return {};
  });
}

/**
 * Serves the user of a door. The requests are those of the control socket, and fewer.
 *
 * @param connections that may be open at one time; one more is closed as it comes.
 */
export async function startDoorServer(
  ports: DoorPorts,
  socketPath: string,
  connections: Allowance,
): Promise<{ close(): Promise<void> }> {
  const enter = (socket: Socket): void => {
    if (!connections.take(1)) return void socket.destroy();
    socket.once('close', () => connections.give(1));
  };
  return await serve(socketPath, ports, enter, async (method, url, body) => {
    if (method === 'GET' && url === '/status') return ports.status();
    if (method === 'GET' && url === '/sessions') return { sessions: ports.sessions() };
    if (method !== 'POST') return null;
    if (url === '/sessions') return await ports.openSession(parseOpenSession(body));
    const [, name = '', verb = ''] = /^\/sessions\/(ses_[0-9a-z]+)\/(beat|end|stop)$/.exec(url) ?? [];
    const id = parseSessionId(name);
    if (id === null) return null;
    if (verb === 'beat') return ports.beat(id);
    const reason = stringField(body, 'reason') ?? 'ended by its owner';
    const isOwn = verb === 'stop' ? await ports.stopSession(id, reason) : await ports.endSession(id, reason);
    return isOwn ? {} : null;
  });
}

type Route = (method: string, url: string, body: JsonObject) => Promise<object | null>;

async function serve(
  socketPath: string,
  ports: { logError(line: string): void },
  enter: (socket: Socket) => void,
  route: Route,
): Promise<{ close(): Promise<void> }> {
  const server = createServer(
    {
      requestTimeout: RECEIVE_TIMEOUT_MS,
      headersTimeout: RECEIVE_TIMEOUT_MS,
      keepAliveTimeout: RECEIVE_TIMEOUT_MS,
      connectionsCheckingInterval: RECEIVE_CHECK_MS,
    },
    (request, response) => {
      answer(request, response, route).catch((error: unknown) => {
        // Who went before the end of their request hears nothing, and can fill no journal with it.
        if (request.destroyed && !request.complete) return void response.destroy();
        sendFailure(response, error, (line) => ports.logError(line));
      });
    },
  );
  server.on('connection', enter);
  server.on('clientError', (_error, socket) => socket.destroy());
  await listen(server, socketPath);
  server.on('error', (error) => ports.logError(`sessions: the socket failed: ${error.name}`));
  return { close: () => closed(server) };
}

async function answer(request: IncomingMessage, response: ServerResponse, route: Route): Promise<void> {
  // Read to its end before anything is done: half a request asks for nothing.
  const body = await readBody(request);
  const result = await route(request.method ?? '', request.url ?? '', body);
  send(response, result === null ? 404 : 200, result ?? { error: 'there is nothing here' });
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
