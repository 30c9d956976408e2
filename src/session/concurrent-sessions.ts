import { SessionRefused } from '../core/error.ts';
import type { SessionOwner } from '../core/session-owner.ts';
import type { StoredSession } from './session-file.ts';

/** Sessions that a refusal names; of more it says how many. */
const MAX_NAMED = 8;

/** Whether two sessions are one person's: of one user of the machine, or of the one whom the daemon serves. */
export function isSamePerson(one: Pick<SessionOwner, 'uid'> | null, other: Pick<SessionOwner, 'uid'> | null): boolean {
  return (one?.uid ?? null) === (other?.uid ?? null);
}

/**
 * Refuses one more session of a person who has as many as the policy allows.
 *
 * @param running the sessions of this person that run or are being opened, oldest first.
 * @throws {SessionRefused} with which they are and how one is ended.
 */
export function refuseBeyond(running: readonly StoredSession[], maxConcurrent: number): void {
  if (running.length < maxConcurrent) return;
  const named = running.slice(0, MAX_NAMED).map(({ id, workspace, openedAtMs }) => {
    const folder = workspace.replaceAll(/\p{Cc}+/gu, ' ');
    return `${id} in \`${folder}\` since ${new Date(openedAtMs).toISOString()}`;
  });
  const rest = running.length > MAX_NAMED ? `, and ${running.length - MAX_NAMED} more` : '';
  const [sessions, run] = running.length === 1 ? ['1 session', 'runs'] : [`${running.length} sessions`, 'run'];
  throw new SessionRefused(
    `${sessions} of yours ${run} already, as many as the policy allows at one time (session.max_concurrent): ${named.join(', ')}${rest}`,
    { hint: `leave the client of one, or end it: \`sallyport sessions end ${running[0]?.id ?? 'ID'}\`` },
  );
}
