import type { SinkKind } from './audit-rules.ts';

/** How one sink of the log stands, as `sallyport status` shows it. */
export interface SinkStatus {
  readonly name: string;
  readonly to: SinkKind;
  readonly required: boolean;
  /** `starting`: nothing was tried yet. `retrying`: the newest try failed, and there will be another. */
  readonly state: 'starting' | 'delivering' | 'retrying';
  /** `alarm`: further behind than the policy's alarm limits. `deny`: decisions are refused for it. */
  readonly backlog: 'ok' | 'alarm' | 'deny';
  /** Records from 0 that need not be sent any more. */
  readonly acked: number;
  /** Records of the log behind those. */
  readonly behind: number;
  /** Seconds that the oldest of them waits, as far as they count for limits. */
  readonly oldestSeconds: number;
  /** Records that the receiver refused for good, and that were set aside. */
  readonly refused: number;
  /** Records under the newest checkpoint that a store has; null for sinks that are none. */
  readonly treeSize: number | null;
  /** The newest failure in one line, also where it is over. */
  readonly lastError: { readonly atMs: number; readonly text: string } | null;
  readonly lastSuccessAtMs: number | null;
}
