/** Milliseconds in which an upstream that failed is not asked before others. */
export const LEFT_ALONE_MS = 30_000;

/** Remembers which upstreams failed. One per gateway, so that not each request waits for a dead one anew. */
export interface UpstreamHealth {
  /**
   * Whether requests may go there first: it did not fail in the last {@link LEFT_ALONE_MS}, and if it failed before
   * that, no other request is finding out how it is now.
   */
  isPassable(baseUrl: string): boolean;
  /** Tells that a request goes there. Its end must be told once. */
  begin(baseUrl: string): UpstreamTry;
}

export interface UpstreamTry {
  /** `unknown` says nothing of the upstream, as where the client broke off. */
  end(outcome: 'worked' | 'failed' | 'unknown'): void;
}

/** @param uptimeMs milliseconds that only go forward. */
export function upstreamHealth(uptimeMs: () => number): UpstreamHealth {
  const failed = new Map<string, { readonly atMs: number; isTried: boolean }>();
  return {
    isPassable: (baseUrl) => {
      const state = failed.get(baseUrl);
      return state === undefined || (!state.isTried && uptimeMs() - state.atMs >= LEFT_ALONE_MS);
    },
    begin: (baseUrl) => {
      const before = failed.get(baseUrl);
      if (before !== undefined) before.isTried = true;
      return {
        end: (outcome) => {
          if (outcome === 'worked') failed.delete(baseUrl);
          else if (outcome === 'failed') failed.set(baseUrl, { atMs: uptimeMs(), isTried: false });
          else if (before !== undefined) before.isTried = false;
        },
      };
    },
  };
}
