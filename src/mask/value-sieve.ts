/** Tells where in a text one of many values could stand, fast and never too seldom. It knows values by their first letters. */
export interface ValueSieve {
  add(value: string, needsEdgeBefore: boolean): void;
  /**
   * Calls `visit` for each place from which on a value could stand. `visit` must look at values that begin before `least`,
   * and returns how far it has looked: no value begins before there that it has not seen. Linear in the range.
   */
  eachPlace(text: string, from: number, to: number, visit: (at: number, least: number) => number): void;
}

/**
 * Shorter values are known by three letters, looked for at every place of a text; others by four, at every fourth place;
 * long ones by eight, for many words begin as some name does.
 */
const SHORT_BELOW = 7;
const LONG_FROM = 11;
export const LEAST_SIEVED_LENGTH = 3;

const GRAM = 4;
const BLOCK = 1 << 16;
const GRAM_BITS = 18;
const TRIPLE_MASK = 0x7fff;
const [AT_EDGE, ANYWHERE] = [1, 2];
/** What the first four letters tell: that a value begins so, or that one does if the next four fit as well. */
const [BEGINS, MAY_BEGIN] = [1, 2];

/**
 * Text is read as Latin-1 in blocks: the low bytes of code units are enough to hold no value back, and words of four bytes
 * are read in a quarter of the time of code units. The tables take 600 kB.
 */
export function valueSieve(): ValueSieve {
  const memory = new ArrayBuffer(BLOCK + 2 * GRAM);
  const latin1 = Buffer.from(memory);
  const block = new Uint8Array(memory);
  const words = new Int32Array(memory);
  const grams = new Uint8Array(1 << GRAM_BITS);
  const pairs = new Uint8Array(1 << GRAM_BITS);
  const triples = new Uint8Array(TRIPLE_MASK + 1);
  const firsts = new Uint8Array(256);
  let hasShort = false;

  const gramAt = (word: number): number => Math.imul(words[word] as number, 0x9e3779b1) >>> (32 - GRAM_BITS);
  const pairAt = (word: number): number =>
    (Math.imul(words[word] as number, 0x9e3779b1) ^ Math.imul(words[word + 1] as number, 0x85ebca6b)) >>>
    (32 - GRAM_BITS);
  /** Whether a value that is not short could begin at a fourth place or up to three letters before it. */
  const mayBeLong = (word: number): boolean => {
    const kind = grams[gramAt(word)] as number;
    return kind !== 0 && ((kind & BEGINS) !== 0 || pairs[pairAt(word)] !== 0);
  };
  const tripleAt = (at: number): number =>
    (((block[at] as number) << 10) ^ ((block[at + 1] as number) << 5) ^ (block[at + 2] as number)) & TRIPLE_MASK;
  /** Whether a short value could begin at one of four places, by its first letter: names begin with capitals, text does not. */
  const mayBeShort = (at: number): boolean =>
    ((firsts[block[at] as number] as number) |
      (firsts[block[at + 1] as number] as number) |
      (firsts[block[at + 2] as number] as number) |
      (firsts[block[at + 3] as number] as number)) !==
    0;
  const mayStandAt = (text: string, start: number, at: number, from: number): boolean => {
    const kind = triples[tripleAt(at)] as number;
    if (kind !== AT_EDGE) return kind !== 0;
    const before = start + at - 1;
    return before < from || !isAsciiWord(text.charCodeAt(before));
  };
  const load = (text: string, from: number, to: number): number => {
    const length = latin1.write(text.slice(from, to), 0, 'latin1');
    block.fill(0, length, length + 2 * GRAM);
    return length;
  };

  return {
    add: (value, needsEdgeBefore) => {
      if (value.length < SHORT_BELOW) {
        load(value, 0, LEAST_SIEVED_LENGTH);
        triples[tripleAt(0)] = (triples[tripleAt(0)] as number) | (needsEdgeBefore ? AT_EDGE : ANYWHERE);
        firsts[block[0] as number] = 1;
        hasShort = true;
        return;
      }
      // One of the first four places of an occurrence is a fourth place of the text.
      const isLong = value.length >= LONG_FROM;
      for (let offset = 0; offset < GRAM; offset += 1) {
        load(value, offset, offset + 2 * GRAM);
        grams[gramAt(0)] = (grams[gramAt(0)] as number) | (isLong ? MAY_BEGIN : BEGINS);
        if (isLong) pairs[pairAt(0)] = 1;
      }
    },
    eachPlace: (text, from, to, visit) => {
      let seen = from;
      for (let start = from - (from % GRAM); start < to; start += BLOCK) {
        if (seen >= start + BLOCK) continue;
        const length = load(text, start, Math.min(to, start + BLOCK + GRAM));
        const end = Math.min(BLOCK, length);
        for (let at = Math.max(0, seen - start) & ~3; at < end; at += GRAM) {
          if (mayBeLong(at >>> 2)) seen = visit(Math.max(seen, start + at - GRAM + 1), Math.max(seen, start + at + 1));
          if (hasShort && mayBeShort(at))
            for (let place = at; place < at + GRAM && start + place < to; place += 1)
              // From `at` on: a longer value that begins before this place shows only at the next fourth place.
              if (start + place >= seen && mayStandAt(text, start, place, from))
                seen = visit(Math.max(seen, start + at), start + place + 1);
          // Nothing before `seen` is left to be found.
          if (seen - start > at + GRAM) at = ((seen - start) & ~3) - GRAM;
        }
      }
    },
  };
}

function isAsciiWord(code: number): boolean {
  const letter = code | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || (code >= 0x30 && code <= 0x39);
}
