import type { LimitReached, UsageAccount, UsageHolder, UsageRequest } from '../core/usage.ts';

/** One whose usage is counted, as the counts name it. */
export type UsageKey = `${UsageHolder}:${string}`;

/** Now, on two clocks. */
export interface Moment {
  /** Milliseconds since the Unix epoch: says which day it is. May jump. */
  readonly wallMs: number;
  /** Milliseconds that only go forward: measures the minute. */
  readonly uptimeMs: number;
}

/** Tokens of one key in one day. */
export interface DaySum {
  /** Days since the Unix epoch, of UTC. */
  readonly day: number;
  readonly key: UsageKey;
  readonly tokens: number;
}

/**
 * Counts in memory.
 *
 * What counts for a day are its tokens and those of all later ones, so that a clock that is set back gives nothing new,
 * while one that was ahead for a while does not stop the days between.
 */
export interface UsageCounts {
  /** The first limit that does not let this request in, or null. */
  reached(request: UsageRequest, now: Moment): LimitReached | null;
  addRequest(keys: readonly UsageKey[], uptimeMs: number): void;
  addTokens(keys: readonly UsageKey[], wallMs: number, tokens: number): void;
  /** All sums, of the earliest day first. */
  sums(): readonly DaySum[];
}

export function usageKey({ holder, name }: Pick<UsageAccount, 'holder' | 'name'>): UsageKey {
  return `${holder}:${name}`;
}

export function usageCounts(): UsageCounts {
  const days = new Map<number, Map<UsageKey, number>>();
  const requests = new Map<UsageKey, number[]>();

  const tokensSince = (key: UsageKey, first: number): number => {
    let sum = 0;
    for (const [day, byKey] of days) if (day >= first) sum += byKey.get(key) ?? 0;
    return sum;
  };
  const inLastMinute = (key: UsageKey, uptimeMs: number): readonly number[] => {
    const times = requests.get(key);
    if (times === undefined) return [];
    const first = times.findIndex((time) => time > uptimeMs - MINUTE_MS);
    if (first === -1) requests.delete(key);
    else if (first > 0) times.splice(0, first);
    return first === -1 ? [] : times;
  };

  const tokensReached = (account: UsageAccount, now: Moment): LimitReached | null => {
    const allowed = account.tokensPerDay;
    if (allowed === null) return null;
    const today = dayOf(now.wallMs);
    const key = usageKey(account);
    const used = tokensSince(key, today);
    if (used < allowed) return null;
    // Nothing is left after the last of these days, so one of them is free.
    const nextDays = [today, ...days.keys()].map((day) => day + 1).filter((day) => day > today);
    const free = Math.min(...nextDays.filter((day) => tokensSince(key, day) < allowed));
    const freeAtMs = free * DAY_MS;
    const { holder } = account;
    return {
      kind: 'over',
      limit: 'tokens-per-day',
      holder,
      allowed,
      used,
      freeInMs: freeAtMs - now.wallMs,
      freeAtMs,
    };
  };
  const requestsReached = (account: UsageAccount, now: Moment): LimitReached | null => {
    const allowed = account.requestsPerMinute;
    if (allowed === null) return null;
    const times = inLastMinute(usageKey(account), now.uptimeMs);
    // Once this one is a minute old, one less than the limit is left.
    const deciding = times[times.length - allowed];
    if (deciding === undefined) return null;
    const freeInMs = deciding + MINUTE_MS - now.uptimeMs;
    const { holder } = account;
    return {
      kind: 'over',
      limit: 'requests-per-minute',
      holder,
      allowed,
      used: times.length,
      freeInMs,
      freeAtMs: now.wallMs + freeInMs,
    };
  };

  return {
    reached: ({ accounts, costsTokens }, now) => {
      for (const account of costsTokens ? accounts : []) {
        const reached = tokensReached(account, now);
        if (reached !== null) return reached;
      }
      for (const account of accounts) {
        const reached = requestsReached(account, now);
        if (reached !== null) return reached;
      }
      return null;
    },
    addRequest: (keys, uptimeMs) => {
      for (const key of keys) {
        inLastMinute(key, uptimeMs);
        const times = requests.get(key);
        if (times === undefined) requests.set(key, [uptimeMs]);
        else times.push(uptimeMs);
      }
    },
    addTokens: (keys, wallMs, tokens) => {
      const today = dayOf(wallMs);
      // A day before all that are kept is counted with the first of them: dropped, it would be free of charge.
      const day = days.size < KEPT_DAYS ? today : Math.max(today, Math.min(...days.keys()));
      const byKey = days.get(day) ?? new Map<UsageKey, number>();
      days.set(day, byKey);
      for (const key of keys) byKey.set(key, (byKey.get(key) ?? 0) + tokens);
      if (days.size > KEPT_DAYS) days.delete(Math.min(...days.keys()));
    },
    sums: () =>
      [...days]
        .toSorted(([a], [b]) => a - b)
        .flatMap(([day, byKey]) => [...byKey].map(([key, tokens]) => ({ day, key, tokens }))),
  };
}

/** The day of UTC that a moment is in, in days since the Unix epoch. */
export function dayOf(wallMs: number): number {
  return Math.floor(wallMs / DAY_MS);
}

export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

/** Days with usage that are kept: a clock that is ahead for a moment must not push today out. */
const KEPT_DAYS = 4;
