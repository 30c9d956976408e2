import type { AuditSink } from '../core/audit.ts';
import type { SessionId } from '../core/ids.ts';
import { worseTaint } from '../core/taint.ts';
import type { Taint } from '../core/taint.ts';
import { storeSession } from './session-file.ts';
import type { StoredSession } from './session-file.ts';

/** Most sessions of the client that one session remembers. */
const MAX_CLIENTS = 64;

/** What a session of the client may have read that nobody knows. */
const EARLIER = { source: 'earlier-session', detectorId: null, toolUseId: null } as const;

/** What sessions have read. */
export interface SessionTaints {
  /**
   * Keeps that a session read such a text, the worse of this and what is known. Resolves once that would survive a
   * restart and is recorded. It holds whether or not that comes about; each call after one that failed tries again.
   */
  taint(id: SessionId, taint: Taint): Promise<void>;
  /**
   * Notes that a session of the client began in a session. Where it goes on with one of before, what that one had read
   * counts here too; where nobody knows that one, it may have read anything. Resolves as {@link taint} does.
   *
   * @param isFresh whether it begins with nothing read.
   */
  clientStarted(id: SessionId, clientSessionId: string, isFresh: boolean): Promise<void>;
}

/** @param sessions is changed where a session's taint is, at once. */
export function sessionTaints(
  folder: string,
  sessions: Map<SessionId, StoredSession>,
  { audit, clock }: { readonly audit: AuditSink; readonly clock: () => number },
): { readonly taints: SessionTaints; readonly forget: (id: SessionId) => void } {
  /** What a session's file and the log are known to hold of its taint; what is in force is in `sessions`. */
  const lastingTaint = new Map<SessionId, Taint | null>();
  const tainting = new Map<SessionId, Promise<void>>();

  function taint(id: SessionId, read: Taint): Promise<void> {
    const done = (tainting.get(id) ?? Promise.resolve()).then(() => keepTaint(id, read));
    // The next one waits for this one, and is not refused for its failure: it tries again itself.
    tainting.set(
      id,
      done.catch(() => undefined),
    );
    return done;
  }

  async function keepTaint(id: SessionId, read: Taint): Promise<void> {
    const stored = sessions.get(id);
    if (stored === undefined) return;
    const worse = worseTaint(stored.taint, read);
    // It holds at once: a disk that is full must not leave the session clean.
    if (worse !== stored.taint) sessions.set(id, { ...stored, taint: worse });
    const lasting = lastingTaint.has(id) ? lastingTaint.get(id) : stored.taint;
    if (worse === null || worse === lasting) return;
    lastingTaint.set(id, lasting ?? null);
    storeSession(folder, sessions.get(id) ?? stored);
    const body = { event: 'tainted', ...worse };
    await audit.append({ kind: 'session', occurredAtMs: clock(), sessionId: id, body });
    lastingTaint.set(id, worse);
  }

  const taints: SessionTaints = {
    taint,
    async clientStarted(id, clientSessionId, isFresh) {
      const stored = sessions.get(id);
      if (stored === undefined || stored.clientSessionIds.includes(clientSessionId)) return;
      const earlier = [...sessions.values()].filter((one) => one.clientSessionIds.includes(clientSessionId));
      const taints = earlier.flatMap((one) => (one.taint === null ? [] : [one.taint]));
      const isUnknown = earlier.length === 0 && !isFresh;
      const known = { ...stored, clientSessionIds: [...stored.clientSessionIds, clientSessionId].slice(-MAX_CLIENTS) };
      sessions.set(id, known);
      try {
        storeSession(folder, known);
      } finally {
        // A disk that is full must not leave the session clean.
        for (const one of taints) await taint(id, one);
        if (isUnknown) await taint(id, { ...EARLIER, occurredAtMs: clock() });
      }
    },
  };
  return {
    taints,
    forget(id) {
      lastingTaint.delete(id);
      tainting.delete(id);
    },
  };
}
