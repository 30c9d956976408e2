/** A limit on how long nothing may go on, for work whose whole length says nothing. Whoever made it ends it. */
export interface IdleLimit {
  /** Something went on: the time begins anew. */
  goesOn(): void;
  end(): void;
}

/** Calls `onIdle` once when nothing went on for so long. */
export function idleLimit(idleMs: number, onIdle: () => void): IdleLimit {
  let timer = setTimeout(onIdle, idleMs);
  return {
    goesOn() {
      clearTimeout(timer);
      timer = setTimeout(onIdle, idleMs);
    },
    end() {
      clearTimeout(timer);
    },
  };
}
