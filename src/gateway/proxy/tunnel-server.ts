import http from 'node:http';
import type { Duplex } from 'node:stream';

import type { ProxyLimits } from './proxy-ports.ts';
import { proxyReply } from './proxy-refusal.ts';
import type { ProxyRefusal } from './proxy-refusal.ts';
import { tunnelUpstream } from './tunnel-request.ts';
import type { TunnelledRequest } from './tunnel-request.ts';
import { tunnel } from './tunnel.ts';
import type { Tunnel } from './tunnel.ts';
import type { TunnelPlace } from './tunnel-request.ts';

/** Milliseconds in which a client must take the last words of a connection that is ended. */
export const LAST_WORDS_MS = 2_000;

export interface TunnelServerOptions {
  readonly limits: ProxyLimits;
  /** Answers a request that may go on. */
  readonly serve: (request: http.IncomingMessage, response: http.ServerResponse, from: TunnelledRequest) => void;
  /** Writes the record of a refusal; `target` is the request's, as sent. Never rejects. */
  readonly note: (place: TunnelPlace, refusal: ProxyRefusal, target: string) => Promise<void>;
}

/** Reads requests out of tunnels. It listens nowhere. */
export interface TunnelServer {
  /** Takes a connection whose TLS stands. */
  take(place: TunnelPlace, connection: Duplex): void;
  readonly tunnels: Iterable<Tunnel>;
}

export function tunnelServer({ limits, serve, note }: TunnelServerOptions): TunnelServer {
  const tunnels = new Map<Duplex, Tunnel>();

  const refuse = async (
    from: Tunnel,
    refusal: ProxyRefusal,
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> => {
    await note(from, refusal, request.url ?? '');
    const { status, reason, headers, body } = proxyReply(refusal);
    response.writeHead(status, reason, [...headers]).end(body);
    // The rest is read and dropped, so that the client gets to see the answer.
    request.resume();
  };

  /** Ends a connection on which something else than requests came. */
  const refuseBytes = (connection: Duplex, status: string): void => {
    const from = tunnels.get(connection);
    if (from !== undefined) void note(from, NOT_HTTP, from.host);
    connection.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    const timer = setTimeout(() => connection.destroy(), LAST_WORDS_MS);
    connection.once('close', () => clearTimeout(timer));
  };

  const server = http.createServer(
    { maxHeaderSize: limits.maxHeadBytes, keepAliveTimeout: limits.idleTimeoutMs, insecureHTTPParser: false },
    (request, response) => {
      const from = tunnels.get(request.socket);
      if (from === undefined) return void request.socket.destroy();
      from.began(request, response);
      response.on('error', () => from.cut());
      const upstream = tunnelUpstream(request, from);
      if ('why' in upstream) void refuse(from, upstream, request, response);
      else serve(request, response, { caller: from.caller, upstream });
    },
  );
  server.on('clientError', (error: NodeJS.ErrnoException, connection) => {
    if (error.code === 'ECONNRESET' || !connection.writable) return void connection.destroy();
    refuseBytes(connection, error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : BAD_REQUEST);
  });
  server.on('connect', (_, connection) => refuseBytes(connection, BAD_REQUEST));

  return {
    take: (place, connection) => {
      // Requests that wait behind one another each watch the connection for its end.
      connection.setMaxListeners(0);
      tunnels.set(connection, tunnel(place, connection, limits));
      connection.once('close', () => tunnels.delete(connection));
      server.emit('connection', connection);
    },
    get tunnels() {
      return tunnels.values();
    },
  };
}

const BAD_REQUEST = '400 Bad Request';

const NOT_HTTP: ProxyRefusal = { why: 'proxy-not-http', message: 'what came is no HTTP/1.1' };
