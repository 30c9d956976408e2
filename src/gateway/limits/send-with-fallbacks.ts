import type http from 'node:http';

import { faultName } from '../fault-name.ts';
import type { UpstreamClient, UpstreamRequest } from '../upstream.ts';
import type { UpstreamHealth } from './upstream-health.ts';

/** An upstream that a request can go to. */
export interface Candidate {
  readonly baseUrl: string;
  /** Makes the request as this upstream takes it: its host, its credentials. Asked when its turn comes. */
  request(): Promise<UpstreamRequest>;
}

/** Why a request goes to an upstream that is not the first, or was not answered by one. */
export type AttemptWhy =
  /** It failed a moment ago, so the others come before it. */
  | 'left-alone'
  /** Its address or credentials could not be had. */
  | 'not-prepared'
  /** No connection, none in time, or one that ended before the head of a reply. */
  | 'not-reached'
  | `status-${number}`;

/** An upstream that a request was not answered by. */
export interface PassedOver {
  /** Its place among the candidates, from 0. */
  readonly upstream: number;
  readonly why: AttemptWhy;
}

export type Sent =
  /** The head of a reply came. Its body must be read or destroyed. */
  | {
      readonly kind: 'answered';
      readonly reply: http.IncomingMessage;
      readonly upstream: number;
      readonly passedOver: readonly PassedOver[];
    }
  /** No reply came from any of them. */
  | {
      readonly kind: 'failed';
      readonly passedOver: readonly PassedOver[];
      /** What the last that answered with a failure asked for in `retry-after`. */
      readonly retryAfter: string | null;
    }
  /** {@link SendOptions.tell} said no. */
  | { readonly kind: 'stopped'; readonly passedOver: readonly PassedOver[] };

export interface SendOptions {
  readonly send: UpstreamClient['send'];
  /** The first is the usual one. */
  readonly candidates: readonly [Candidate, ...Candidate[]];
  readonly health: UpstreamHealth;
  /**
   * Told before a request goes to another upstream than the first, with what was passed over until then.
   *
   * @returns whether it may go: not where that could not be recorded.
   */
  readonly tell: (upstream: number, passedOver: readonly PassedOver[]) => Promise<boolean>;
  /** Of the client: no further upstream is tried once it is gone. */
  readonly signal: AbortSignal;
  readonly logError?: ((line: string) => void) | undefined;
}

/**
 * Sends a request to the first upstream that answers it. The next one is tried where a connection cannot be made, ends
 * or takes too long before the head of a reply, or where that head says that the service failed. Any other head ends the
 * search: a request that was taken is never sent again, and a client's own mistake is the same everywhere.
 *
 * Where all fail, the reply of the last that gave one is the answer, so that the client sees the service's own words.
 */
export async function sendWithFallbacks(options: SendOptions): Promise<Sent> {
  const { candidates, health, signal } = options;
  const leftAlone: PassedOver[] = candidates.flatMap(({ baseUrl }, upstream) =>
    health.isPassable(baseUrl) ? [] : [{ upstream, why: 'left-alone' }],
  );
  const isLast = new Set(leftAlone.map(({ upstream }) => upstream));
  const places = [...candidates.keys()];
  // Those that failed a moment ago are better than none.
  const order = [...places.filter((place) => !isLast.has(place)), ...places.filter((place) => isLast.has(place))];
  const passedOver: PassedOver[] = order[0] === 0 ? [] : leftAlone;
  let refused: { readonly reply: http.IncomingMessage; readonly upstream: number } | null = null;
  let retryAfter: string | null = null;

  for (const upstream of order) {
    const candidate = candidates[upstream];
    if (candidate === undefined || signal.aborted) break;
    const isFirst = upstream === 0 && passedOver.length === 0;
    if (!isFirst && !(await options.tell(upstream, passedOver))) {
      refused?.reply.destroy();
      return { kind: 'stopped', passedOver };
    }
    const answer = await attempt(candidate, options);
    if (typeof answer === 'string') {
      passedOver.push({ upstream, why: answer });
      continue;
    }
    refused?.reply.destroy();
    if (!isFailure(answer)) return { kind: 'answered', reply: answer, upstream, passedOver };
    passedOver.push({ upstream, why: `status-${answer.statusCode ?? 0}` });
    refused = { reply: answer, upstream };
    retryAfter = answer.headers['retry-after'] ?? null;
    // While it waits for what the others say nobody reads it, and its upstream may break it off.
    answer.on('error', () => answer.destroy());
  }
  if (refused !== null && !refused.reply.destroyed) {
    const others = passedOver.filter(({ upstream, why }) => upstream !== refused.upstream || why === 'left-alone');
    return { kind: 'answered', ...refused, passedOver: others };
  }
  return { kind: 'failed', passedOver, retryAfter };
}

/** Heads that say that the service could not do it, and another might. */
const FAILURES: ReadonlySet<number> = new Set([500, 502, 503, 504, 529]);

function isFailure(reply: http.IncomingMessage): boolean {
  return FAILURES.has(reply.statusCode ?? 0);
}

async function attempt(
  candidate: Candidate,
  { send, health, signal, logError }: SendOptions,
): Promise<http.IncomingMessage | 'not-prepared' | 'not-reached'> {
  // Before anything is waited for: of requests that come at one time, one finds out how it is.
  const trial = health.begin(candidate.baseUrl);
  let request: UpstreamRequest;
  try {
    request = await candidate.request();
  } catch (error) {
    trial.end('unknown');
    logError?.(`gateway: no upstream: ${faultName(error)}`);
    return 'not-prepared';
  }
  try {
    const reply = await send(request);
    trial.end(isFailure(reply) ? 'failed' : 'worked');
    return reply;
  } catch (error) {
    trial.end(signal.aborted ? 'unknown' : 'failed');
    if (!signal.aborted) logError?.(`gateway: upstream failed: ${faultName(error)}`);
    return 'not-reached';
  }
}
