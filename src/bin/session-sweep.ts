import type { SessionId } from '../core/ids.ts';
import type { SessionOwner } from '../core/session-owner.ts';
import { isSamePerson } from '../session/index.ts';
import type { SessionRegistry } from '../session/index.ts';
import type { LimitedSessions } from './limited-sessions.ts';
import { isAlive } from './process-facts.ts';
import type { SessionProcesses } from './session-processes.ts';
import { isShortOfFiles } from './spare-files.ts';

/** Milliseconds that the client of an ended session has to put its terminal in order before its processes are killed. */
export const LEAVE_MS = 10_000;

export interface SweepDesk {
  readonly registry: Pick<
    SessionRegistry,
    'list' | 'byId' | 'beat' | 'sweep' | 'end' | 'processesEnded' | 'holderOf' | 'ownerOf'
  >;
  readonly limited: Pick<LimitedSessions, 'endDue'>;
  readonly processes: SessionProcesses;
  /** Whether beats may not have been heard because nothing could be opened; {@link isShortOfFiles} unless given. */
  readonly isDeaf?: () => boolean;
  /** Milliseconds that only go forward. */
  readonly uptimeMs: () => number;
}

/** Ends sessions that are over, and their processes. */
export interface SessionSweep {
  /** To be called every few seconds. */
  sweep(): Promise<void>;
  /**
   * Ends the sessions of a person whose process is gone, without waiting for beats that do not come. To be called before
   * the sessions of this person are counted.
   */
  endGone(owner: SessionOwner | null): Promise<void>;
}

export function sessionSweep({
  registry,
  limited,
  processes,
  isDeaf = isShortOfFiles,
  uptimeMs,
}: SweepDesk): SessionSweep {
  /** Sessions whose clients were asked to end, with the moment at which their processes are killed. */
  const leaving = new Map<SessionId, number>();

  function followEnded(): void {
    const nowMs = uptimeMs();
    for (const { id, endsProcesses, areProcessesEnded, endedForMs } of registry.list()) {
      if (!endsProcesses || areProcessesEnded) continue;
      const killAtMs = leaving.get(id);
      if (killAtMs === undefined) {
        // Also where it ended before a restart: whoever asked may have been stopped in front of the kill.
        leaving.set(id, nowMs + LEAVE_MS - Math.min(endedForMs ?? 0, LEAVE_MS));
        processes.askToLeave(id);
      } else if (nowMs >= killAtMs) {
        leaving.delete(id);
        processes.kill(id);
        registry.processesEnded(id);
      }
    }
  }

  return {
    async sweep() {
      limited.endDue();
      const running = registry.list().filter(({ endedReason }) => endedReason === null);
      // Whose beats could not be heard is not silent.
      const isNobodyHeard = isDeaf();
      for (const { id } of running) {
        const holder = registry.holderOf(id);
        if (isNobodyHeard || (holder?.kind === 'client' && isAlive(holder))) registry.beat(id);
      }
      try {
        await registry.sweep();
      } finally {
        const ran = new Set(running.map(({ id }) => id));
        for (const { id, endedReason, endsProcesses } of registry.list()) {
          if (ran.has(id) && endedReason !== null && !endsProcesses) processes.kill(id);
        }
        followEnded();
      }
    },
    async endGone(owner) {
      for (const { id, endedReason } of registry.list()) {
        const holder = registry.holderOf(id);
        if (endedReason !== null || holder === null || isAlive(holder)) continue;
        if (!isSamePerson(registry.ownerOf(id), owner)) continue;
        await registry.end(id, `its ${holder.kind} is gone`);
        processes.kill(id);
      }
    },
  };
}
