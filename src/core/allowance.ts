/** An amount that is held at one time of something of which there is not enough for everybody: bytes, connections. */
export interface Allowance {
  /** What is held now. */
  readonly held: number;
  /** Holds so much more; false, and nothing more is held, where that would be over this limit or one around it. */
  take(amount: number): boolean;
  /** Gives back what was taken. */
  give(amount: number): void;
}

/**
 * @param limit of what may be held of it at one time.
 * @param within what holds for all together of which this is a part.
 */
export function allowance(limit: number, within: Allowance | null = null): Allowance {
  let held = 0;
  return {
    get held() {
      return held;
    },
    take(amount) {
      if (held + amount > limit || within?.take(amount) === false) return false;
      held += amount;
      return true;
    },
    give(amount) {
      held -= amount;
      within?.give(amount);
    },
  };
}
