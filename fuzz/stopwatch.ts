/** CPU time of this thread, summed over what is run under it. */
export interface Stopwatch {
  time<Result>(work: () => Result): Result;
  timeAsync<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Milliseconds. */
  readonly ms: number;
}

/** A watch at zero. Collecting garbage on other threads does not count, waiting does not either. */
export function stopwatch(): Stopwatch {
  let sumUs = 0;
  const since = (start: NodeJS.CpuUsage): void => {
    const { user, system } = process.threadCpuUsage(start);
    sumUs += user + system;
  };
  return {
    time(work) {
      const start = process.threadCpuUsage();
      try {
        return work();
      } finally {
        since(start);
      }
    },
    async timeAsync(work) {
      const start = process.threadCpuUsage();
      try {
        return await work();
      } finally {
        since(start);
      }
    },
    get ms() {
      return sumUs / 1000;
    },
  };
}
