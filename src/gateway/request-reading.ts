import type http from 'node:http';

import { gatheredBytes } from '../core/gathered-bytes.ts';
import type { GovernedSession, SessionDirectory } from '../core/session.ts';
import { ClientGone } from './client-writer.ts';
import { headerValues } from './headers.ts';
import type { RawHeaders } from './headers.ts';
import type { Refusal } from './refusal.ts';

/** Who sends a request. */
export interface Caller {
  readonly session: GovernedSession;
  /** As sent; it must not go further than this. */
  readonly token: string;
}

/** The session whose token a request carries, as bearer or as API key. Two sessions' tokens in one request are none. */
export function callerOf(raw: RawHeaders, sessions: SessionDirectory): Caller | Refusal {
  const bearers = headerValues(raw, 'authorization').map((value) => BEARER.exec(value)?.[1] ?? '');
  const tokens = [...bearers, ...headerValues(raw, 'x-api-key')]
    .map((token) => token.trim())
    .filter((token) => token !== '');
  if (tokens.length === 0) return NO_TOKEN;
  const callers: Caller[] = [];
  for (const token of new Set(tokens)) {
    const session = sessions.byToken(token);
    if (session !== null) callers.push({ session, token });
  }
  const [caller] = callers;
  return caller === undefined || callers.length > 1 ? UNKNOWN_TOKEN : caller;
}

const BEARER = /^Bearer +([^ ]+) *$/i;

const NO_TOKEN: Refusal = {
  why: 'no-token',
  message: 'Sallyport: this request carries no session token. Start the client with `sallyport run`.',
};

const UNKNOWN_TOKEN: Refusal = {
  why: 'unknown-token',
  message: 'Sallyport does not know this session token. Start the client with `sallyport run`.',
};

/** The client's own session and agent, as it names them in headers. */
export interface ClientIds {
  readonly clientSessionId: string | null;
  readonly agentId: string | null;
}

/** Reads the client's ids; a refusal where a header has no id in it, or stands there twice. */
export function clientIds(raw: RawHeaders): ClientIds | Refusal {
  const clientSessionId = idHeader(raw, 'x-claude-code-session-id');
  const agentId = idHeader(raw, 'x-claude-code-agent-id');
  if (clientSessionId === undefined) return unreadable('`x-claude-code-session-id` cannot be read');
  if (agentId === undefined) return unreadable('`x-claude-code-agent-id` cannot be read');
  return { clientSessionId, agentId };
}

const CLIENT_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** Undefined where the header stands there and cannot be read. */
function idHeader(raw: RawHeaders, name: string): string | null | undefined {
  const values = headerValues(raw, name);
  const [value] = values;
  if (value === undefined) return null;
  return values.length === 1 && CLIENT_ID.test(value) ? value : undefined;
}

/**
 * The one client session that a request is of. A header that names another one than the body is refused: a repository's
 * settings can add headers, and so could borrow the proof of a session whose hooks work.
 */
export function clientSession(header: string | null, inBody: string | null): string | null | Refusal {
  const body = inBody !== null && CLIENT_ID.test(inBody) ? inBody : null;
  if (header === null || inBody === null || header === body) return header ?? body;
  return unreadable('its header and its body name different client sessions');
}

/** Why the body of a request could mean another thing to us than to the upstream, or null. */
export function codingRefusal(raw: RawHeaders): Refusal | null {
  if (headerValues(raw, 'content-encoding').some((value) => value.trim().toLowerCase() !== 'identity')) {
    return unreadable('its body is compressed');
  }
  const types = headerValues(raw, 'content-type');
  return types.length > 1 || types.some((value) => !JSON_TYPE.test(value))
    ? unreadable('its body is not JSON in UTF-8')
    : null;
}

const JSON_TYPE = /^application\/json *(?:; *charset="?utf-8"?)? *$/i;

/** Something in a request that is not as the protocol has it. */
export function unreadable(what: string): Refusal {
  return { why: 'unreadable-request', message: `Sallyport refused this request: ${what}.` };
}

/**
 * The body of a request, or why it is not read: longer than `maxBytes`, or `hold` had no room for it.
 *
 * @param hold asked for room before bytes are held: for all of them where the client says how many come, else as they come.
 * @throws {ClientGone} where the client breaks off.
 */
export function requestBody(
  request: http.IncomingMessage,
  maxBytes: number,
  hold: (bytes: number) => boolean,
): Promise<Buffer | 'too-large' | 'no-room'> {
  return new Promise((resolve, reject) => {
    const declaredBytes = declaredLength(request);
    // The rest is read and dropped, so that the client gets to see the answer.
    const dropped = (why: 'too-large' | 'no-room'): void => {
      request.resume();
      resolve(why);
    };
    if (declaredBytes !== null && declaredBytes > maxBytes) return dropped('too-large');
    const gathered = gatheredBytes(declaredBytes, hold);
    if (gathered === null) return dropped('no-room');
    const onData = (chunk: Buffer): void => {
      const isTooLarge = gathered.length + chunk.length > maxBytes;
      if (!isTooLarge && gathered.add(chunk)) return;
      request.off('data', onData);
      dropped(isTooLarge ? 'too-large' : 'no-room');
    };
    request.on('data', onData);
    let isWhole = false;
    request.once('end', () => {
      isWhole = true;
      resolve(gathered.whole());
    });
    // Each request ends in a close; an error is costly to make.
    const onGone = (): void => {
      if (!isWhole) reject(new ClientGone('client broke off its request'));
    };
    request.once('error', onGone);
    request.once('close', onGone);
  });
}

function declaredLength(request: http.IncomingMessage): number | null {
  const declared = request.headers['content-length'];
  return declared === undefined ? null : Number(declared);
}
