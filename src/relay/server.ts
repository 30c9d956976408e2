import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { clientWriter, upstreamClient } from '../gateway/index.ts';
import { callerAdmission } from './caller-admission.ts';
import type { RelayPorts } from './ports.ts';
import { relayExchange } from './relay-exchange.ts';
import type { RelayRoom } from './relay-exchange.ts';
import { RELAY_LIMITS } from './relay-limits.ts';
import type { RelayLimits } from './relay-limits.ts';
import { relayRecords } from './relay-records.ts';

export interface RelayAddress {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Null speaks plain HTTP, which belongs on the loopback interface. */
  readonly tls: RelayTls | null;
  /** Overrides of {@link RELAY_LIMITS}. */
  readonly limits?: Partial<RelayLimits>;
}

/** A certificate and its key, in PEM. */
export interface RelayTls {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface Relay {
  /** Where hosts reach it, without a slash at the end. */
  readonly url: string;
  /** Takes another certificate for connections from now on. */
  renew(tls: RelayTls): void;
  /**
   * Takes no new connections, lets what is under way end for as long as the limits say, breaks the rest and waits until
   * its last record is written.
   */
  close(): Promise<void>;
}

/**
 * Starts a central gateway: hosts that prove who they are send requests to Amazon Bedrock through it.
 *
 * @throws {Error} where the address cannot be listened on.
 */
export async function startRelay(ports: RelayPorts, address: RelayAddress): Promise<Relay> {
  const limits = { ...RELAY_LIMITS, ...address.limits };
  const upstreams = upstreamClient();
  const room: RelayRoom = {
    ports,
    upstreams,
    admission: callerAdmission(limits, ports.uptimeMs),
    records: relayRecords(ports, limits.otherRecordsPerMinute),
  };
  const underWay = new Set<Promise<void>>();
  let isDraining = false;

  const serve = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    // Else a kept connection would bring the next request to a gateway that is about to go.
    if (isDraining) response.shouldKeepAlive = false;
    if (isHealthCheck(request)) return tellHealth(response, !isDraining && ports.isReady());
    const client = clientWriter(response, ports.rules().timeouts.idleMs);
    const running = relayExchange(room, request, client).finally(() => {
      client.release();
      underWay.delete(running);
      if (isDraining) setImmediate(() => server.closeIdleConnections());
    });
    underWay.add(running);
  };

  const options = {
    headersTimeout: limits.headMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.min(5_000, limits.headMs),
    maxHeaderSize: limits.headBytes,
    insecureHTTPParser: false,
    requireHostHeader: true,
  };
  const server =
    address.tls === null
      ? http.createServer(options, serve)
      : https.createServer({ ...options, ...contextOf(address.tls), minVersion: 'TLSv1.2' }, serve);
  server.maxConnections = limits.connections;
  const refuseSocket = (_: http.IncomingMessage, socket: Duplex): void => void socket.destroy();
  server.on('connect', refuseSocket).on('upgrade', refuseSocket);
  // Requests that wait behind one another on a connection each watch it for its end.
  const patient = (socket: Duplex): void => void socket.setMaxListeners(0);
  server.on('connection', patient).on('secureConnection', patient);

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  const scheme = address.tls === null ? 'http' : 'https';
  return {
    url: `${scheme}://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`,
    renew: (tls) => {
      if (server instanceof https.Server) server.setSecureContext({ ...contextOf(tls), minVersion: 'TLSv1.2' });
    },
    close: async () => {
      isDraining = true;
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), limits.drainMs);
      await closed;
      clearTimeout(timer);
      await Promise.allSettled(underWay);
      upstreams.close();
    },
  };
}

function contextOf({ certificate, privateKey }: RelayTls): { readonly cert: string; readonly key: string } {
  return { cert: certificate, key: privateKey };
}

/** Load balancers ask by address, so the name does not count here. */
function isHealthCheck({ method, url }: http.IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && url === '/healthz';
}

function tellHealth(response: http.ServerResponse, isReady: boolean): void {
  response.writeHead(isReady ? 200 : 503, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
  response.end(isReady ? 'ready\n' : 'not ready\n');
}
