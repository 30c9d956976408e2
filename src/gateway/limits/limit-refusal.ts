import type { LimitReached, UsageHolder } from '../../core/usage.ts';

/** Why a request is not let in, as the record names it. */
export type LimitWhy = 'rate-limited' | 'too-many-at-once' | 'budget-spent' | 'usage-unknown';

/** A request that is over a limit. */
export interface LimitRefusal {
  readonly why: LimitWhy;
  /** Shown to the developer by the client: which limit, what it allows, when it is free again, who can raise it. */
  readonly message: string;
  /**
   * Whole seconds after which the client had better ask again: it waits that long by itself. Null where it must not
   * repeat the request.
   */
  readonly retryAfterS: number | null;
}

/** What a limit that is reached means for the client. */
export function overLimit(reached: LimitReached): LimitRefusal {
  const allowed = count(reached.allowed);
  const whose = WHOSE[reached.holder];
  if (reached.limit === 'requests-per-minute') {
    const retryAfterS = Math.max(1, Math.ceil(reached.freeInMs / 1000));
    return {
      why: 'rate-limited',
      message:
        `Sallyport: ${whose} may send ${allowed} ${reached.allowed === 1 ? 'request' : 'requests'} in a minute; ` +
        `the next one can go in ${retryAfterS} s. ${raisedBy(`requests_per_minute.${reached.holder}`)}`,
      retryAfterS,
    };
  }
  return {
    why: 'budget-spent',
    message:
      `Sallyport: ${whose} has used ${count(reached.used)} of its ${allowed} tokens for today. ` +
      `It can go on at ${utc(reached.freeAtMs)}. ${raisedBy(`tokens_per_day.${reached.holder}`)}`,
    retryAfterS: null,
  };
}

/** A session with as many requests under way as it may have. */
export function tooManyAtOnce(allowed: number): LimitRefusal {
  return {
    why: 'too-many-at-once',
    message:
      `Sallyport: this session has ${count(allowed)} ${allowed === 1 ? 'request' : 'requests'} under way, as many as it ` +
      `may have at one time; the next one can go when one of them ends. ${raisedBy('concurrent_requests')}`,
    retryAfterS: 1,
  };
}

/** A user with as many requests or connections as one may have on this machine. */
export function tooManyOfUser(what: 'connections open' | 'requests under way'): LimitRefusal {
  return {
    why: 'too-many-at-once',
    message:
      `Sallyport: your user has as many ${what} as one user may have on this machine; this request can go when one of ` +
      'them ends.',
    retryAfterS: 1,
  };
}

/** No room for the body of a request. */
export const NO_ROOM: LimitRefusal = {
  why: 'too-many-at-once',
  message:
    'Sallyport: the requests that are under way hold as many bytes as may be held at one time; this one can go when some ' +
    'of them have ended.',
  retryAfterS: 2,
};

/** Nobody can say what is left. */
export const USAGE_UNKNOWN: LimitRefusal = {
  why: 'usage-unknown',
  message:
    'Sallyport cannot count what is used, and the policy then lets nothing through (`gateway.limits.when_unknown`). ' +
    'Run `sallyport doctor`.',
  retryAfterS: null,
};

const WHOSE: Readonly<Record<UsageHolder, string>> = {
  session: 'this session',
  user: 'your user',
  team: 'your team',
};

function raisedBy(field: string): string {
  return `Whoever keeps the policy can raise \`gateway.limits.${field}\`.`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** To the minute: days end at one. */
function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
