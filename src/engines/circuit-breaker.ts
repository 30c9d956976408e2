import type { EngineClock } from './clock.ts';

/** Failures in a row after which an engine is left alone. */
export const OPENS_AFTER_FAILURES = 5;
/** How long an engine is left alone before one scan tries it again. */
export const OPEN_MS = 30_000;

/** Leaves an engine alone that fails again and again, so that it costs nothing while it is away. */
export interface CircuitBreaker {
  /** `probing`: one try at a time may start, and what it gives decides. */
  readonly state: State['kind'];
  /** Whether a scan may be tried now. Changes nothing. */
  isPassable(): boolean;
  /**
   * Starts a try, or gives null where none may start now. While the circuit is half open there is one try at a time.
   * Every try must be ended, once.
   */
  start(): CircuitTry | null;
}

interface CircuitTry {
  /** `unknown` tells nothing of the engine, as where the caller gave up. */
  end(outcome: 'worked' | 'failed' | 'unknown'): void;
}

type State =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open'; readonly untilMs: number }
  | { readonly kind: 'probing'; readonly untilMs: number };

/** Makes a closed circuit. */
export function circuitBreaker(clock: Pick<EngineClock, 'nowMs'>): CircuitBreaker {
  let state: State = { kind: 'closed', failures: 0 };
  const open = (): State => ({ kind: 'open', untilMs: clock.nowMs() + OPEN_MS });
  const isPassable = (): boolean =>
    state.kind === 'closed' || (state.kind === 'open' && clock.nowMs() >= state.untilMs);

  return {
    get state() {
      return state.kind === 'open' && isPassable() ? 'probing' : state.kind;
    },
    isPassable,
    start: () => {
      if (!isPassable()) return null;
      const isProbe = state.kind === 'open';
      if (state.kind === 'open') state = { kind: 'probing', untilMs: state.untilMs };
      return {
        end: (outcome) => {
          if (isProbe) {
            if (outcome === 'worked') state = { kind: 'closed', failures: 0 };
            else if (outcome === 'failed') state = open();
            else if (state.kind === 'probing') state = { kind: 'open', untilMs: state.untilMs };
            return;
          }
          // A try from before the circuit opened says nothing that the probe will not say better.
          if (state.kind !== 'closed' || outcome === 'unknown') return;
          const failures = outcome === 'worked' ? 0 : state.failures + 1;
          state = failures >= OPENS_AFTER_FAILURES ? open() : { kind: 'closed', failures };
        },
      };
    },
  };
}
