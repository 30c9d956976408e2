/**
 * Finds many strings in one walk over UTF-16 code units: the automaton of Aho and Corasick, its states numbered breadth
 * first, so that the children of a state lie side by side, in the order of their code units. A child is found by bisection:
 * unlike a hash table, this has no worst input.
 */
export interface ValueAutomaton {
  readonly values: readonly string[];
  /** Of a state: the code unit that leads into it. State 0 is the root. */
  readonly codes: Uint16Array;
  /** Children of state `s` are those from `firstChild[s]` up to `firstChild[s + 1]`. */
  readonly firstChild: Int32Array;
  /** The state of the longest proper suffix. */
  readonly suffix: Int32Array;
  /** Index of the value that ends here, -1 for none. */
  readonly ending: Int32Array;
  /** The nearest state along suffixes in which a value ends, 0 for none. */
  readonly shorterEnding: Int32Array;
}

/** Builds in time linear in the characters of the values, but for sorting them. @param values distinct and not empty. */
export function valueAutomaton(values: readonly string[]): ValueAutomaton {
  const sorted = [...values].sort();
  const mostStates = sorted.reduce((sum, { length }) => sum + length, 1);
  const codes = new Uint16Array(mostStates);
  const firstChild = new Int32Array(mostStates + 1);
  const suffix = new Int32Array(mostStates);
  const ending = new Int32Array(mostStates).fill(-1);
  const shorterEnding = new Int32Array(mostStates);
  // The values below a state are neighbours in their order.
  const below = { from: new Int32Array(mostStates), to: new Int32Array(mostStates) };
  const depth = new Int32Array(mostStates);
  const automaton = { values: sorted, codes, firstChild, suffix, ending, shorterEnding };
  below.to[0] = sorted.length;
  let stateCount = 1;
  for (let state = 0; state < stateCount; state += 1) {
    firstChild[state] = stateCount;
    const at = depth[state] as number;
    const to = below.to[state] as number;
    let from = below.from[state] as number;
    // Sorted first, because it is the shortest.
    if (from < to && sorted[from]?.length === at) {
      ending[state] = from;
      from += 1;
    }
    while (from < to) {
      const code = (sorted[from] as string).charCodeAt(at);
      const child = stateCount;
      stateCount += 1;
      codes[child] = code;
      depth[child] = at + 1;
      below.from[child] = from;
      while (from < to && (sorted[from] as string).charCodeAt(at) === code) from += 1;
      below.to[child] = from;
    }
    firstChild[state + 1] = stateCount;
  }
  // INVARIANT: suffixes are shorter, so they have smaller numbers and are complete when a state asks for them.
  for (let state = 0; state < stateCount; state += 1) {
    for (let child = firstChild[state] as number; child < (firstChild[state + 1] as number); child += 1) {
      const link = state === 0 ? 0 : nextState(automaton, suffix[state] as number, codes[child] as number);
      suffix[child] = link;
      shorterEnding[child] = ending[link] === -1 ? (shorterEnding[link] as number) : link;
    }
  }
  return automaton;
}

/** The state behind one more code unit. Along a text all steps together take at most two look-ups per code unit. */
export function nextState(automaton: ValueAutomaton, from: number, code: number): number {
  for (let state = from; ; state = automaton.suffix[state] as number) {
    const child = childOf(automaton, state, code);
    if (child !== 0 || state === 0) return child;
  }
}

function childOf({ codes, firstChild }: ValueAutomaton, state: number, code: number): number {
  let from = firstChild[state] as number;
  let to = firstChild[state + 1] as number;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const found = codes[middle] as number;
    if (found === code) return middle;
    if (found < code) from = middle + 1;
    else to = middle;
  }
  return 0;
}
