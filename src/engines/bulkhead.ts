/** Keeps one slow engine from taking everything: so many scans run, so many wait, the rest is turned away. */
interface Bulkhead {
  /**
   * Waits for a turn.
   *
   * @returns a function that ends the turn and must be called once; or null where the queue is full or `signal` is
   *   aborted before the turn comes.
   */
  enter(signal: AbortSignal): Promise<(() => void) | null>;
}

/** @throws {TypeError} where the numbers leave no turn at all. */
export function bulkhead(maxConcurrent: number, maxQueued: number): Bulkhead {
  if (!Number.isSafeInteger(maxConcurrent) || maxConcurrent < 1) throw new TypeError('a bulkhead needs one turn');
  if (!Number.isSafeInteger(maxQueued) || maxQueued < 0) throw new TypeError('a queue has no negative length');
  let running = 0;
  const waiting = new Set<() => void>();

  const leave = (): void => {
    running -= 1;
    const [next] = waiting;
    if (next !== undefined) next();
  };

  return {
    enter: (signal) => {
      if (signal.aborted) return Promise.resolve(null);
      if (running < maxConcurrent) {
        running += 1;
        return Promise.resolve(leave);
      }
      if (waiting.size >= maxQueued) return Promise.resolve(null);
      return new Promise((resolve) => {
        const begin = (): void => {
          waiting.delete(begin);
          signal.removeEventListener('abort', giveUp);
          running += 1;
          resolve(leave);
        };
        const giveUp = (): void => {
          waiting.delete(begin);
          resolve(null);
        };
        signal.addEventListener('abort', giveUp, { once: true });
        waiting.add(begin);
      });
    },
  };
}
