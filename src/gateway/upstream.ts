import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import zlib from 'node:zlib';

import type { RawHeaders } from './headers.ts';
import { UnreadableReply } from './stream-codec.ts';

/** Where a request goes, as one connection needs it. */
export interface UpstreamTarget {
  readonly isTls: boolean;
  readonly hostname: string;
  readonly port: number;
  /** For the host header: with the port where it is not the usual one. */
  readonly host: string;
  /** In front of the request's own path, without a slash at the end. */
  readonly pathPrefix: string;
}

/** @throws {TypeError} where the base URL is no http or https URL, or holds a user, a query or a fragment. */
export function upstreamTarget(baseUrl: string): UpstreamTarget {
  const url = new URL(baseUrl);
  const isTls = url.protocol === 'https:';
  if (!isTls && url.protocol !== 'http:') throw new TypeError('upstream base URL is neither http nor https');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError('upstream base URL holds more than scheme, host, port and path');
  }
  return {
    isTls,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
    host: url.host,
    pathPrefix: url.pathname.replace(/\/+$/, ''),
  };
}

export interface UpstreamRequest {
  readonly target: UpstreamTarget;
  readonly method: string;
  /** Path and query as they go on the wire. */
  readonly path: string;
  readonly headers: RawHeaders;
  /** In pieces; none is copied. */
  readonly body: readonly Buffer[];
  /** Milliseconds until the connection stands, and without a byte from the upstream. */
  readonly timeouts: { readonly connectMs: number; readonly idleMs: number };
  /** Breaks the request and its reply off at any moment. */
  readonly signal: AbortSignal;
}

/** Connections to upstreams, kept alive between requests. Whoever makes it closes it. */
export interface UpstreamClient {
  /**
   * Sends a request.
   *
   * @returns the head of the reply, whose body must be read or destroyed.
   * @throws {Error} where no reply came: not reachable, too slow, cut or no HTTP.
   */
  send(request: UpstreamRequest): Promise<http.IncomingMessage>;
  close(): void;
}

/** Bytes of a reply's head. */
const MAX_HEAD_BYTES = 64 * 1024;

export function upstreamClient(): UpstreamClient {
  const plain = new http.Agent({ keepAlive: true });
  const tls = new https.Agent({ keepAlive: true });

  const attempt = (request: UpstreamRequest): Promise<Attempt> =>
    new Promise((resolve) => {
      const { target } = request;
      const outgoing = (target.isTls ? https : http).request({
        agent: target.isTls ? tls : plain,
        hostname: target.hostname,
        port: target.port,
        method: request.method,
        path: request.path,
        headers: request.headers,
        setHost: false,
        signal: request.signal,
        maxHeaderSize: MAX_HEAD_BYTES,
        insecureHTTPParser: false,
      });
      outgoing.setTimeout(request.timeouts.idleMs, () =>
        outgoing.destroy(new Error('upstream sent nothing for too long')),
      );
      outgoing.once('socket', (socket) => {
        if (!socket.connecting) return;
        const timer = setTimeout(
          () => outgoing.destroy(new Error('upstream did not take the connection in time')),
          request.timeouts.connectMs,
        );
        socket.once(target.isTls ? 'secureConnect' : 'connect', () => clearTimeout(timer));
        socket.once('close', () => clearTimeout(timer));
      });
      let isAnswered = false;
      outgoing.once('response', (reply) => {
        isAnswered = true;
        // Later faults show on the reply itself.
        outgoing.on('error', () => reply.destroy());
        resolve({ reply });
      });
      outgoing.on('error', (error) => resolve({ error, isStaleSocket: outgoing.reusedSocket && isReset(error) }));
      outgoing.once('upgrade', (_, socket) => {
        socket.destroy();
        resolve({ error: new Error('upstream switched protocols'), isStaleSocket: false });
      });
      // Whatever else ends it without a word must not leave the client waiting.
      outgoing.once('close', () => {
        if (!isAnswered) resolve({ error: new Error('upstream closed'), isStaleSocket: false });
      });
      // Head and pieces go out together.
      outgoing.cork();
      for (const piece of request.body) outgoing.write(piece);
      outgoing.end();
    });

  return {
    send: async (request) => {
      const first = await attempt(request);
      if ('reply' in first) return first.reply;
      // A kept connection that the upstream has just closed looks like this: nothing of the request was taken.
      const again = first.isStaleSocket && !request.signal.aborted ? await attempt(request) : first;
      if ('reply' in again) return again.reply;
      throw again.error;
    },
    close: () => {
      plain.destroy();
      tls.destroy();
    },
  };
}

function isReset(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

type Attempt = { readonly reply: http.IncomingMessage } | { readonly error: Error; readonly isStaleSocket: boolean };

/**
 * The body of a reply without its content coding, ending in an error where it ends too early.
 *
 * @throws {UnreadableReply} for a coding that is not known.
 */
export function plainBody(reply: http.IncomingMessage): Readable {
  const coding = (reply.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (coding === 'identity' || coding === '') return reply;
  const decoder = decoderOf(coding);
  if (decoder === null) throw new UnreadableReply('the reply has an unknown content coding');
  // An error on either side ends both; the reader of the decoder sees it.
  return pipeline(reply, decoder, () => undefined);
}

function decoderOf(coding: string): (Readable & NodeJS.WritableStream) | null {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip();
    case 'deflate':
      return zlib.createInflate();
    case 'br':
      return zlib.createBrotliDecompress();
    case 'zstd':
      return zlib.createZstdDecompress();
    default:
      return null;
  }
}
