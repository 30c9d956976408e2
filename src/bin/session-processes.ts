import type { SessionId } from '../core/ids.ts';
import type { SessionRegistry } from '../session/index.ts';
import { isAlive, uidOfProcess } from './process-facts.ts';
import { killStartedWith } from './started-processes.ts';

/** What of the system's processes belongs to sessions. */
export interface SessionProcesses {
  /** Asks the client of a session to end, where it is known by its process; a launcher asks its own. */
  askToLeave(id: SessionId): void;
  /** Kills what runs of a session: a launcher that is killed takes its client along, but not what the client had started. */
  kill(id: SessionId): void;
}

/**
 * @param ownUid of this process, for sessions of the one whom it serves; null where it serves several users: then a session
 *   of nobody has nothing running, and nobody's processes may be taken for its.
 */
export function sessionProcesses(
  registry: Pick<SessionRegistry, 'ownerOf' | 'holderOf'>,
  ownUid: number | null,
): SessionProcesses {
  const uidOf = (id: SessionId): number | null => registry.ownerOf(id)?.uid ?? ownUid;

  function signalClient(id: SessionId, signal: 'SIGTERM' | 'SIGKILL'): void {
    const holder = registry.holderOf(id);
    if (holder === null || holder.kind !== 'client') return;
    // Right in front of the signal: the number may be another process's by now.
    if (!isAlive(holder) || uidOfProcess(holder.pid) !== uidOf(id)) return;
    try {
      process.kill(holder.pid, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  }

  return {
    askToLeave: (id) => signalClient(id, 'SIGTERM'),
    kill(id) {
      const owner = registry.ownerOf(id);
      if (owner === null && ownUid === null) return;
      signalClient(id, 'SIGKILL');
      killStartedWith((environment) => environment.includes(`SALLYPORT_SESSION=${id}`), owner?.uid ?? null);
    },
  };
}
