import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isAbsolute } from 'node:path';
import type { ModelCredentials, OpenSessionRequest } from '../core/control.ts';
import { DaemonFailed, SallyportError, UsageError } from '../core/error.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { parseWatchedProcess } from '../core/session-owner.ts';

/** Bytes of a control request; the largest holds one session's description. */
const MAX_CONTROL_BYTES = 256 * 1024;

/** Answers with a failure: what somebody can act on as it is, anything else only as that it was one. */
export function sendFailure(response: ServerResponse, error: unknown, logError: (line: string) => void): void {
  if (!(error instanceof SallyportError)) logError(`control: ${String(error)}`);
  const failure =
    error instanceof SallyportError
      ? error
      : new DaemonFailed('the daemon could not do this', { hint: 'it says why where `sallyport up` prints' });
  const { message, code, hint } = failure;
  send(response, failure instanceof UsageError ? 400 : 500, { error: message, code, hint });
}

/** Reads what a launcher asks for. @throws {UsageError} */
export function parseOpenSession(body: JsonObject): OpenSessionRequest {
  const [workspace, homeDir] = [stringField(body, 'workspace'), stringField(body, 'homeDir')];
  const environment = body['environment'];
  if (workspace === null || homeDir === null || !isAbsolute(workspace) || !isAbsolute(homeDir)) {
    throw new UsageError('a session needs `workspace` and `homeDir`, absolute paths');
  }
  const about = body['about'];
  const watchPid = body['watchPid'];
  const workspaceFile = stringField(body, 'workspaceFile');
  const launcher = parseWatchedProcess(body['launcher'] ?? null);
  return {
    workspace,
    homeDir,
    environment: isJsonObject(environment) ? stringsOf(environment) : {},
    credentials: parseCredentials(body['credentials']),
    watchPid: typeof watchPid === 'number' && Number.isSafeInteger(watchPid) && watchPid > 1 ? watchPid : null,
    ...(workspaceFile === null ? {} : { workspaceFile }),
    ...(launcher === null || launcher === undefined ? {} : { launcher }),
    about: isJsonObject(about) ? about : {},
  };
}

function stringsOf(object: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Reads credentials; what is missing or odd is null. */
export function parseCredentials(value: unknown): ModelCredentials {
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

/** The body of a request, at most {@link MAX_CONTROL_BYTES}. @throws {UsageError} where it is no JSON object. */
export async function readBody(request: IncomingMessage): Promise<JsonObject> {
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

/** Answers with JSON. */
export function send(response: ServerResponse, status: number, body: object): void {
  sendText(response, 'application/json', JSON.stringify(body), status);
}

/** Answers with a text of any type. */
export function sendText(response: ServerResponse, type: string, text: string, status = 200): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** Listens on a unix socket. Rejects where that cannot be. */
export async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
