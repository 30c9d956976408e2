/** Draws in an order that the seed fixes. */
export interface Draw {
  /** A whole number from 0 up to and without `limit`; 0 where the limit is 0. */
  readonly below: (limit: number) => number;
  /** True once in so many times. */
  readonly oneIn: (times: number) => boolean;
  of<Item>(items: readonly Item[]): Item | undefined;
}

/** Weyl sequence with the finaliser of MurmurHash3: every seed gives another order, 0 too. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let bits = state;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return { below, oneIn: (times) => below(times) === 0, of: (items) => items[below(items.length)] };
}
