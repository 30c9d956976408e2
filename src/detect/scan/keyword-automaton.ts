/**
 * Finds many keywords in one pass over bytes: the automaton of Aho and Corasick with every failure link followed ahead
 * of time, so that each byte costs one look-up. ASCII letters are the same in either case.
 */
export interface KeywordAutomaton {
  /** Class of each byte value: bytes of the same class are in no keyword told apart. */
  readonly classOf: Uint8Array;
  readonly classCount: number;
  /**
   * `next[state * classCount + class]`; state 0 is the first. As narrow as the number of states allows: the table is
   * megabytes, and what of it is in the near cache decides the speed.
   */
  readonly next: Uint16Array | Int32Array;
  /** States from this one on end a keyword. */
  readonly firstEnding: number;
  /** For the ending states in their order: where their keywords begin in {@link endings}; one more than there are. */
  readonly endingStarts: Uint32Array;
  /** Indices of keywords. */
  readonly endings: Uint32Array;
  readonly lengths: Uint16Array;
  /** Length of the longest keyword, in bytes. */
  readonly longest: number;
  /** Room for the states in which keywords end and their places, written by each walk anew. */
  readonly met: Int32Array;
}

const KEYWORD = /^[\t\n\r -@[-~]{1,200}$/;

/** @throws {TypeError} for a keyword that is empty, longer than 200 characters, or not lower-case ASCII. */
export function keywordAutomaton(keywords: readonly string[]): KeywordAutomaton {
  for (const keyword of keywords)
    if (!KEYWORD.test(keyword))
      throw new TypeError(`a keyword is 1 to 200 ASCII characters without capitals: ${JSON.stringify(keyword)}`);
  const { classOf, classCount } = byteClasses(keywords);
  const trie = keywordTrie(keywords, classOf, classCount);
  follow(trie, classCount);
  return numbered(trie, classOf, classCount, keywords);
}

interface Trie {
  readonly stateCount: number;
  /** `table[state * classCount + class]` is the child of a state, 0 for none: the first state is no one's child. */
  readonly table: Int32Array;
  /** Keywords that end in each state; those of shorter suffixes are added when links are followed. */
  readonly ends: number[][];
}

function byteClasses(keywords: readonly string[]): { classOf: Uint8Array; classCount: number } {
  const classOf = new Uint8Array(256);
  // Class 0: in no keyword.
  let classCount = 1;
  for (const keyword of keywords) {
    for (let at = 0; at < keyword.length; at += 1) {
      const code = keyword.charCodeAt(at);
      if (classOf[code] !== 0) continue;
      classOf[code] = classCount;
      if (code >= 0x61 && code <= 0x7a) classOf[code - 0x20] = classCount;
      classCount += 1;
    }
  }
  return { classOf, classCount };
}

function keywordTrie(keywords: readonly string[], classOf: Uint8Array, classCount: number): Trie {
  const mostStates = keywords.reduce((sum, { length }) => sum + length, 1);
  const table = new Int32Array(mostStates * classCount);
  const ends: number[][] = [[]];
  for (const [index, keyword] of keywords.entries()) {
    let state = 0;
    for (let at = 0; at < keyword.length; at += 1) {
      const edge = state * classCount + (classOf[keyword.charCodeAt(at)] as number);
      if (table[edge] === 0) table[edge] = ends.push([]) - 1;
      state = table[edge] as number;
    }
    ends[state]?.push(index);
  }
  return { stateCount: ends.length, table, ends };
}

/** Follows failure links in the table, breadth first, so that it has a next state for every class. */
function follow({ stateCount, table, ends }: Trie, classCount: number): void {
  const failure = new Int32Array(stateCount);
  const queue = new Int32Array(stateCount);
  let queued = 1;
  for (let read = 0; read < queued; read += 1) {
    const state = queue[read] as number;
    const suffix = failure[state] as number;
    if (state !== 0) ends[state]?.push(...(ends[suffix] ?? []));
    for (let byteClass = 0; byteClass < classCount; byteClass += 1) {
      const child = table[state * classCount + byteClass] as number;
      // INVARIANT: the row of `suffix` is complete, since it is nearer to the root.
      const link = state === 0 ? 0 : (table[suffix * classCount + byteClass] as number);
      if (child === 0) table[state * classCount + byteClass] = link;
      else {
        failure[child] = link;
        queue[queued] = child;
        queued += 1;
      }
    }
  }
}

/** Numbers states so that those which end a keyword are the last: one comparison tells them. */
function numbered(
  { stateCount, table, ends }: Trie,
  classOf: Uint8Array,
  classCount: number,
  keywords: readonly string[],
): KeywordAutomaton {
  const plain = ends.flatMap((list, state) => (list.length === 0 ? [state] : []));
  const ending = ends.flatMap((list, state) => (list.length === 0 ? [] : [state]));
  const order = [...plain, ...ending];
  const numberOf = new Int32Array(stateCount);
  for (const [number, state] of order.entries()) numberOf[state] = number;
  const next = new (stateCount <= 0x10000 ? Uint16Array : Int32Array)(stateCount * classCount);
  for (const [number, state] of order.entries())
    for (let byteClass = 0; byteClass < classCount; byteClass += 1)
      next[number * classCount + byteClass] = numberOf[table[state * classCount + byteClass] as number] as number;
  const endingStarts = new Uint32Array(ending.length + 1);
  const endings: number[] = [];
  for (const [index, state] of ending.entries()) {
    endings.push(...(ends[state] ?? []));
    endingStarts[index + 1] = endings.length;
  }
  return {
    classOf,
    classCount,
    next,
    firstEnding: plain.length,
    endingStarts,
    endings: Uint32Array.from(endings),
    lengths: Uint16Array.from(keywords, (keyword) => keyword.length),
    longest: Math.max(0, ...keywords.map((keyword) => keyword.length)),
    met: new Int32Array(2 * LANES * BLOCK_STEPS),
  };
}

/** Shorter texts are read in one go. */
const MIN_LANES_BYTES = 1_024;
/** A step waits for the table to be read, which several walks through several parts of a text do at once. */
const LANES = 6;
/** So many steps are taken before what was met is told. */
const BLOCK_STEPS = 1_024;

/** Calls `onKeyword` for each keyword in the bytes, in no order that means anything. Linear in bytes and keywords met. */
export function eachKeyword(
  automaton: KeywordAutomaton,
  bytes: Uint8Array,
  onKeyword: (keyword: number, start: number, end: number) => void,
): void {
  const { firstEnding, endingStarts, endings, lengths, longest, met } = automaton;
  const tell = (count: number): void => {
    for (let index = 0; index < count; index += 2) {
      const ending = (met[index] as number) - firstEnding;
      const end = (met[index + 1] as number) + 1;
      const last = endingStarts[ending + 1] as number;
      for (let at = endingStarts[ending] as number; at < last; at += 1) {
        const keyword = endings[at] as number;
        onKeyword(keyword, end - (lengths[keyword] as number), end);
      }
    }
  };
  const part =
    bytes.length < MIN_LANES_BYTES || bytes.length < 2 * LANES * longest ? 0 : Math.floor(bytes.length / LANES);
  // A state says nothing about bytes that lie further back than the longest keyword is long.
  const states = new Int32Array(LANES);
  if (part > 0) enterLanes(automaton, bytes, part, states);
  for (let from = 0; from < part; from += BLOCK_STEPS)
    tell(walkLanes(automaton, bytes, part, from, Math.min(part, from + BLOCK_STEPS), states));
  for (let from = LANES * part; from < bytes.length; from += LANES * BLOCK_STEPS)
    tell(walkRest(automaton, bytes, from, Math.min(bytes.length, from + LANES * BLOCK_STEPS), states));
}

/** The states in which parts but the first begin: those behind as many bytes before them as the longest keyword has. */
function enterLanes(
  { classOf, classCount, next, longest }: KeywordAutomaton,
  bytes: Uint8Array,
  part: number,
  states: Int32Array,
): void {
  let [b, c, d, e, f] = [0, 0, 0, 0, 0];
  for (let at = part - longest; at < part; at += 1) {
    b = next[Math.imul(b, classCount) + (classOf[bytes[at] as number] as number)] as number;
    c = next[Math.imul(c, classCount) + (classOf[bytes[at + part] as number] as number)] as number;
    d = next[Math.imul(d, classCount) + (classOf[bytes[at + 2 * part] as number] as number)] as number;
    e = next[Math.imul(e, classCount) + (classOf[bytes[at + 3 * part] as number] as number)] as number;
    f = next[Math.imul(f, classCount) + (classOf[bytes[at + 4 * part] as number] as number)] as number;
  }
  states.set([0, b, c, d, e, f]);
}

/**
 * Walks through all parts at once and puts down where keywords end: state and place. Calls nothing, and writes out what a loop over the
 * parts would do, for both would take as long again.
 *
 * @returns how many numbers were put down.
 */
function walkLanes(
  { classOf, classCount, next, firstEnding, met }: KeywordAutomaton,
  bytes: Uint8Array,
  part: number,
  from: number,
  to: number,
  states: Int32Array,
): number {
  let a = states[0] as number;
  let b = states[1] as number;
  let c = states[2] as number;
  let d = states[3] as number;
  let e = states[4] as number;
  let f = states[5] as number;
  let count = 0;
  // Indices are in bounds by construction: a `?? 0` for each byte halves the speed.
  for (let at = from; at < to; at += 1) {
    a = next[Math.imul(a, classCount) + (classOf[bytes[at] as number] as number)] as number;
    b = next[Math.imul(b, classCount) + (classOf[bytes[at + part] as number] as number)] as number;
    c = next[Math.imul(c, classCount) + (classOf[bytes[at + 2 * part] as number] as number)] as number;
    d = next[Math.imul(d, classCount) + (classOf[bytes[at + 3 * part] as number] as number)] as number;
    e = next[Math.imul(e, classCount) + (classOf[bytes[at + 4 * part] as number] as number)] as number;
    f = next[Math.imul(f, classCount) + (classOf[bytes[at + 5 * part] as number] as number)] as number;
    // Hardly ever: what lies within does not slow the loop.
    if (
      a >= firstEnding ||
      b >= firstEnding ||
      c >= firstEnding ||
      d >= firstEnding ||
      e >= firstEnding ||
      f >= firstEnding
    ) {
      states[0] = a;
      states[1] = b;
      states[2] = c;
      states[3] = d;
      states[4] = e;
      states[5] = f;
      for (let lane = 0; lane < LANES; lane += 1) {
        const state = states[lane] as number;
        if (state < firstEnding) continue;
        met[count] = state;
        met[count + 1] = at + lane * part;
        count += 2;
      }
    }
  }
  states[0] = a;
  states[1] = b;
  states[2] = c;
  states[3] = d;
  states[4] = e;
  states[5] = f;
  return count;
}

/** The same for what lies behind the parts, in the state of the last. */
function walkRest(
  { classOf, classCount, next, firstEnding, met }: KeywordAutomaton,
  bytes: Uint8Array,
  from: number,
  to: number,
  states: Int32Array,
): number {
  let state = states[LANES - 1] as number;
  let count = 0;
  for (let at = from; at < to; at += 1) {
    state = next[Math.imul(state, classCount) + (classOf[bytes[at] as number] as number)] as number;
    if (state < firstEnding) continue;
    met[count] = state;
    met[count + 1] = at;
    count += 2;
  }
  states[LANES - 1] = state;
  return count;
}
