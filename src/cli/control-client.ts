import { request } from 'node:http';
import type {
  BeatAnswer,
  DaemonStatus,
  ModelCredentials,
  OpenSessionAnswer,
  OpenSessionRequest,
} from '../core/control.ts';
import { NotRunning, UpstreamUnconfigured, UsageError } from '../core/error.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';

/** Milliseconds after which the daemon counts as not answering. */
const CONTROL_TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** The daemon of one state folder, asked over its control socket. */
export interface ControlClient {
  /** @throws {NotRunning} where nobody answers. */
  status(): Promise<DaemonStatus>;
  openSession(request: OpenSessionRequest): Promise<OpenSessionAnswer>;
  /** Null where the daemon does not know the session. */
  beat(sessionId: string, credentials: ModelCredentials): Promise<BeatAnswer | null>;
  endSession(sessionId: string, reason: string): Promise<boolean>;
  shutdown(): Promise<void>;
}

/** Speaks to the daemon behind a control socket. The answers are those of our own daemon and are trusted as such. */
export function controlClient(socketPath: string): ControlClient {
  const call = async <Answer>(method: string, path: string, body: object | null): Promise<Answer | null> => {
    const { status, value } = await exchange(socketPath, method, path, body);
    if (status === 404) return null;
    if (status === 200) return value as Answer;
    const message = stringField(value, 'error') ?? `the daemon answered ${status}`;
    const hint = stringField(value, 'hint');
    if (stringField(value, 'code') === 'UPSTREAM_UNCONFIGURED') {
      throw new UpstreamUnconfigured(message, hint === null ? {} : { hint });
    }
    if (status === 400) throw new UsageError(message, hint === null ? {} : { hint });
    throw new NotRunning(message, { hint: hint ?? 'look at what `sallyport up` prints' });
  };
  return {
    status: async () => there(await call<DaemonStatus>('GET', '/status', null)),
    openSession: async (wanted) => there(await call<OpenSessionAnswer>('POST', '/sessions', wanted)),
    beat: async (id, credentials) => await call<BeatAnswer>('POST', `/sessions/${id}/beat`, { credentials }),
    endSession: async (id, reason) => (await call<object>('POST', `/sessions/${id}/end`, { reason })) !== null,
    shutdown: async () => void (await call<object>('POST', '/shutdown', null)),
  };
}

function there<Answer>(answer: Answer | null): Answer {
  if (answer === null)
    throw new NotRunning('the daemon is of another version', { hint: 'restart it: `sallyport down`, `sallyport up`' });
  return answer;
}

async function exchange(
  socketPath: string,
  method: string,
  path: string,
  body: object | null,
): Promise<{ status: number; value: JsonObject }> {
  const text = body === null ? '' : JSON.stringify(body);
  return await new Promise((resolve, reject) => {
    const outgoing = request(
      { socketPath, method, path, headers: { 'content-length': Buffer.byteLength(text) }, timeout: CONTROL_TIMEOUT_MS },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) response.destroy(new Error('the answer is too long'));
          chunks.push(chunk);
        });
        response.on('error', (cause) => reject(notRunning(cause)));
        response.on('end', () => {
          const value = parseJson(Buffer.concat(chunks).toString('utf8'));
          if (value === null) reject(notRunning(new Error('the answer is no JSON object')));
          else resolve({ status: response.statusCode ?? 0, value });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', (cause) => reject(notRunning(cause)));
    outgoing.end(text);
  });
}

function parseJson(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function notRunning(cause: unknown): NotRunning {
  return new NotRunning('no daemon answers', { cause, hint: 'start one with `sallyport up` (`npm start`)' });
}
