import type http from 'node:http';
import type { Duplex } from 'node:stream';

import type { ProxyLimits } from './proxy-ports.ts';
import type { TunnelPlace } from './tunnel-request.ts';

/** A connection of a client to a service, which ends in the gateway. */
export interface Tunnel extends TunnelPlace {
  /** What its requests come in on. */
  readonly connection: Duplex;
  /** Told of each request, before it is answered. */
  began(request: http.IncomingMessage, response: http.ServerResponse): void;
  /** Ends it at once, whatever is under way. */
  cut(): void;
}

/**
 * Watches over the time of a tunnel. The server of its requests bounds none, since it does not listen: a client has so
 * long for a whole head, and so long for the body after it. What is being answered has the gateway's own bounds.
 */
export function tunnel(place: TunnelPlace, connection: Duplex, limits: ProxyLimits): Tunnel {
  const cut = (): void => void connection.destroy();
  let answering = 0;
  let waiting = setTimeout(cut, limits.idleTimeoutMs);
  connection.once('close', () => clearTimeout(waiting));
  return {
    ...place,
    connection,
    began: (request, response) => {
      answering += 1;
      clearTimeout(waiting);
      const body = setTimeout(cut, limits.requestTimeoutMs);
      const bodyEnded = (): void => clearTimeout(body);
      request.once('end', bodyEnded);
      request.once('close', bodyEnded);
      response.once('close', () => {
        clearTimeout(body);
        answering -= 1;
        if (answering === 0 && !connection.destroyed) waiting = setTimeout(cut, limits.idleTimeoutMs);
      });
    },
    cut,
  };
}
