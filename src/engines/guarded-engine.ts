import { bulkhead } from './bulkhead.ts';
import { circuitBreaker } from './circuit-breaker.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { EngineClock } from './clock.ts';
import { failed, skipped } from './engine.ts';
import type { Engine, EngineAnswer } from './engine.ts';
import type { EngineLimits } from './engine-setup.ts';

/** An engine that may be asked without a thought of how it fares, and that shows it. */
export interface GuardedEngine extends Engine {
  readonly circuit: Pick<CircuitBreaker, 'state'>;
}

/**
 * An engine that answers in time, whatever the engine within does: with a time limit, a bulkhead and a circuit breaker.
 * A turn ends only when the engine within has settled, so that what it started never runs more often than allowed.
 *
 * A signal that is aborted by a deadline is one more time limit: the engine was too slow for it, and has failed. Aborted for
 * anything else, it is a caller that gave up, which says nothing of the engine.
 */
export function guardedEngine(engine: Engine, limits: EngineLimits, clock: EngineClock): GuardedEngine {
  const turns = bulkhead(limits.maxConcurrent, limits.maxQueued);
  const circuit = circuitBreaker(clock);

  const scan = async (bytes: Uint8Array, outer: AbortSignal, inner: AbortController): Promise<EngineAnswer> => {
    const leave = await turns.enter(inner.signal);
    if (leave === null) return hasGivenUp(outer) ? failed('aborted') : skipped('no-turn');
    const attempt = circuit.start();
    if (attempt === null) {
      leave();
      return skipped('circuit-open');
    }
    const working = engine.scan(bytes, { signal: inner.signal }).catch(() => failed('broken'));
    void working.then(leave);
    const answer = await settledOrAborted(working, inner.signal);
    const told = answer ?? failed(hasGivenUp(outer) ? 'aborted' : 'timed-out');
    attempt.end(told.kind === 'ran' ? 'worked' : told.kind === 'failed' && !hasGivenUp(outer) ? 'failed' : 'unknown');
    return told;
  };

  return {
    name: engine.name,
    circuit,
    scan: async (bytes, { signal }) => {
      if (signal.aborted) return hasGivenUp(signal) ? failed('aborted') : skipped('no-turn');
      if (bytes.length > limits.maxInputBytes) return skipped('too-large');
      if (!circuit.isPassable()) return skipped('circuit-open');
      const inner = new AbortController();
      const abort = (): void => inner.abort();
      const cancel = clock.after(limits.timeoutMs, abort);
      signal.addEventListener('abort', abort, { once: true });
      try {
        return await scan(bytes, signal, inner);
      } finally {
        cancel();
        signal.removeEventListener('abort', abort);
      }
    },
  };
}

/** A deadline aborts with a `TimeoutError`, as that of `AbortSignal.timeout` does. */
function hasGivenUp(signal: AbortSignal): boolean {
  return signal.aborted && !(signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError');
}

/** What an engine answered, or null where it was told to stop: what it answers after that is about its end. */
function settledOrAborted(working: Promise<EngineAnswer>, signal: AbortSignal): Promise<EngineAnswer | null> {
  return new Promise((resolve) => {
    const stop = (): void => resolve(null);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    void working.then((answer) => {
      signal.removeEventListener('abort', stop);
      return resolve(answer);
    });
  });
}
