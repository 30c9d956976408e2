import type http from 'node:http';

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

/** The body of a request, or null where it is longer than `maxBytes`. @throws {ClientGone} where the client breaks off. */
export function requestBody(request: http.IncomingMessage, maxBytes: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const whole = roomFor(request.headers['content-length'], maxBytes);
    let length = 0;
    const onData = (chunk: Buffer): void => {
      // Copied as it comes, a long body is whole as soon as its last byte is there.
      if (whole === null) chunks.push(chunk);
      else chunk.copy(whole, length);
      length += chunk.length;
      if (length <= maxBytes) return;
      request.off('data', onData);
      // The rest is read and dropped, so that the client gets to see the answer.
      request.resume();
      resolve(null);
    };
    request.on('data', onData);
    let isWhole = false;
    request.once('end', () => {
      isWhole = true;
      const [only] = chunks;
      if (whole !== null) resolve(whole.subarray(0, length));
      else resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
    });
    // Each request ends in a close; an error is costly to make.
    const onGone = (): void => {
      if (!isWhole) reject(new ClientGone('client broke off its request'));
    };
    request.once('error', onGone);
    request.once('close', onGone);
  });
}

/** Bodies that come in one or two reads need no room of their own; for longer ones than this a client is not trusted. */
const ROOM_FROM = 128 * 1024;
const ROOM_TO = 8 * 1024 * 1024;

/** Room for a body of the length that the client says; null where it says none that is worth it. */
function roomFor(contentLength: string | undefined, maxBytes: number): Buffer | null {
  const length = Number(contentLength ?? 0);
  const isWorthIt = length >= ROOM_FROM && length <= Math.min(ROOM_TO, maxBytes);
  return isWorthIt ? Buffer.allocUnsafeSlow(length) : null;
}
