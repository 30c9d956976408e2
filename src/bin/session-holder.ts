import type { OpenSessionRequest } from '../core/control.ts';
import type { SessionHolder } from '../core/session-owner.ts';
import { processToWatch } from './process-facts.ts';

/**
 * The process that a session lives with, where this process sees it as that user's; null where it sees none.
 *
 * A launcher in a namespace of its own names a number that is another process here, but not with the same start.
 */
export function sessionHolder(
  { watchPid, launcher }: Pick<OpenSessionRequest, 'watchPid' | 'launcher'>,
  uid: number,
): SessionHolder | null {
  if (watchPid !== null) {
    const client = processToWatch(watchPid, uid);
    return client === null ? null : { kind: 'client', ...client };
  }
  if (launcher === undefined) return null;
  const seen = processToWatch(launcher.pid, uid);
  return seen?.startTicks === launcher.startTicks ? { kind: 'launcher', ...seen } : null;
}
