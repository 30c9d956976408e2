import { readdirSync } from 'node:fs';
import type { AuditSink } from '../core/audit.ts';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import type { SessionRegistry } from '../session/index.ts';
import type { ContentKeys } from './content-keys.ts';
import { contentRetention, contentWrittenMs, touchRunningKeys } from './content-retention.ts';
import type { ErasurePorts } from './control-server.ts';
import { destroyContent } from './destroy-content.ts';
import { eraser } from './erasure.ts';
import { legalHolds } from './holds.ts';
import { ownUserName } from './own-user.ts';
import type { StatePaths } from './state-folder.ts';

/** Milliseconds between two looks for content that is past its days. */
const SWEEP_MS = 300_000;

export interface OwnErasureDesk {
  readonly paths: StatePaths;
  readonly audit: AuditSink;
  readonly registry: Pick<SessionRegistry, 'byId'>;
  readonly keys: ContentKeys;
  /** Drops what the gateway holds of a session. False while a request of it is on its way. */
  readonly forget: (id: SessionId) => boolean;
  /** Days for which the policy in force keeps content; null for ever. */
  readonly keptDays: () => number | null;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  readonly logError: (line: string) => void;
}

/**
 * The erasure of content in this state folder: brings to its end what a crash cut short, answers the control socket, and
 * destroys by itself what the policy keeps no longer.
 */
export async function ownErasure(desk: OwnErasureDesk): Promise<{ readonly ports: ErasurePorts; close(): void }> {
  const { paths, registry, clock, logError } = desk;
  const isRunning = (id: SessionId): boolean => registry.byId(id)?.endedReason === null;
  const erasing = eraser({
    audit: desk.audit,
    clock,
    holds: legalHolds(paths.holds),
    folder: paths.erasures,
    isRunning,
    isKnown: (id) => registry.byId(id) !== null || contentWrittenMs(paths, id) !== null,
    forget: (id) => {
      if (!desk.forget(id)) return false;
      desk.keys.forget(id);
      return true;
    },
    destroy: (id) => destroyContent(paths, id),
  });
  await erasing.resume(logError);
  const retention = contentRetention({
    eraser: erasing,
    keptDays: desk.keptDays,
    ended: () => withContent(paths, isRunning),
    clock,
    uptimeMs: () => performance.now(),
    logError,
  });
  const look = async (): Promise<void> => {
    touchRunningKeys(paths, isRunning, clock());
    await retention.sweep();
  };
  const sweep = setInterval(() => {
    look().catch((error: unknown) => logError(`cannot look for content past its days: ${String(error)}`));
  }, SWEEP_MS);
  const by = ownUserName();
  return {
    ports: {
      erase: (sessionId, reason) => erasing.erase({ sessionId, cause: 'request', reason, by }),
      hold: async (sessionId, reason) => ({ record: (await erasing.hold({ sessionId, reason, by })).index }),
      release: async (sessionId, reason) => ({ record: (await erasing.release(sessionId, reason, by)).index }),
      holds: () => ({ holds: erasing.holds() }),
    },
    close: () => clearInterval(sweep),
  };
}

function withContent(
  paths: StatePaths,
  isRunning: (id: SessionId) => boolean,
): readonly { readonly id: SessionId; readonly lastWrittenMs: number }[] {
  const names = new Set([paths.contentKeys, paths.content, paths.masks].flatMap((folder) => readdirSync(folder)));
  return [...names].flatMap((name) => {
    const id = parseSessionId(name);
    const lastWrittenMs = id === null || isRunning(id) ? null : contentWrittenMs(paths, id);
    return id === null || lastWrittenMs === null ? [] : [{ id, lastWrittenMs }];
  });
}
