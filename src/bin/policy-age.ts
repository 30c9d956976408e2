import type { InForce } from './load-policy.ts';

/** Milliseconds in a day. */
export const DAY_MS = 86_400_000;

/**
 * Why nothing is allowed by a policy any more: it was signed longer ago than a host takes. Whoever keeps newer ones from a
 * host keeps an old policy in force; this bounds for how long. Null where it is young enough, or was read from texts, which
 * nobody could hold back.
 *
 * @param maxAgeMs null for any age.
 */
export function tooOld({ issue }: Pick<InForce, 'issue'>, nowMs: number, maxAgeMs: number | null): string | null {
  if (issue === null || maxAgeMs === null || nowMs - issue.issuedAtMs <= maxAgeMs) return null;
  const days = Math.floor(maxAgeMs / DAY_MS);
  return `the policy was signed more than ${days} day${days === 1 ? '' : 's'} ago, and no newer one has come`;
}
