import type { AuditSink } from '../core/audit.ts';
import type { ModelCredentials, BeatAnswer } from '../core/control.ts';
import type { SessionId } from '../core/ids.ts';
import { sessionActivity, sessionRegistry } from '../session/index.ts';
import type { MachineTime, SessionLimits, SessionRegistry } from '../session/index.ts';
import { limitedSessions } from './limited-sessions.ts';
import type { LimitedSessions } from './limited-sessions.ts';
import type { SessionCredentials } from './open-session.ts';
import { sessionProcesses } from './session-processes.ts';
import { sessionSweep } from './session-sweep.ts';
import type { SessionSweep } from './session-sweep.ts';

export interface SessionPartsDesk {
  /** The folder of the session files. */
  readonly folder: string;
  readonly log: AuditSink;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly machine: MachineTime;
  /** Of the policy in force; asked anew each time. */
  readonly limits: () => SessionLimits;
  readonly credentials: SessionCredentials;
  /** Told of a session before it is opened; what this throws refuses it. */
  readonly prepare: (id: SessionId) => void;
  /** Of this process; null where the daemon serves several users. */
  readonly ownUid: number | null;
  readonly logError: (line: string) => void;
}

/** The sessions of a daemon, and what ends them. */
export interface SessionParts extends SessionSweep {
  readonly registry: SessionRegistry;
  readonly limited: LimitedSessions;
  /** The log, for who decides: what happens in sessions shows there. */
  readonly log: AuditSink;
  /** What a launcher is told for its beat. */
  beaten(id: SessionId): BeatAnswer | null;
  /** Takes a beat of a session together with credentials for it. Null for one that nobody knows. */
  beat(id: SessionId, given: ModelCredentials): BeatAnswer | null;
  /** Ends a session. Its credentials are dropped; what runs of it is left alone, but for `endsProcesses`. */
  end(id: SessionId, reason: string, endsProcesses?: boolean): Promise<void>;
}

/** @throws {StateFolder} where a session file cannot be read as one. */
export function sessionParts(desk: SessionPartsDesk): SessionParts {
  const { clock, machine, limits, credentials, logError } = desk;
  const uptimeMs = (): number => performance.now();
  const activity = sessionActivity(machine.ms);
  const log = activity.watch(desk.log);
  const registry = sessionRegistry(desk.folder, { audit: log, clock, uptimeMs, machine, prepare: desk.prepare });
  const limited = limitedSessions({ registry, activity, limits, clock, logError });
  const processes = sessionProcesses(registry, desk.ownUid);

  function beaten(id: SessionId): BeatAnswer | null {
    const session = limited.directory.byId(id);
    if (session === null) return null;
    const endsProcesses = registry.list().some((one) => one.id === id && one.endsProcesses);
    return { endedReason: session.endedReason, warning: limited.warning(id), endsProcesses };
  }

  return {
    registry,
    limited,
    log,
    ...sessionSweep({ registry, limited, processes, uptimeMs }),
    beaten,
    beat(id, given) {
      if (registry.byId(id) === null) return null;
      registry.beat(id);
      const answer = beaten(id);
      if (answer?.endedReason === null) credentials.keep(id, given);
      return answer;
    },
    async end(id, reason, endsProcesses = false) {
      credentials.drop(id);
      await registry.end(id, reason, endsProcesses);
    },
  };
}
