const MINUTE_MS = 60_000;

/** So many in a minute, at once or spread; what was taken comes back evenly. */
export interface Rate {
  /** Takes one: 0, or the milliseconds until there is one again. */
  take(): number;
  /** Whether nothing is taken, so that it tells nothing that a new one would not. */
  isFull(): boolean;
}

/** @param uptimeMs milliseconds that only go forward. */
export function rate(perMinute: number, uptimeMs: () => number): Rate {
  let left = perMinute;
  let atMs = uptimeMs();
  const fill = (): void => {
    const nowMs = uptimeMs();
    left = Math.min(perMinute, left + ((nowMs - atMs) * perMinute) / MINUTE_MS);
    atMs = nowMs;
  };
  return {
    take() {
      fill();
      if (left < 1) return Math.max(1, ((1 - left) * MINUTE_MS) / perMinute);
      left -= 1;
      return 0;
    },
    isFull() {
      fill();
      return left >= perMinute;
    },
  };
}
