import type { PolicyException } from '../policy/index.ts';

/** Tells of exceptions that ended while they were in force. */
export interface ExceptionWatch {
  /** Takes the exceptions of a policy that comes into force in the place of another. */
  follow(exceptions: readonly PolicyException[], nowMs: number): void;
  /** @returns those that ended since it was last asked, each once. */
  ended(nowMs: number): readonly PolicyException[];
}

export function exceptionWatch(): ExceptionWatch {
  let holding: readonly PolicyException[] = [];
  return {
    follow(exceptions, nowMs) {
      holding = exceptions.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
    },
    ended(nowMs) {
      const over = holding.filter(({ expiresAtMs }) => expiresAtMs <= nowMs);
      if (over.length > 0) holding = holding.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
      return over;
    },
  };
}
