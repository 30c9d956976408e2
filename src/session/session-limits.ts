/** How long the policy lets a session run, and rest. */
export interface SessionLimits {
  readonly maxDurationMinutes: number;
  readonly idleTimeoutMinutes: number;
}

/** The field of a policy for which a session ends. */
export type SessionLimit = 'max_duration_minutes' | 'idle_timeout_minutes';

/** When a session ends, as things stand. */
export interface SessionEnd {
  readonly limit: SessionLimit;
  /** Milliseconds until then; 0 or less where it is due. */
  readonly leftMs: number;
}

/** Milliseconds before the end at which people are told; half of the limit where that is less. */
export const WARNING_MS = 5 * 60_000;

const MINUTE_MS = 60_000;

/** The limit that ends a session first, by how long it has run and how long nothing has happened in it. */
export function sessionEnd(
  { ranMs, restMs }: { readonly ranMs: number; readonly restMs: number },
  { maxDurationMinutes, idleTimeoutMinutes }: SessionLimits,
): SessionEnd {
  const byAge = maxDurationMinutes * MINUTE_MS - ranMs;
  const byRest = idleTimeoutMinutes * MINUTE_MS - restMs;
  return byRest < byAge
    ? { limit: 'idle_timeout_minutes', leftMs: byRest }
    : { limit: 'max_duration_minutes', leftMs: byAge };
}

/** Why a session is ended, as its record and the developer are told; null while it is not due. */
export function endReason({ limit, leftMs }: SessionEnd, limits: SessionLimits): string | null {
  if (leftMs > 0) return null;
  return limit === 'max_duration_minutes'
    ? `it has run for ${minutes(limits.maxDurationMinutes)}, the longest that the policy allows (session.${limit})`
    : `nothing has happened in it for ${minutes(limits.idleTimeoutMinutes)}, after which the policy ends it (session.${limit})`;
}

/** What people are told some minutes before the end; null before that, and once it is due. */
export function endWarning({ limit, leftMs }: SessionEnd, limits: SessionLimits): string | null {
  const limitMinutes = limit === 'max_duration_minutes' ? limits.maxDurationMinutes : limits.idleTimeoutMinutes;
  if (leftMs <= 0 || leftMs > Math.min(WARNING_MS, (limitMinutes * MINUTE_MS) / 2)) return null;
  const left = minutes(Math.ceil(leftMs / MINUTE_MS));
  return limit === 'max_duration_minutes'
    ? `this session ends in ${left}: the policy lets none run longer than ${minutes(limitMinutes)}. Bring to an end what runs`
    : `nothing happens in this session: it ends in ${left} unless you go on`;
}

function minutes(count: number): string {
  return count === 1 ? '1 minute' : `${count} minutes`;
}
