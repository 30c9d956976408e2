import { setTimeout } from 'node:timers/promises';

/** Time as the delivery of records knows it. */
export interface DeliveryClock {
  /** Milliseconds since the Unix epoch, for what people read. It may jump. */
  readonly nowMs: () => number;
  /** Milliseconds that only grow, at one pace: every wait and every limit goes by these. */
  readonly uptimeMs: () => number;
  /** Resolves after that long, or as soon as `signal` is aborted. Never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1, without 1: spreads the tries of many hosts. */
  readonly random: () => number;
}

/** The machine's own. */
export function systemClock(): DeliveryClock {
  return {
    nowMs: () => Date.now(),
    uptimeMs: () => performance.now(),
    sleep: async (ms, signal) => {
      try {
        await setTimeout(ms, undefined, { signal });
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    random: () => Math.random(),
  };
}
