import type { SessionEnding } from '../core/control.ts';
import type { SessionId } from '../core/ids.ts';
import type { GovernedSession, SessionDirectory } from '../core/session.ts';
import { endReason, endWarning, sessionEnd } from '../session/index.ts';
import type { SessionActivity, SessionEnd, SessionLimits, SessionRegistry } from '../session/index.ts';

/** What the limits of sessions are held with. */
export interface LimitDesk {
  readonly registry: Pick<SessionRegistry, 'byId' | 'byToken' | 'list' | 'end' | 'ranMs'>;
  readonly activity: Pick<SessionActivity, 'restMs' | 'forget'>;
  /** Of the policy in force; asked anew each time, so that a changed policy holds for sessions that run. */
  readonly limits: () => SessionLimits;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly logError: (line: string) => void;
}

/** Sessions under the limits of time that the policy sets. */
export interface LimitedSessions {
  /** For who decides: a session that is due is ended by the look for it, so that nothing of it passes after its time. */
  readonly directory: SessionDirectory;
  /** Ends those that are due. To be called every few seconds. */
  endDue(): void;
  /** When a session ends as things stand; null for one that does not run. */
  ending(id: SessionId): SessionEnding | null;
  /** That a session ends soon, for its person; null while there is time. */
  warning(id: SessionId): string | null;
  /** As {@link warning}, once for each end that comes near. */
  notice(id: SessionId): string | null;
}

export function limitedSessions({ registry, activity, limits, clock, logError }: LimitDesk): LimitedSessions {
  /** The limit of which a session was told by {@link LimitedSessions.notice}. */
  const noticed = new Map<SessionId, SessionEnd['limit']>();

  const endOf = (id: SessionId): SessionEnd =>
    sessionEnd({ ranMs: registry.ranMs(id), restMs: activity.restMs(id) }, limits());

  function checked(session: GovernedSession | null): GovernedSession | null {
    if (session === null || session.endedReason !== null) return session;
    const reason = endReason(endOf(session.id), limits());
    if (reason === null) return session;
    // INVARIANT: it is ended when this returns, whatever becomes of file and record.
    registry.end(session.id, reason, true).catch((error: unknown) => {
      logError(`the end of session ${session.id} could not be kept: ${String(error)}`);
    });
    noticed.delete(session.id);
    activity.forget(session.id);
    return registry.byId(session.id);
  }

  const warning = (id: SessionId): string | null =>
    registry.byId(id)?.endedReason === null ? endWarning(endOf(id), limits()) : null;

  return {
    directory: {
      byId: (id) => checked(registry.byId(id)),
      byToken: (token) => checked(registry.byToken(token)),
    },
    endDue() {
      for (const session of registry.list()) checked(session);
    },
    ending(id) {
      if (registry.byId(id)?.endedReason !== null) return null;
      const { limit, leftMs } = endOf(id);
      return { limit, atMs: clock() + leftMs };
    },
    warning,
    notice(id) {
      const text = warning(id);
      if (text === null) return null;
      const { limit } = endOf(id);
      if (noticed.get(id) === limit) return null;
      noticed.set(id, limit);
      return text;
    },
  };
}
