import { createHash } from 'node:crypto';
import type http from 'node:http';

import type { Sha256 } from '../core/ids.ts';

/** The client closed its connection, or took no byte for too long. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** The reply to one client. Counts and digests the body as it was sent. */
export interface ClientWriter {
  /**
   * Headers as on the wire; nothing is added but what the connection itself needs. They go out at once, or with the first
   * bytes where these are there already.
   */
  head(status: number, reason: string, rawHeaders: readonly string[], isBodyReady?: boolean): void;
  readonly isHeadSent: boolean;
  /** @throws {ClientGone} where the bytes cannot be taken any more. Resolves when there is room for more. */
  write(bytes: Buffer): Promise<void>;
  end(): void;
  /**
   * Ends the connection so that the client sees that the reply is not whole. `lastWords` go out before, if the client
   * takes them in time.
   */
  cut(lastWords: Buffer | null): void;
  /** Breaks off when the client is gone; already aborted where it is. */
  readonly goneSignal: AbortSignal;
  sent(): { readonly bytes: number; readonly sha256: Sha256 };
  /** Stops watching the connection. */
  release(): void;
}

/** Milliseconds in which a client must take the last words of a reply that is cut. */
const LAST_WORDS_MS = 2_000;

export function clientWriter(response: http.ServerResponse, idleTimeoutMs: number): ClientWriter {
  const gone = new AbortController();
  const digest = createHash('sha256');
  const socket = response.req.socket;
  let bytesSent = 0;
  // A reply that waits behind another on its connection is not told of the end; the socket is.
  const onClose = (): void => {
    if (!response.writableFinished) gone.abort();
  };
  response.once('close', onClose);
  socket.once('close', onClose);
  response.on('error', onClose);
  if (socket.destroyed) gone.abort();

  const hasRoom = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (error: ClientGone | null): void => {
        clearTimeout(timer);
        response.off('drain', onDrain);
        gone.signal.removeEventListener('abort', onGone);
        if (error === null) resolve();
        else reject(error);
      };
      const onDrain = (): void => settle(null);
      const onGone = (): void => settle(new ClientGone('client closed the connection'));
      const timer = setTimeout(() => {
        response.destroy();
        settle(new ClientGone('client took nothing for too long'));
      }, idleTimeoutMs);
      response.once('drain', onDrain);
      gone.signal.addEventListener('abort', onGone, { once: true });
      if (gone.signal.aborted) onGone();
    });

  return {
    head: (status, reason, rawHeaders, isBodyReady = false) => {
      response.sendDate = false;
      response.writeHead(status, reason, [...rawHeaders]);
      if (!isBodyReady) response.flushHeaders();
    },
    get isHeadSent() {
      return response.headersSent;
    },
    write: async (bytes) => {
      if (gone.signal.aborted) throw new ClientGone('client closed the connection');
      bytesSent += bytes.length;
      digest.update(bytes);
      if (!response.write(bytes)) await hasRoom();
    },
    end: () => {
      response.end();
    },
    cut: (lastWords) => {
      if (lastWords === null || gone.signal.aborted) {
        response.destroy();
        return;
      }
      const timer = setTimeout(() => response.destroy(), LAST_WORDS_MS);
      response.once('close', () => clearTimeout(timer));
      response.write(lastWords, () => response.destroy());
    },
    goneSignal: gone.signal,
    sent: () => ({ bytes: bytesSent, sha256: digest.copy().digest('hex') as Sha256 }),
    release: () => {
      response.off('close', onClose);
      socket.off('close', onClose);
    },
  };
}
