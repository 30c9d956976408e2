import { request } from 'node:http';
import type {
  BeatAnswer,
  DaemonStatus,
  HostStatus,
  ModelCredentials,
  OpenSessionAnswer,
  OpenSessionRequest,
  OwnSession,
  ProbeAnswer,
} from '../core/control.ts';
import type { Erased } from '../bin/erasure.ts';
import type { Hold } from '../bin/holds.ts';
import { pidOf, processState } from '../bin/daemon-pid.ts';
import { failureOf } from './daemon-failure.ts';
import { parseHostStatus } from './host-status.ts';
import { NotAnswering, NotRunning } from '../core/error.ts';
import { isJsonObject } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';

/** Milliseconds after which the daemon counts as not answering: it says what it knows by heart. */
const CONTROL_TIMEOUT_MS = 3_000;
/** Milliseconds of a beat, so that the next one is not held up. */
const BEAT_TIMEOUT_MS = 2_000;
/** Milliseconds for what waits for the disk or for somebody's credentials. */
const SESSION_TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * The daemon of one state folder, asked over its control socket. Each call throws {@link NotRunning} where there is no
 * daemon, {@link NotAnswering} where one is silent, and otherwise what the daemon itself gave as the reason.
 */
export interface ControlClient {
  status(): Promise<DaemonStatus>;
  openSession(request: OpenSessionRequest): Promise<OpenSessionAnswer>;
  /** Opens a session that is ended already, for trying that a call of it is refused. */
  openProbe(): Promise<ProbeAnswer>;
  /** Null where the daemon does not know the session. */
  beat(sessionId: string, credentials: ModelCredentials): Promise<BeatAnswer | null>;
  endSession(sessionId: string, reason: string): Promise<boolean>;
  /** Ends a session with its client. False where there is none of that name. */
  stopSession(sessionId: string, reason: string): Promise<boolean>;
  /** Behind a door: the sessions of its user that run. */
  sessions(): Promise<readonly OwnSession[]>;
  shutdown(): Promise<void>;
  /** Has it read its policy again. Gives the one that is in force then. */
  reload(): Promise<DaemonStatus['policy']>;
  /** Has it recorded that sealed content of a session is about to be opened. */
  recordOpening(sessionId: string, about: JsonObject): Promise<void>;
  /** Has it recorded how a test of recovery came out. Gives the number of that record. */
  recordRecovery(told: JsonObject): Promise<{ readonly record: number }>;
  /** Destroys the content of a session. */
  erase(sessionId: string, reason: string): Promise<Erased>;
  /** Places or releases a legal hold over a session, or over `all`. Gives the number of its record. */
  hold(verb: 'hold' | 'release', scope: string, reason: string): Promise<{ readonly record: number }>;
  holds(): Promise<{ readonly holds: readonly Hold[] }>;
}

/** Speaks to the daemon behind a control socket. The answers are those of our own daemon and are trusted as such. */
export function controlClient(socketPath: string): ControlClient {
  const call = async <Answer>(
    method: string,
    path: string,
    body: object | null,
    timeoutMs = CONTROL_TIMEOUT_MS,
  ): Promise<Answer | null> => {
    const { status, value } = await exchange({ socketPath, method, path, timeoutMs }, body);
    if (status === 404) return null;
    if (status === 200) return value as Answer;
    throw failureOf(value);
  };
  return {
    status: async () => there(await call<DaemonStatus>('GET', '/status', null)),
    openSession: async (wanted) =>
      there(await call<OpenSessionAnswer>('POST', '/sessions', wanted, SESSION_TIMEOUT_MS)),
    openProbe: async () => there(await call<ProbeAnswer>('POST', '/probes', null, SESSION_TIMEOUT_MS)),
    beat: async (id, credentials) =>
      await call<BeatAnswer>('POST', `/sessions/${id}/beat`, { credentials }, BEAT_TIMEOUT_MS),
    endSession: async (id, reason) => (await call<object>('POST', `/sessions/${id}/end`, { reason })) !== null,
    stopSession: async (id, reason) => (await call<object>('POST', `/sessions/${id}/stop`, { reason })) !== null,
    sessions: async () => there(await call<{ sessions: readonly OwnSession[] }>('GET', '/sessions', null)).sessions,
    shutdown: async () => void (await call<object>('POST', '/shutdown', null)),
    reload: async () => there(await call<DaemonStatus['policy']>('POST', '/reload', null, SESSION_TIMEOUT_MS)),
    recordOpening: async (id, about) =>
      void there(await call<object>('POST', `/sessions/${id}/opening`, about, SESSION_TIMEOUT_MS)),
    recordRecovery: async (told) =>
      there(await call<{ record: number }>('POST', '/recovery-tests', told, SESSION_TIMEOUT_MS)),
    erase: async (session, reason) =>
      there(await call<Erased>('POST', '/erase', { session, reason }, SESSION_TIMEOUT_MS)),
    hold: async (verb, session, reason) =>
      there(await call<{ record: number }>('POST', `/${verb}`, { session, reason }, SESSION_TIMEOUT_MS)),
    holds: async () => there(await call<{ holds: readonly Hold[] }>('GET', '/holds', null)),
  };
}

/** The daemon of a machine with several users, as each of them may ask it. It throws as {@link ControlClient} does. */
export interface HallClient {
  status(): Promise<HostStatus>;
  /** Has it open the door of that name. @throws {SessionRefused} where it does not. */
  openDoor(name: string): Promise<void>;
}

/** Speaks to the daemon behind the socket of its hall. */
export function hallClient(socketPath: string): HallClient {
  const ask = async (method: string, path: string, body: object | null): Promise<JsonObject> => {
    const { status, value } = await exchange({ socketPath, method, path, timeoutMs: SESSION_TIMEOUT_MS }, body);
    if (status === 200) return value;
    throw failureOf(value);
  };
  return {
    status: async () => {
      const status = parseHostStatus(await ask('GET', '/status', null));
      if (status === null) throw otherVersion();
      return status;
    },
    openDoor: async (name) => void (await ask('POST', '/doors', { name })),
  };
}

function there<Answer>(answer: Answer | null): Answer {
  if (answer === null) throw otherVersion();
  return answer;
}

function otherVersion(): NotRunning {
  return new NotRunning('the daemon is of another version', { hint: 'restart it: `sallyport down`, `sallyport up`' });
}

interface Call {
  readonly socketPath: string;
  readonly method: string;
  readonly path: string;
  readonly timeoutMs: number;
}

async function exchange(
  { socketPath, method, path, timeoutMs }: Call,
  body: object | null,
): Promise<{ status: number; value: JsonObject }> {
  const text = body === null ? '' : JSON.stringify(body);
  return await new Promise((resolve, reject) => {
    const headers = { 'content-length': Buffer.byteLength(text) };
    const outgoing = request(
      // A connection of its own: one that was kept may have been closed while this process or the machine slept.
      { socketPath, method, path, headers, timeout: timeoutMs, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_ANSWER_BYTES) response.destroy(new Error('the answer is too long'));
          chunks.push(chunk);
        });
        response.on('error', (cause) => reject(cause instanceof NotAnswering ? cause : notRunning(cause)));
        response.on('end', () => {
          const value = parseJson(Buffer.concat(chunks).toString('utf8'));
          if (value === null) reject(notRunning(new Error('the answer is no JSON object')));
          else resolve({ status: response.statusCode ?? 0, value });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(notAnswering(socketPath, timeoutMs)));
    outgoing.on('error', (cause) => reject(cause instanceof NotAnswering ? cause : notRunning(cause)));
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

/** Somebody holds the socket, so the process that was written down is the one. */
function notAnswering(socketPath: string, timeoutMs: number): NotAnswering {
  const pid = pidOf(socketPath);
  const state = pid === null ? 'gone' : processState(pid);
  if (pid === null || state === 'gone') {
    return new NotAnswering('a daemon holds the control socket and does not answer', {
      hint: `find it: \`lsof ${socketPath}\``,
    });
  }
  if (state === 'stopped') {
    return new NotAnswering(`the daemon (process ${pid}) is stopped, and every call is refused`, {
      hint: `\`kill -CONT ${pid}\` lets it go on, \`kill -KILL ${pid}\` ends it`,
    });
  }
  return new NotAnswering(`the daemon (process ${pid}) ${state} and has not answered for ${timeoutMs / 1000} s`, {
    hint: `wait, or end it: \`kill ${pid}\`, and \`kill -KILL ${pid}\` where that does not help`,
  });
}
