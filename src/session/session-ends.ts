import type { AuditSink } from '../core/audit.ts';
import type { SessionId } from '../core/ids.ts';
import { eachTried } from './each-tried.ts';
import { momentOf } from './machine-time.ts';
import type { MachineTime } from './machine-time.ts';
import { storeSession } from './session-file.ts';
import type { StoredSession } from './session-file.ts';

/** How sessions end. */
export interface SessionEnds {
  /**
   * Ends a session; does nothing where it is ended already. It holds before this returns its promise. `reason` is shown to
   * the developer. A record that fails comes later, with the time of the end: a crash may double it, and cannot lose it once
   * the end is stored.
   *
   * @param endsProcesses whether its processes are to be ended too; false where absent. That is remembered, and done by others.
   */
  end(id: SessionId, reason: string, endsProcesses?: boolean): Promise<void>;
  /** Notes that the processes of a session were ended, so that no restart does it again. */
  processesEnded(id: SessionId): void;
}

/** What could not be kept when it happened. Each session is tried, whatever becomes of the others; the first failure is thrown at the end. */
export interface LateEnds {
  /** Stores what is not stored, so that no restart brings a session back. */
  store(): Promise<void>;
  /** Records the ends that the log is not known to hold, also those of an earlier process. */
  record(): Promise<void>;
}

/** @param sessions is changed where a session ends, at once. */
export function sessionEnds(
  folder: string,
  sessions: Map<SessionId, StoredSession>,
  { audit, clock, machine }: { readonly audit: AuditSink; readonly clock: () => number; readonly machine: MachineTime },
): { readonly ends: SessionEnds; readonly late: LateEnds } {
  const unstored = new Set<SessionId>();
  /** Sessions whose end is being recorded. */
  const recording = new Set<SessionId>();

  function change(id: SessionId, to: Partial<StoredSession>): void {
    const stored = sessions.get(id);
    if (stored === undefined) return;
    sessions.set(id, { ...stored, ...to });
    unstored.add(id);
  }

  function store(id: SessionId): void {
    if (!unstored.has(id)) return;
    const stored = sessions.get(id);
    if (stored !== undefined) storeSession(folder, stored);
    unstored.delete(id);
  }

  async function recordEnd(id: SessionId): Promise<void> {
    const { endedReason: reason = null, unrecordedEndAtMs = null } = sessions.get(id) ?? {};
    if (unrecordedEndAtMs === null || recording.has(id)) return;
    recording.add(id);
    try {
      await audit.append({
        kind: 'session',
        occurredAtMs: unrecordedEndAtMs,
        sessionId: id,
        body: { event: 'ended', reason },
      });
      change(id, { unrecordedEndAtMs: null });
    } finally {
      recording.delete(id);
    }
    store(id);
  }

  return {
    ends: {
      async end(id, endedReason, endsProcesses = false) {
        if (sessions.get(id)?.endedReason !== null) return;
        // The end takes effect at once: a record that fails must not keep a session alive.
        change(id, { endedReason, endsProcesses, endedUp: momentOf(machine), unrecordedEndAtMs: clock() });
        try {
          store(id);
        } finally {
          await recordEnd(id);
        }
      },
      processesEnded: (id) => change(id, { areProcessesEnded: true }),
    },
    late: {
      store: () => eachTried([...unstored], store),
      record: () => eachTried([...sessions.keys()], recordEnd),
    },
  };
}
