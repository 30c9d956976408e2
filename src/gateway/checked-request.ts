import type { JsonObject } from '../core/json.ts';
import type { CanaryWatch } from './canary-watch.ts';
import type { GatewayLimits } from './limits.ts';
import type { GatewayPorts } from './ports.ts';
import type { Caller } from './request-reading.ts';
import type { ResultWatch } from './result-watch.ts';
import type { Route } from './routes.ts';
import type { UpstreamClient } from './upstream.ts';

/** What all exchanges of one gateway share. */
export interface ExchangeRoom {
  readonly ports: GatewayPorts;
  readonly limits: GatewayLimits;
  readonly upstreams: UpstreamClient;
  readonly canaries: CanaryWatch;
  readonly results: ResultWatch;
}

/** A request that may go to the model, with what the record tells of it. */
export interface CheckedRequest {
  readonly route: Exclude<Route, { readonly kind: 'hello' | 'unknown' }>;
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly caller: Caller;
  /** The body as it goes up. */
  readonly bytes: Buffer;
  readonly mayCallTools: boolean;
  readonly description: JsonObject;
}
