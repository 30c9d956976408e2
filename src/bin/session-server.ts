import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { BeatAnswer, HostStatus, OpenSessionAnswer, OpenSessionRequest, OwnSession } from '../core/control.ts';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { listen, parseOpenSession, readBody, send, sendFailure } from './control-request.ts';

/** Connections to one socket at a time: a launcher uses one for each beat. */
const MAX_CONNECTIONS = 64;
/** Milliseconds for a whole request; whoever is slower loses the connection to the next. */
const RECEIVE_TIMEOUT_MS = 5_000;

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

/** Serves the hall: a door is opened here, and everything else is asked behind it. */
export async function startHall(ports: HallPorts, socketPath: string): Promise<{ close(): Promise<void> }> {
  return await serve(socketPath, ports, async (method, url, body) => {
    if (method === 'GET' && url === '/status') return ports.status();
    if (method !== 'POST' || url !== '/doors') return null;
    await ports.openDoor(stringField(body, 'name') ?? '');
    return {};
  });
}

/** Serves the user of a door. The requests are those of the control socket, and fewer. */
export async function startDoorServer(ports: DoorPorts, socketPath: string): Promise<{ close(): Promise<void> }> {
  return await serve(socketPath, ports, async (method, url, body) => {
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
  route: Route,
): Promise<{ close(): Promise<void> }> {
  const server = createServer(
    { requestTimeout: RECEIVE_TIMEOUT_MS, headersTimeout: RECEIVE_TIMEOUT_MS, keepAliveTimeout: RECEIVE_TIMEOUT_MS },
    (request, response) => {
      answer(request, response, route).catch((error: unknown) => {
        // Who went before the end of their request hears nothing, and can fill no journal with it.
        if (request.destroyed && !request.complete) return void response.destroy();
        sendFailure(response, error, (line) => ports.logError(line));
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
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
