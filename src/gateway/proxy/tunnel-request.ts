import type http from 'node:http';

import { headerValues } from '../headers.ts';
import type { Upstream } from '../ports.ts';
import type { Caller } from '../request-reading.ts';
import { routeOf } from '../routes.ts';
import type { ProxyRefusal } from './proxy-refusal.ts';

/** Who sends a request of a tunnel and where it goes: the connection tells, the request does not. */
export interface TunnelledRequest {
  readonly caller: Caller;
  readonly upstream: Upstream;
}

/** What a request in a tunnel is held against. */
export interface TunnelPlace {
  /** As the connection was asked for, and as its certificate says. */
  readonly host: string;
  /** Base URL of the service of that name. */
  readonly service: string;
  readonly caller: Caller;
}

/**
 * Where a request of a tunnel goes: to the service that the client believes to speak to, with the client's own proof of
 * who asks, as it sent it. A request that means another host, another protocol or another way in is refused.
 */
export function tunnelUpstream(request: http.IncomingMessage, place: TunnelPlace): Upstream | ProxyRefusal {
  const raw = request.rawHeaders;
  const hosts = headerValues(raw, 'host');
  if (hosts.length !== 1 || (hosts[0] !== place.host && hosts[0] !== `${place.host}:443`)) {
    return { why: 'proxy-name', message: 'Sallyport: this request is for another host than its connection.' };
  }
  if (headerValues(raw, 'upgrade').length > 0) {
    return {
      why: 'proxy-upgrade',
      message: 'Sallyport: no other protocol is spoken in this connection, WebSocket neither.',
    };
  }
  // A token that is given away in a header is one that whoever reads the request further on could use.
  if (raw.some((text, at) => at % 2 === 1 && text.includes(place.caller.token))) return TOKEN_INSIDE;
  const route = routeOf(request.method ?? '', request.url ?? '');
  if (route.kind !== 'hello' && (route.kind === 'unknown' || route.protocol !== 'anthropic')) {
    return {
      why: 'proxy-path',
      message: 'Sallyport: this path is not one that the gateway passes on; models are asked at `/v1/messages`.',
    };
  }
  return ownUpstream(raw, place.service);
}

const TOKEN_INSIDE: ProxyRefusal = {
  why: 'proxy-credential',
  message:
    'Sallyport: the session token is for the proxy, not for the service. Sign the client in, or give it its own API key.',
};

const BEARER = /^Bearer +([^ ]+) *$/i;

/** The service with what the client itself proves to it. One value of each field: of two, nobody knows which counts. */
function ownUpstream(raw: http.IncomingMessage['rawHeaders'], service: string): Upstream | ProxyRefusal {
  const [keys, values] = [headerValues(raw, 'x-api-key'), headerValues(raw, 'authorization')];
  const [authorization] = values;
  const bearer = authorization === undefined ? null : BEARER.exec(authorization)?.[1];
  if (keys.length > 1 || values.length > 1 || bearer === undefined) {
    return {
      why: 'proxy-credential',
      message: 'Sallyport: `x-api-key` and `authorization: Bearer` are taken, each once.',
    };
  }
  return { provider: 'anthropic', baseUrl: service, apiKey: keys[0] ?? null, bearer };
}
