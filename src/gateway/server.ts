import http from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Finding } from '../core/finding.ts';
import type { SessionId } from '../core/ids.ts';
import { canaryWatch } from './canary-watch.ts';
import { clientWriter } from './client-writer.ts';
import { requestContents } from './content-log/index.ts';
import { exchange } from './exchange.ts';
import type { ExchangeRoom } from './checked-request.ts';
import { GATEWAY_LIMITS } from './limits.ts';
import type { GatewayLimits } from './limits.ts';
import { requestMasker } from './masking/index.ts';
import type { GatewayPorts } from './ports.ts';
import { forwardProxy } from './proxy/forward-proxy.ts';
import type { TunnelledRequest } from './proxy/tunnel-request.ts';
import { admissions, connectionShares, upstreamHealth, userShares } from './limits/index.ts';
import { resultWatch } from './result-watch.ts';
import { upstreamClient } from './upstream.ts';

export interface GatewayAddress {
  /** An address of this machine. The gateway speaks plain HTTP and belongs on the loopback interface. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Overrides of {@link GATEWAY_LIMITS}. */
  readonly limits?: Partial<GatewayLimits>;
}

export interface Gateway {
  /** Where clients reach it, without a slash at the end. */
  readonly url: string;
  /** Where values that were masked for the model in a session stand in a text. */
  known(sessionId: SessionId, text: string): readonly Finding[];
  /** Drops what is known of an ended session's texts. False, and nothing is dropped, while a request of it is on its way. */
  forget(sessionId: SessionId): boolean;
  /** Stops listening, breaks what is under way and waits until its last record is written. */
  close(): Promise<void>;
}

/**
 * Starts a gateway: what a governed client sends to its model goes through here, and what comes back.
 *
 * @throws {Error} where the address cannot be listened on.
 */
export async function startGateway(ports: GatewayPorts, address: GatewayAddress): Promise<Gateway> {
  const limits = { ...GATEWAY_LIMITS, ...address.limits };
  const upstreams = upstreamClient();
  const room: ExchangeRoom = {
    ports,
    limits,
    upstreams,
    canaries: canaryWatch(ports.liveness, ports.clock),
    results: resultWatch(ports.liveness),
    masker: requestMasker(ports.content, ports.uptimeMs),
    contents: requestContents(ports.contents, ports.logError),
    admissions: admissions({
      ledger: ports.usage,
      ...(ports.logError === undefined ? {} : { logError: ports.logError }),
    }),
    shares: userShares(limits),
    connections: connectionShares(limits),
    health: upstreamHealth(ports.uptimeMs),
  };
  const underWay = new Set<Promise<void>>();
  const serve = (request: http.IncomingMessage, response: http.ServerResponse, from?: TunnelledRequest): void => {
    const client = clientWriter(response, ports.content.rules().gateway.timeouts.idleMs);
    const own = from === undefined ? room : { ...room, ports: { ...ports, upstreamFor: async () => from.upstream } };
    const running = exchange(own, request, response, client, from?.caller ?? null).finally(() => {
      client.release();
      underWay.delete(running);
    });
    underWay.add(running);
  };
  const proxy = forwardProxy({
    ...ports,
    proxy: ports.forwardProxy ?? null,
    claim: (socket, { session }) => room.connections.claim(socket, ports.userOf(session)),
    serve,
  });

  const server = http.createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(5_000, limits.headersTimeoutMs),
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
    (request, response) => {
      if (!proxy.refusePlain(request, response)) serve(request, response);
    },
  );
  server.on('connect', (request, socket, head) => proxy.connect(request, socket, head));
  server.maxConnections = limits.maxConnections;
  server.on('connection', (socket) => {
    // Requests that wait behind one another on a connection each watch it for its end.
    socket.setMaxListeners(0);
    room.connections.add(socket);
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`,
    known: (sessionId, text) => room.masker.known(sessionId, text),
    forget: (sessionId) => room.masker.forget(sessionId),
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await proxy.close();
      await Promise.allSettled(underWay);
      upstreams.close();
      await closed;
    },
  };
}
