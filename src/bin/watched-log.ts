import type { AuditSink } from '../core/audit.ts';
import type { LogHealth } from '../core/control.ts';

/** A sink that remembers how its newest append went. */
export interface WatchedLog extends AuditSink {
  readonly health: LogHealth;
}

export interface WatchedLogPorts {
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
  /** Called when the log begins to fail and when it takes records again, and not in between. */
  readonly onChange: (health: LogHealth, before: LogHealth) => void;
}

/** Passes appends on to `sink` unchanged, failures too, and keeps count of its health. */
export function watchedLog(sink: AuditSink, ports: WatchedLogPorts): WatchedLog {
  let health: LogHealth = { state: 'ok', lastAppendAtMs: ports.clock() };
  const note = (next: LogHealth): void => {
    const before = health;
    health = next;
    if (next.state !== before.state) ports.onChange(next, before);
  };
  return {
    get health() {
      return health;
    },
    async append(record) {
      try {
        const receipt = await sink.append(record);
        note({ state: 'ok', lastAppendAtMs: ports.clock() });
        return receipt;
      } catch (error) {
        const nowMs = ports.clock();
        note({
          state: 'failing',
          sinceMs: health.state === 'failing' ? health.sinceMs : nowMs,
          lastTriedAtMs: nowMs,
          error: error instanceof Error ? error.message : 'an unknown failure',
        });
        throw error;
      }
    },
  };
}
