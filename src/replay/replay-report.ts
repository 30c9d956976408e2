import type { Verdict } from '../core/decision.ts';
import { isLooser, merged } from './replay-tally.ts';
import type { ChangeCount, ReplayTally, ReplayTotals, Witness } from './replay-tally.ts';

/** Calls of one user with one tool whose verdict changes in one way, over all sessions. */
export interface Change {
  /** The operating-system user whose session it was; `unknown` where the source does not say. */
  readonly user: string;
  readonly tool: string;
  readonly from: Verdict;
  readonly fromRule: string | null;
  readonly to: Verdict;
  readonly toRule: string;
  readonly count: number;
  /** In how many sessions; 0 where the source does not say. */
  readonly sessions: number;
  readonly witnesses: readonly Witness[];
}

/** What a policy would have changed. */
export interface ReplayReport {
  readonly totals: ReplayTotals;
  /** Looser ones first, newly allowed before newly asked; then by count. */
  readonly changes: readonly Change[];
}

/**
 * Sums up a tally by user.
 *
 * @param userOf the user of a session; null where nobody knows.
 */
export function replayReport(
  tally: ReplayTally,
  userOf: (sessionId: string) => string | null,
  maxWitnesses: number,
): ReplayReport {
  const groups = new Map<string, { change: ChangeCount; user: string; sessions: Set<string> }>();
  for (const change of tally.changes) {
    const user = change.user ?? (change.sessionId === null ? null : userOf(change.sessionId)) ?? 'unknown';
    const key = JSON.stringify([user, change.tool, change.from, change.fromRule, change.to, change.toRule]);
    const group = groups.get(key);
    if (group === undefined)
      groups.set(key, { change, user, sessions: new Set(change.sessionId === null ? [] : [change.sessionId]) });
    else {
      group.change = merged(group.change, change, maxWitnesses);
      if (change.sessionId !== null) group.sessions.add(change.sessionId);
    }
  }
  const changes = [...groups.values()].map(({ change, user, sessions }): Change => {
    const { tool, from, fromRule, to, toRule, count, witnesses } = change;
    return { user, tool, from, fromRule, to, toRule, count, sessions: sessions.size, witnesses };
  });
  return { totals: tally.totals, changes: changes.sort(byWeight) };
}

function byWeight(one: Change, other: Change): number {
  const rank = rankOf(one) - rankOf(other);
  if (rank !== 0) return rank;
  if (one.count !== other.count) return other.count - one.count;
  const [a, b] = [nameOf(one), nameOf(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What is let through comes before what is asked where it was denied, and that before what gets harder. */
function rankOf({ from, to }: Change): number {
  if (!isLooser(from, to)) return to === 'deny' ? 4 : 5;
  return to === 'allow' ? (from === 'deny' ? 0 : 1) : to === 'rewrite' ? 2 : 3;
}

function nameOf({ user, tool, from, to, fromRule, toRule }: Change): string {
  return JSON.stringify([user, tool, from, to, fromRule, toRule]);
}
