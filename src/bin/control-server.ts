import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { chmodSync, existsSync, unlinkSync } from 'node:fs';
import type {
  BeatAnswer,
  DaemonStatus,
  ModelCredentials,
  OpenSessionAnswer,
  OpenSessionRequest,
  ProbeAnswer,
} from '../core/control.ts';
import { UsageError } from '../core/error.ts';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import {
  listen,
  parseCredentials,
  parseOpenSession,
  readBody,
  send,
  sendFailure,
  sendText,
} from './control-request.ts';
import { MAX_REASON_LENGTH } from './erasure.ts';

/** What the control socket can ask of the daemon. */
export interface ControlPorts {
  status(): DaemonStatus;
  openSession(request: OpenSessionRequest): Promise<OpenSessionAnswer>;
  openProbe(): Promise<ProbeAnswer>;
  beat(id: SessionId, credentials: ModelCredentials): BeatAnswer | null;
  /** Ends a session, with its processes or without. False where nobody knows it. */
  endSession(id: SessionId, reason: string, endsProcesses: boolean): Promise<boolean>;
  shutdown(): void;
  /** Reads the policy again. @throws {SallyportError} where that is refused; the one of before stays in force. */
  reload?(): Promise<DaemonStatus['policy']>;
  /**
   * Records that sealed content of a session is about to be opened.
   *
   * @throws {SallyportError} where that cannot be recorded: it must stay closed then.
   */
  recordOpening?(id: SessionId, body: JsonObject): Promise<void>;
  /** Records how a test of recovery came out. @throws {UsageError} for a body that tells of something else. */
  recordRecovery?(told: JsonObject): Promise<object>;
  /** Legal holds and the erasure of content. */
  readonly erasure?: ErasurePorts;
  /** Metrics in the text format of Prometheus, or null where the policy wants none. */
  metrics?(): Promise<string | null>;
  /** Told of failures that nobody foresaw: whoever asked gets only their code. */
  logError(line: string): void;
}

/** What of content can be asked for that is to be kept, or to be destroyed. Reasons are checked by then. */
export interface ErasurePorts {
  erase(id: SessionId, reason: string): Promise<object>;
  /** @param id the session, or null for all. */
  hold(id: SessionId | null, reason: string): Promise<object>;
  release(id: SessionId | null, reason: string): Promise<object>;
  holds(): object;
}

/**
 * Serves the owner of the state folder over a Unix socket in its 0700 folder. Sessions do not see this socket: their
 * view of the file system hides the folder.
 */
export async function startControlServer(ports: ControlPorts, socketPath: string): Promise<{ close(): Promise<void> }> {
  // The folder lock is held: a socket found here belongs to a process that is gone.
  if (existsSync(socketPath)) unlinkSync(socketPath);
  const server = createServer((request, response) => {
    void answer(ports, request, response);
  });
  await listen(server, socketPath);
  chmodSync(socketPath, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(ports: ControlPorts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await readBody(request);
    const metrics = request.method === 'GET' && request.url === '/metrics' ? ((await ports.metrics?.()) ?? null) : null;
    if (metrics !== null) return sendText(response, 'text/plain; version=0.0.4; charset=utf-8', metrics);
    const result = await route(ports, request.method ?? '', request.url ?? '', body);
    send(response, result === null ? 404 : 200, result ?? { error: 'there is nothing here' });
  } catch (error) {
    sendFailure(response, error, (line) => ports.logError(line));
  }
}

async function route(ports: ControlPorts, method: string, url: string, body: JsonObject): Promise<object | null> {
  if (method === 'GET' && url === '/status') return ports.status();
  if (method === 'POST' && url === '/shutdown') {
    ports.shutdown();
    return {};
  }
  if (method === 'POST' && url === '/reload') return (await ports.reload?.()) ?? null;
  if (method === 'POST' && url === '/sessions') return await ports.openSession(parseOpenSession(body));
  if (method === 'POST' && url === '/recovery-tests') return (await ports.recordRecovery?.(body)) ?? null;
  if (method === 'POST' && url === '/probes') return await ports.openProbe();
  if (ports.erasure !== undefined) {
    const answered = await routeErasure(ports.erasure, method, url, body);
    if (answered !== null) return answered;
  }
  const match = /^\/sessions\/(ses_[0-9a-z]+)\/(beat|end|stop|opening)$/.exec(url);
  const id = match === null ? null : parseSessionId(match[1] ?? '');
  if (method !== 'POST' || match === null || id === null) return null;
  if (match[2] === 'opening') {
    if (ports.recordOpening === undefined) return null;
    await ports.recordOpening(id, body);
    return {};
  }
  if (match[2] === 'beat') return ports.beat(id, parseCredentials(body['credentials']));
  const reason = stringField(body, 'reason') ?? 'ended by its owner';
  return (await ports.endSession(id, reason, match[2] === 'stop')) ? {} : null;
}

async function routeErasure(
  ports: ErasurePorts,
  method: string,
  url: string,
  body: JsonObject,
): Promise<object | null> {
  if (method === 'GET' && url === '/holds') return ports.holds();
  const verb = method === 'POST' ? /^\/(erase|hold|release)$/.exec(url)?.[1] : undefined;
  if (verb === undefined) return null;
  const reason = stringField(body, 'reason')?.trim() ?? '';
  if (reason === '' || reason.length > MAX_REASON_LENGTH)
    throw new UsageError(`a reason of 1 to ${MAX_REASON_LENGTH} characters is wanted`);
  const id = parseSessionId(stringField(body, 'session') ?? '');
  // All is asked for by name: a session id that is mistyped must not become all sessions.
  if (id === null && (verb === 'erase' || body['session'] !== 'all')) throw new UsageError('a session id is wanted');
  if (verb === 'hold') return await ports.hold(id, reason);
  if (verb === 'release') return await ports.release(id, reason);
  if (id === null) throw new UsageError('a session id is wanted');
  return await ports.erase(id, reason);
}
