/**
 * The words of a piece of text with the features that the trained model weighs, as hashed buckets. Made once for a piece
 * and read by prefix sums, so that every window of it costs the same.
 */
export interface Tokens {
  readonly count: number;
  /** Where each word starts and ends, in bytes of the text. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** {@link FEATURES_PER_TOKEN} buckets for each word; -1 where it has no such feature. */
  readonly buckets: Int32Array;
}

/** Two to the power of it: how many weights there are. */
const BUCKET_BITS = 18;
export const BUCKETS = 1 << BUCKET_BITS;

/** Word, two and three words, a word with the one before the last, stem, two stems, punctuation before it, capitals. */
export const FEATURES_PER_TOKEN = 8;

/** Longer runs of letters are no words: they are left out, wherever a part of the text was cut. */
const MAX_WORD_BYTES = 40;

/** Words that stand further apart make no phrase. */
const MAX_GAP_BYTES = 12;

/** So many first bytes of a word stand for its inflections. */
const STEM_BYTES = 5;

/** What tokens are written into: texts are many and mostly short, and room of their own would cost more than reading them. */
export interface TokenRoom extends Omit<Tokens, 'count'> {
  /** Bytes of the longest text whose tokens fit. */
  readonly maxBytes: number;
}

/** Room for the tokens of one text at a time. */
export function tokenRoom(maxBytes: number): TokenRoom {
  const words = ((maxBytes + 1) >> 1) + 1;
  return {
    maxBytes,
    starts: new Int32Array(words),
    ends: new Int32Array(words),
    buckets: new Int32Array(words * FEATURES_PER_TOKEN),
  };
}

/**
 * Linear in `to - from`; reads nothing outside of it.
 *
 * @param room taken where it suffices: then the tokens hold until it is given the next time.
 */
export function readTokens(bytes: Uint8Array, from: number, to: number, room: TokenRoom | null = null): Tokens {
  const { starts, ends, buckets } = room !== null && to - from <= room.maxBytes ? room : tokenRoom(to - from);
  let count = 0;
  let [word1, word2, stem1] = [0, 0, 0];
  let lastEnd = from;
  let punctuation = 0;
  let at = from;
  // Indices are in bounds by construction: a `?? 0` for each byte would cost as much as reading it.
  while (at < to) {
    const first = bytes[at] as number;
    const kind = KIND[first] as number;
    if (kind === OTHER) {
      if (first > 0x20) punctuation = first;
      else if (first === 0x0a) punctuation = NEWLINE;
      at += 1;
      continue;
    }
    const start = at;
    let word = FNV_OFFSET;
    let stem = FNV_OFFSET;
    let capitals = 0;
    // A character of the CJK planes is a word of its own: nothing stands between them.
    const limit = kind === WIDE ? Math.min(to, start + WIDE_BYTES) : to;
    while (at < limit) {
      const byte = bytes[at] as number;
      const now = KIND[byte] as number;
      if (now === OTHER || (now === WIDE && at > start)) break;
      if (byte >= 0x41 && byte <= 0x5a) capitals += 1;
      word = Math.imul(word ^ (FOLD[byte] as number), FNV_PRIME);
      if (at - start < STEM_BYTES) stem = word;
      at += 1;
    }
    if (at - start > MAX_WORD_BYTES) continue;
    if (start - lastEnd > MAX_GAP_BYTES) [word1, word2, stem1] = [0, 0, 0];
    const base = count * FEATURES_PER_TOKEN;
    starts[count] = start;
    ends[count] = at;
    buckets[base] = bucket(word, 1);
    buckets[base + 1] = word1 === 0 ? -1 : bucket(mixed(word1, word), 2);
    buckets[base + 2] = word2 === 0 ? -1 : bucket(mixed(mixed(word2, word1), word), 3);
    buckets[base + 3] = word2 === 0 ? -1 : bucket(mixed(word2, word), 4);
    buckets[base + 4] = bucket(stem, 5);
    buckets[base + 5] = stem1 === 0 ? -1 : bucket(mixed(stem1, stem), 6);
    buckets[base + 6] = punctuation === 0 ? -1 : bucket(mixed(punctuation, word), 7);
    buckets[base + 7] = capitals > 2 && capitals === at - start ? bucket(stem, 8) : -1;
    count += 1;
    [word2, word1, stem1] = [word1, word, stem];
    lastEnd = at;
    punctuation = 0;
  }
  return { count, starts, ends, buckets };
}

const OTHER = 0;
const LETTER = 1;
const WIDE = 2;
const WIDE_BYTES = 3;
const NEWLINE = 1;

/** What each byte is: part of a word, the first of a character of the CJK planes, or neither. */
const KIND = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0xe3 && byte <= 0xed) return WIDE;
  return byte >= 0x80 || byte === 0x27 || /[0-9A-Za-z]/.test(String.fromCharCode(byte)) ? LETTER : OTHER;
});

/** Letters without case, all digits alike. */
const FOLD = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x41 && byte <= 0x5a) return byte + 0x20;
  return byte >= 0x30 && byte <= 0x39 ? 0x30 : byte;
});

const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

function mixed(left: number, right: number): number {
  return Math.imul(left ^ (right >>> 7), 0x9e3779b1) + right;
}

function bucket(hash: number, salt: number): number {
  let mix = Math.imul(hash ^ Math.imul(salt, 0x85ebca6b), 0xc2b2ae35);
  mix ^= mix >>> 15;
  mix = Math.imul(mix, 0x27d4eb2f);
  return (mix ^ (mix >>> 13)) >>> (32 - BUCKET_BITS);
}
