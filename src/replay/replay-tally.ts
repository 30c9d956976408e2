import type { Action } from '../core/action.ts';
import type { Verdict } from '../core/decision.ts';
import type { UnsealedReason } from '../core/seen-call.ts';
import type { Redecision } from './redecide.ts';

/** Why a recorded call could not be decided again. */
export const NOT_DECIDED = [
  'not-by-policy',
  'by-content',
  'key-gone',
  'altered',
  'malformed',
  'never-sealed',
  'policy',
  'no-key',
  'too-large',
  'not-text',
  'failed',
] as const satisfies readonly (
  UnsealedReason | 'never-sealed' | 'not-by-policy' | 'by-content' | 'key-gone' | 'altered' | 'malformed'
)[];
export type NotDecided = (typeof NOT_DECIDED)[number];

/** Counts over all calls of a log or of a part of it. */
export interface ReplayTotals {
  /** Calls that a record tells of. */
  readonly calls: number;
  /** Those that were decided again. */
  readonly decided: number;
  /** Of these, those that the same verdict is given by another rule. */
  readonly otherRule: number;
  /** Of these, those that a fact of the file system was missing for, see `Redecision`. */
  readonly guessed: number;
  readonly notDecided: Readonly<Partial<Record<NotDecided, number>>>;
}

/** One call that shows a change. */
export interface Witness {
  /** Number of the record, or of the line where the source is no log. */
  readonly record: number;
  readonly action: Action;
}

/** Calls of one session whose verdict changes in one way. */
export interface ChangeCount {
  readonly sessionId: string | null;
  /** The user that the record itself names, where it does. */
  readonly user: string | null;
  readonly tool: string;
  readonly from: Verdict;
  readonly fromRule: string | null;
  readonly to: Verdict;
  readonly toRule: string;
  readonly count: number;
  /** The first ones by their number. */
  readonly witnesses: readonly Witness[];
}

/** What came of deciding a log or a part of it again: plain data that can be sent and merged. */
export interface ReplayTally {
  readonly totals: ReplayTotals;
  readonly changes: readonly ChangeCount[];
}

/** A call as a source gives it. */
export interface CountedCall {
  readonly record: number;
  readonly sessionId: string | null;
  readonly user: string | null;
  readonly tool: string;
  readonly verdict: Verdict;
  /** Null where the source does not say. */
  readonly ruleId: string | null;
  /** Asked only for a witness. */
  readonly action: () => Action | null;
}

/** Counts calls as they are decided again. Calls come in the order of their numbers. */
export interface TallyWriter {
  add(call: CountedCall, redecision: Redecision): void;
  skip(why: NotDecided): void;
  tally(): ReplayTally;
}

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** @param maxWitnesses kept for each {@link ChangeCount}. */
export function replayTally(maxWitnesses: number): TallyWriter {
  const notDecided: Partial<Record<NotDecided, number>> = {};
  const totals = { calls: 0, decided: 0, otherRule: 0, guessed: 0, notDecided };
  const changes = new Map<string, Mutable<ChangeCount> & { witnesses: Witness[] }>();
  return {
    add(call, { verdict, ruleId, isGuessed }) {
      totals.calls += 1;
      totals.decided += 1;
      if (isGuessed) totals.guessed += 1;
      if (call.verdict === verdict) {
        if (call.ruleId !== null && call.ruleId !== ruleId) totals.otherRule += 1;
        return;
      }
      const { sessionId, user, tool } = call;
      const start = { sessionId, user, tool, from: call.verdict, fromRule: call.ruleId, to: verdict, toRule: ruleId };
      const key = keyOf(start);
      const known = changes.get(key) ?? { ...start, count: 0, witnesses: [] };
      changes.set(key, known);
      known.count += 1;
      if (known.witnesses.length >= maxWitnesses) return;
      const action = call.action();
      if (action !== null) known.witnesses.push({ record: call.record, action });
    },
    skip(why) {
      totals.calls += 1;
      notDecided[why] = (notDecided[why] ?? 0) + 1;
    },
    tally: () => ({ totals, changes: [...changes.values()] }),
  };
}

/** Adds up tallies of parts, in whatever order they come. */
export function mergeTallies(parts: readonly ReplayTally[], maxWitnesses: number): ReplayTally {
  const notDecided: Partial<Record<NotDecided, number>> = {};
  const totals = { calls: 0, decided: 0, otherRule: 0, guessed: 0, notDecided };
  const changes = new Map<string, ChangeCount>();
  for (const part of parts) {
    for (const key of ['calls', 'decided', 'otherRule', 'guessed'] as const) totals[key] += part.totals[key];
    for (const why of NOT_DECIDED) {
      const count = part.totals.notDecided[why];
      if (count !== undefined) notDecided[why] = (notDecided[why] ?? 0) + count;
    }
    for (const change of part.changes) {
      const key = keyOf(change);
      const known = changes.get(key);
      changes.set(key, known === undefined ? change : merged(known, change, maxWitnesses));
    }
  }
  return { totals, changes: [...changes.values()] };
}

/** Counts of two that differ in nothing else. */
export function merged(one: ChangeCount, other: ChangeCount, maxWitnesses: number): ChangeCount {
  const witnesses = [...one.witnesses, ...other.witnesses].sort((a, b) => a.record - b.record).slice(0, maxWitnesses);
  return { ...one, count: one.count + other.count, witnesses };
}

/** Whether a change lets more happen, or with less asking. */
export function isLooser(from: Verdict, to: Verdict): boolean {
  return STRENGTH[to] < STRENGTH[from];
}

/** A rewritten call runs, so it is as weak as an allowed one, but it is not the same. */
const STRENGTH: Readonly<Record<Verdict, number>> = { deny: 3, ask: 2, rewrite: 1, allow: 0 };

function keyOf(change: Omit<ChangeCount, 'count' | 'witnesses'>): string {
  const { sessionId, user, tool, from, fromRule, to, toRule } = change;
  return JSON.stringify([sessionId, user, tool, from, fromRule, to, toRule]);
}
