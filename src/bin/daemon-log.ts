import { openLog, readLog } from '../audit/index.ts';
import type { AuditLog } from '../audit/index.ts';
import type { LogHealth } from '../core/control.ts';
import type { StatePaths } from './state-folder.ts';
import { tappedLog } from './tapped-log.ts';
import type { TappedLog } from './tapped-log.ts';
import { watchedLog } from './watched-log.ts';
import type { WatchedLog } from './watched-log.ts';

/** The log of a daemon, from the disk up. Whoever opens it closes `stored`. */
export interface DaemonLog {
  readonly stored: AuditLog;
  /** What is appended to `written`, for those who read along. */
  readonly records: TappedLog['records'];
  /** Takes records, and says how the newest fared. */
  readonly written: WatchedLog;
}

/** @throws {AuditCorrupt} where the log was damaged. */
export async function openDaemonLog(
  paths: Pick<StatePaths, 'audit' | 'auditKey'>,
  { clock, logError }: { readonly clock: () => number; readonly logError: (line: string) => void },
): Promise<DaemonLog> {
  const stored = await openLog(paths.audit, { clock, signing: { keyFile: paths.auditKey } });
  const tapped = tappedLog(stored, (fromIndex) => readLog(paths.audit, { fromIndex }));
  const written = watchedLog(tapped, { clock, onChange: (health) => logError(healthText(health)) });
  return { stored, records: tapped.records, written };
}

function healthText(health: LogHealth): string {
  return health.state === 'ok'
    ? 'the log takes records again'
    : `the log cannot be written, and every call is denied until it can: ${health.error}`;
}
