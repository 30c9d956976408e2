import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';

import { SinkFailed } from './sink.ts';

/** Longest answer that is read, in bytes: that of a bulk request names each of its records. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** Milliseconds without a byte in either direction. */
const SILENCE_MS = 30_000;

/** What is sent to a receiver. */
export interface HttpPost {
  /** Added to the base address, with a slash at its start. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfterMs: number | null;
  /** The whole body, as text. */
  readonly text: string;
}

/** A way to one receiver. Follows no redirection: records and tokens are meant for the address in the policy. */
export interface HttpReceiver {
  /** @throws {SinkFailed} where no whole answer came. */
  post(post: HttpPost, signal: AbortSignal): Promise<HttpAnswer>;
  close(): void;
}

/**
 * Opens the way to a receiver, over TLS unless the address is of this machine.
 *
 * @param caFile PEM certificates that the receiver's must come from; null for those of the system.
 * @throws {SinkFailed} where the file cannot be read.
 */
export async function httpReceiver(url: string, caFile: string | null, nowMs: () => number): Promise<HttpReceiver> {
  const ca = caFile === null ? null : await readCa(caFile);
  const isSecure = new URL(url).protocol === 'https:';
  const agent = isSecure
    ? new https.Agent({ keepAlive: true, maxSockets: 1, minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) })
    : new http.Agent({ keepAlive: true, maxSockets: 1 });
  const request = isSecure ? https.request : http.request;
  return {
    post: ({ path, headers, body }, signal) =>
      new Promise((resolve, reject) => {
        const bytes = Buffer.from(body);
        const sent = request(`${url}${path}`, {
          method: 'POST',
          agent,
          signal,
          timeout: SILENCE_MS,
          headers: {
            'content-type': 'application/json',
            accept: 'application/json',
            'accept-encoding': 'identity',
            'content-length': bytes.length,
            ...headers,
          },
        });
        sent.on('timeout', () => sent.destroy(new SinkFailed(`no byte for ${SILENCE_MS / 1_000} s`)));
        sent.on('error', (cause) => reject(failedBy(cause)));
        sent.on('response', (reply) => {
          readAnswer(reply, nowMs).then(resolve, (cause: unknown) => {
            sent.destroy();
            reject(failedBy(cause));
          });
        });
        sent.end(bytes);
      }),
    close: () => agent.destroy(),
  };
}

/** @throws {SinkFailed} where the file cannot be read. */
export async function readCa(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new SinkFailed(`file \`${path}\` with certificates cannot be read`, { cause });
  }
}

async function readAnswer(reply: http.IncomingMessage, nowMs: () => number): Promise<HttpAnswer> {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const part of reply as AsyncIterable<Buffer>) {
    sizeBytes += part.length;
    if (sizeBytes > MAX_ANSWER_BYTES) throw new SinkFailed(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
    parts.push(part);
  }
  // A connection that ends within the body ends the loop above without an error.
  if (!reply.complete) throw new SinkFailed('the answer was cut off');
  return {
    status: reply.statusCode ?? 0,
    retryAfterMs: retryAfterMs(reply.headers['retry-after'], nowMs()),
    text: Buffer.concat(parts).toString('utf8'),
  };
}

/** What `Retry-After` asks for: seconds, or a date (RFC 9110, section 10.2.3). */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs);
}

/** A failure of the connection, named by its code: its message may quote an address with more than it should. */
export function failedBy(cause: unknown): SinkFailed {
  if (cause instanceof SinkFailed) return cause;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'no answer';
  return new SinkFailed(`cannot reach the receiver: ${code}`, { cause });
}

/** The JSON of an answer, or null where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
