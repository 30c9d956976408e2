import type { BacklogLimits } from '../core/audit-rules.ts';

/** How far a sink is behind what the log holds. */
export interface Backlog {
  readonly records: number;
  /** Milliseconds that the oldest of them waits. */
  readonly oldestMs: number;
}

/** `alarm`: people are told. `deny`: decisions are refused. Strongest last. */
export const BACKLOG_STATES = ['ok', 'alarm', 'deny'] as const;
export type BacklogState = (typeof BACKLOG_STATES)[number];

/** A state ends once the backlog is below this share of what began it, so that it does not come and go at the limit. */
const CLEARED_SHARE = 0.5;

/** The state that follows from a backlog. `deny` is reached by sinks that are required, and by no others. */
export function backlogState(
  before: BacklogState,
  { records, oldestMs }: Backlog,
  limits: BacklogLimits,
  isRequired: boolean,
): BacklogState {
  const isBeyond = (mostRecords: number, mostSeconds: number, share: number): boolean =>
    records > mostRecords * share || oldestMs > mostSeconds * 1_000 * share;
  const shareOf = (state: BacklogState): number =>
    BACKLOG_STATES.indexOf(before) >= BACKLOG_STATES.indexOf(state) ? CLEARED_SHARE : 1;
  if (isRequired && isBeyond(limits.denyRecords, limits.denySeconds, shareOf('deny'))) return 'deny';
  return isBeyond(limits.alarmRecords, limits.alarmSeconds, shareOf('alarm')) ? 'alarm' : 'ok';
}
