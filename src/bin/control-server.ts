import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isAbsolute } from 'node:path';
import { chmodSync, existsSync, unlinkSync } from 'node:fs';
import type {
  BeatAnswer,
  DaemonStatus,
  ModelCredentials,
  OpenSessionAnswer,
  OpenSessionRequest,
  ProbeAnswer,
} from '../core/control.ts';
import { DaemonFailed, SallyportError, UsageError } from '../core/error.ts';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { MAX_REASON_LENGTH } from './erasure.ts';

/** Bytes of a control request; the largest holds one session's description. */
const MAX_CONTROL_BYTES = 256 * 1024;

/** What the control socket can ask of the daemon. */
export interface ControlPorts {
  status(): DaemonStatus;
  openSession(request: OpenSessionRequest): Promise<OpenSessionAnswer>;
  openProbe(): Promise<ProbeAnswer>;
  beat(id: SessionId, credentials: ModelCredentials): BeatAnswer | null;
  endSession(id: SessionId, reason: string): Promise<boolean>;
  shutdown(): void;
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
    if (!(error instanceof SallyportError)) ports.logError(`control: ${String(error)}`);
    const failure =
      error instanceof SallyportError
        ? error
        : new DaemonFailed('the daemon could not do this', { hint: 'it says why where `sallyport up` prints' });
    const { message, code, hint } = failure;
    send(response, failure instanceof UsageError ? 400 : 500, { error: message, code, hint });
  }
}

async function route(ports: ControlPorts, method: string, url: string, body: JsonObject): Promise<object | null> {
  if (method === 'GET' && url === '/status') return ports.status();
  if (method === 'POST' && url === '/shutdown') {
    ports.shutdown();
    return {};
  }
  if (method === 'POST' && url === '/sessions') return await ports.openSession(parseOpenSession(body));
  if (method === 'POST' && url === '/recovery-tests') return (await ports.recordRecovery?.(body)) ?? null;
  if (method === 'POST' && url === '/probes') return await ports.openProbe();
  if (ports.erasure !== undefined) {
    const answered = await routeErasure(ports.erasure, method, url, body);
    if (answered !== null) return answered;
  }
  const match = /^\/sessions\/(ses_[0-9a-z]+)\/(beat|end|opening)$/.exec(url);
  const id = match === null ? null : parseSessionId(match[1] ?? '');
  if (method !== 'POST' || match === null || id === null) return null;
  if (match[2] === 'opening') {
    if (ports.recordOpening === undefined) return null;
    await ports.recordOpening(id, body);
    return {};
  }
  if (match[2] === 'beat') return ports.beat(id, parseCredentials(body['credentials']));
  return (await ports.endSession(id, stringField(body, 'reason') ?? 'ended by its owner')) ? {} : null;
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

function parseOpenSession(body: JsonObject): OpenSessionRequest {
  const [workspace, homeDir] = [stringField(body, 'workspace'), stringField(body, 'homeDir')];
  const environment = body['environment'];
  if (workspace === null || homeDir === null || !isAbsolute(workspace) || !isAbsolute(homeDir)) {
    throw new UsageError('a session needs `workspace` and `homeDir`, absolute paths');
  }
  const about = body['about'];
  const watchPid = body['watchPid'];
  return {
    workspace,
    homeDir,
    environment: isJsonObject(environment) ? stringsOf(environment) : {},
    credentials: parseCredentials(body['credentials']),
    watchPid: typeof watchPid === 'number' && Number.isSafeInteger(watchPid) && watchPid > 1 ? watchPid : null,
    about: isJsonObject(about) ? about : {},
  };
}

function stringsOf(object: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function parseCredentials(value: unknown): ModelCredentials {
  const object = isJsonObject(value) ? value : {};
  return {
    anthropicApiKey: stringField(object, 'anthropicApiKey'),
    anthropicAuthToken: stringField(object, 'anthropicAuthToken'),
    awsAccessKeyId: stringField(object, 'awsAccessKeyId'),
    awsSecretAccessKey: stringField(object, 'awsSecretAccessKey'),
    awsSessionToken: stringField(object, 'awsSessionToken'),
    awsProfile: stringField(object, 'awsProfile'),
    awsBearerToken: stringField(object, 'awsBearerToken'),
    googleAccessToken: stringField(object, 'googleAccessToken'),
    googleCredentialsFile: stringField(object, 'googleCredentialsFile'),
  };
}

async function readBody(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_CONTROL_BYTES) throw new UsageError(`a control request has more than ${MAX_CONTROL_BYTES} bytes`);
    chunks.push(chunk);
  }
  if (bytes === 0) return {};
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (isJsonObject(value)) return value;
  } catch (cause) {
    throw new UsageError('a control request is no JSON', { cause });
  }
  throw new UsageError('a control request is no JSON object');
}

function send(response: ServerResponse, status: number, body: object): void {
  sendText(response, 'application/json', JSON.stringify(body), status);
}

function sendText(response: ServerResponse, type: string, text: string, status = 200): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
