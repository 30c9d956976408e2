/** Tokens of one request, as the model service counts them. */
export interface TokenCounts {
  readonly input: number;
  readonly cacheCreation: number;
  readonly cacheRead: number;
  readonly output: number;
}

/** By whom usage is counted, in the order in which limits are looked at. */
export const USAGE_HOLDERS = ['session', 'user', 'team'] as const;
export type UsageHolder = (typeof USAGE_HOLDERS)[number];

/** One whose usage is counted, with what it may use. */
export interface UsageAccount {
  readonly holder: UsageHolder;
  /** Tells it from others of its kind: a session's id, the name of a user of the operating system or of a team. */
  readonly name: string;
  /** Null where nothing limits it. */
  readonly requestsPerMinute: number | null;
  readonly tokensPerDay: number | null;
}

/** A request that asks to be let in. */
export interface UsageRequest {
  /** Each once. */
  readonly accounts: readonly UsageAccount[];
  /** Whether the service counts tokens for it: a used-up budget of tokens does not stop one that costs none. */
  readonly costsTokens: boolean;
  /** Tokens that count for it where nobody lives to say how many it was. */
  readonly tokensIfLost: number;
}

/** A limit that is reached. */
export interface LimitReached {
  readonly kind: 'over';
  readonly limit: 'requests-per-minute' | 'tokens-per-day';
  readonly holder: UsageHolder;
  /** What the limit allows, and what is used of it. */
  readonly allowed: number;
  readonly used: number;
  /** Milliseconds until it lets the next one in, where nothing else is used until then. */
  readonly freeInMs: number;
  /** The same moment on the wall's clock, in milliseconds since the Unix epoch. */
  readonly freeAtMs: number;
}

/** A request that was let in and counts; to be settled once. */
export interface UsageTicket {
  readonly kind: 'counted';
  /**
   * Says how many tokens it was: an integer, not negative. It holds for the next request at once.
   *
   * @throws {Error} where it may not survive the end of the process that counts; it counts there all the same.
   */
  settle(tokens: number): Promise<void>;
}

/**
 * Counts requests in any minute and tokens in a day of UTC, for everybody at once. Implementations MUST count a request
 * for all its accounts or for none, and MUST NOT let a clock that is set back give anybody more than before.
 */
export interface UsageLedger {
  /**
   * Counts one request, unless an account has reached a limit; then the first such limit is told, those of tokens before
   * those of requests, and nothing is counted.
   *
   * @throws {Error} where the counts cannot be read or written. Nothing was counted then.
   */
  admit(request: UsageRequest): Promise<UsageTicket | LimitReached>;
}
