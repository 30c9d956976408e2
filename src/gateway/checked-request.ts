import type { Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import type { CallsBy } from './calls/index.ts';
import type { CanaryWatch } from './canary-watch.ts';
import type { TokenLookup } from '../mask/index.ts';
import type { ExchangeStory } from './exchange-story.ts';
import type { GatewayLimits } from './limits.ts';
import type { Admissions, AdmittedRequest, ConnectionShares, UpstreamHealth, UserShares } from './limits/index.ts';
import type { RequestContents } from './content-log/index.ts';
import type { RequestMasker } from './masking/index.ts';
import type { MessageFormat } from './message-format.ts';
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
  readonly masker: RequestMasker;
  readonly contents: RequestContents;
  readonly admissions: Admissions;
  readonly shares: UserShares;
  readonly connections: ConnectionShares;
  readonly health: UpstreamHealth;
}

/** A body as it goes up. */
export interface RequestBody {
  readonly pieces: readonly Buffer[];
  /** Bytes of all pieces. */
  readonly length: number;
  readonly sha256: Sha256;
}

/** A request that may go to the model, with what the record tells of it. */
export interface CheckedRequest {
  readonly route: Exclude<Route, { readonly kind: 'hello' | 'unknown' }>;
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly caller: Caller;
  readonly body: RequestBody;
  readonly callsBy: CallsBy;
  /** How what was masked comes back in the reply; null where the request holds no messages. */
  readonly restore: { readonly format: MessageFormat; readonly lookup: TokenLookup } | null;
  readonly description: JsonObject;
  /** Keeps its content as the policy says, ahead of its record; null where it holds no messages. */
  readonly keep: (() => ReturnType<RequestContents['keep']>) | null;
  /** Whether another upstream may be asked; never with a credential of the client's own. */
  readonly mayFallBack: boolean;
  readonly story: ExchangeStory;
  /** How it counts; null where it is neither counted nor limited. */
  readonly admitted: AdmittedRequest | null;
}
