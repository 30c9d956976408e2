import type { AuditSink } from '../core/audit.ts';
import type { DaemonStatus, OpenSessionAnswer, OpenSessionRequest, ProbeAnswer } from '../core/control.ts';
import type { ControlPorts, ErasurePorts } from './control-server.ts';
import { ownUserName } from './own-user.ts';
import { recordRecovery } from './record-recovery.ts';
import type { SessionParts } from './session-parts.ts';

export interface ControlDesk {
  readonly status: () => DaemonStatus;
  readonly openSession: (request: OpenSessionRequest) => Promise<OpenSessionAnswer>;
  readonly sessions: Pick<SessionParts, 'registry' | 'beat' | 'end'>;
  /** The state folder: that of sessions that are opened to be refused. */
  readonly home: string;
  readonly log: AuditSink;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly reload: () => Promise<void>;
  readonly shutdown: () => void;
  readonly metrics: () => Promise<string | null>;
  readonly erasure: ErasurePorts;
  readonly logError: (line: string) => void;
}

/** What the owner of the control socket can ask of the daemon. */
export function controlPorts(desk: ControlDesk): ControlPorts {
  const { status, sessions, log, clock, logError } = desk;
  const { registry } = sessions;

  /** The records of a probe belong to a session of its own, which nobody but the owner of the control socket can open. */
  async function openProbe(): Promise<ProbeAnswer> {
    const { session, token } = await registry.open({
      workspace: desk.home,
      homeDir: desk.home,
      provider: 'anthropic',
      about: { by: 'doctor' },
    });
    await registry.end(session.id, 'opened by `sallyport doctor` to be refused');
    return { sessionId: session.id, token };
  }

  return {
    status,
    openSession: desk.openSession,
    openProbe,
    beat: (id, given) => sessions.beat(id, given),
    async endSession(id, reason, endsProcesses) {
      if (registry.byId(id) === null) return false;
      await sessions.end(id, reason, endsProcesses);
      return true;
    },
    shutdown: desk.shutdown,
    async reload() {
      await desk.reload();
      return status().policy;
    },
    metrics: desk.metrics,
    erasure: desk.erasure,
    recordRecovery: (told) => recordRecovery(log, clock(), ownUserName(), told),
    async recordOpening(id, { form, request }) {
      const body = { event: 'content-opened', form: form ?? null, request: request ?? null, by: ownUserName() };
      await log.append({ kind: 'admin', occurredAtMs: clock(), sessionId: id, body });
    },
    logError,
  };
}
