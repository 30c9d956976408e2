import type { StoredSession } from './session-file.ts';

/** Ended sessions of one person that are kept, the newest, so that a late call of one is refused by its own reason. */
export const KEPT_ENDED = 200;

/**
 * The sessions that nobody has to know any more: they ended, that is recorded, nothing of them is left to be ended, and their
 * person has {@link KEPT_ENDED} newer ones. Nobody's sessions make another person's be forgotten.
 *
 * @param sessions oldest first.
 */
export function longEnded(sessions: readonly StoredSession[]): readonly StoredSession[] {
  const newer = new Map<number | null, number>();
  return sessions.toReversed().filter((session) => {
    const { endedReason, unrecordedEndAtMs, endsProcesses, areProcessesEnded, owner } = session;
    if (endedReason === null || unrecordedEndAtMs !== null || (endsProcesses && !areProcessesEnded)) return false;
    const person = owner?.uid ?? null;
    const count = newer.get(person) ?? 0;
    newer.set(person, count + 1);
    return count >= KEPT_ENDED;
  });
}
