import type { SessionId } from './ids.ts';

/** How far the processes of sessions are seen: by the kernel's audit, by looks at `/proc`, or not at all. */
export type OsView = 'auditd' | 'proc' | 'none';

/** What joining the layers has come to since the daemon started. */
export interface ReconcileStatus {
  /** `catching-up` while older records are read again, `failing` while the log cannot be read. */
  readonly state: 'live' | 'catching-up' | 'failing';
  readonly osView: OsView;
  /** Discrepancies that were recorded. */
  readonly findings: number;
  readonly newest: {
    readonly event: string;
    readonly severity: string;
    readonly sessionId: SessionId;
    readonly atMs: number;
  } | null;
}
