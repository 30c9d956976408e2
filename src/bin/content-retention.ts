import { lutimesSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ErasureRefused, SallyportError } from '../core/error.ts';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import type { Eraser } from './erasure.ts';
import type { StatePaths } from './state-folder.ts';

const DAY_MS = 86_400_000;

/**
 * Milliseconds of running time for which a session must be past its days before it is erased. What a wrong clock calls
 * old is not destroyed at once, and the log says in the meantime that the clock jumped.
 */
export const DUE_FOR_MS = 3_600_000;

export interface ContentRetentionPorts {
  readonly eraser: Pick<Eraser, 'erase'>;
  /** Days for which content is kept, or null for ever: what the policy in force says. */
  readonly keptDays: () => number | null;
  /** Ended sessions that have content, and when anything of it was written last, in milliseconds since the epoch. */
  readonly ended: () => readonly { readonly id: SessionId; readonly lastWrittenMs: number }[];
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Milliseconds that only go forward and stand still while the machine sleeps or this process is stopped. */
  readonly uptimeMs: () => number;
  readonly logError: (line: string) => void;
}

/**
 * Destroys the content of sessions that the policy keeps no longer, unless it is held. The sweep that is returned is to be
 * called every few minutes.
 *
 * A clock that jumps by more than {@link DUE_FOR_MS} against the running time makes every session wait anew.
 */
export function contentRetention(ports: ContentRetentionPorts): { sweep(): Promise<void> } {
  const dueSinceMs = new Map<SessionId, number>();
  let before = { clockMs: ports.clock(), uptimeMs: ports.uptimeMs() };
  return {
    async sweep() {
      const now = { clockMs: ports.clock(), uptimeMs: ports.uptimeMs() };
      const jumpMs = now.clockMs - before.clockMs - (now.uptimeMs - before.uptimeMs);
      if (Math.abs(jumpMs) > DUE_FOR_MS) dueSinceMs.clear();
      before = now;
      const days = ports.keptDays();
      const due = days === null ? [] : ports.ended().filter((one) => now.clockMs - one.lastWrittenMs > days * DAY_MS);
      const ids = new Set(due.map(({ id }) => id));
      for (const id of dueSinceMs.keys()) if (!ids.has(id)) dueSinceMs.delete(id);
      for (const id of ids) {
        const sinceMs = dueSinceMs.get(id) ?? now.uptimeMs;
        dueSinceMs.set(id, sinceMs);
        if (now.uptimeMs - sinceMs < DUE_FOR_MS) continue;
        try {
          const reason = `content is kept for ${days} days`;
          await ports.eraser.erase({ sessionId: id, cause: 'retention', reason, by: 'policy' });
          dueSinceMs.delete(id);
        } catch (error) {
          // A hold is what it is for; anything else is tried again at the next sweep.
          if (error instanceof ErasureRefused) continue;
          if (!(error instanceof SallyportError)) throw error;
          ports.logError(`content of ${id} is past its days and still there: ${error.message}`);
        }
      }
    },
  };
}

/** When anything of a session's content was written last, in milliseconds since the epoch; null where there is none. */
export function contentWrittenMs(
  paths: Pick<StatePaths, 'contentKeys' | 'content' | 'masks'>,
  id: SessionId,
): number | null {
  const times = [paths.contentKeys, paths.content, paths.masks].flatMap((folder) => {
    const found = statSync(join(folder, id), { throwIfNoEntry: false });
    return found === undefined ? [] : [found.mtimeMs];
  });
  return times.length === 0 ? null : Math.max(...times);
}

/**
 * Makes the keys of running sessions as new as they are used: what is sealed in the log is written with a key, and changes no
 * file of the session. To be called every few minutes.
 */
export function touchRunningKeys(
  paths: Pick<StatePaths, 'contentKeys'>,
  isRunning: (id: SessionId) => boolean,
  nowMs: number,
): void {
  for (const name of readdirSync(paths.contentKeys)) {
    const id = parseSessionId(name);
    if (id !== null && isRunning(id)) lutimesSync(join(paths.contentKeys, id), nowMs / 1_000, nowMs / 1_000);
  }
}
