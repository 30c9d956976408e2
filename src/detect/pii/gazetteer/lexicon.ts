/** What lists say of a word, as bits. */
export const GIVEN = 1;
export const SURNAME = 2;
export const PLACE = 4;
export const COMMON = 8;
export const NEVER = 16;
export const ORGANISATION = 32;

/** Words with what lists say of them. Built at the first question, in a few milliseconds, and kept. */
export interface Lexicon {
  /** The bits of a folded word or of several with one space between them; 0 for one that no list has. */
  of(word: string): number;
  /** The same for a word of ASCII letters in any case, as bytes. */
  ofBytes(bytes: Uint8Array, start: number, end: number): number;
}

/** A list of words, in a string each with a comma behind it and line feeds where one likes, and the bit that it gives them. */
export interface LexiconList {
  readonly words: Iterable<string> | string;
  readonly bit: number;
}

/**
 * Words are kept as hashes of 32 bits: of all the words that lists do not have, one in fifty thousand is taken for one
 * that they have, which a detector by lists can bear.
 */
export function lexicon(lists: () => readonly LexiconList[]): Lexicon {
  let table: Table | null = null;
  const built = (): Table => (table ??= tableOf(lists()));
  return {
    of: (word) => bitsOf(built(), hashOf(word)),
    ofBytes(bytes, start, end) {
      let hash = SEED;
      for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ ((bytes[at] as number) | CASE), PRIME);
      return bitsOf(built(), hash);
    },
  };
}

interface Table {
  readonly hashes: Int32Array;
  readonly bits: Uint8Array;
}

/** A power of two, at least twice the number of words. */
const SLOTS = 1 << 18;
const SEED = 0x811c9dc5 | 0;
const PRIME = 0x01000193;
/** Makes a capital letter of ASCII a small one. */
const CASE = 0x20;
const LINE_FEED = 0x0a;
const COMMA = 0x2c;

function tableOf(lists: readonly LexiconList[]): Table {
  const table = { hashes: new Int32Array(SLOTS), bits: new Uint8Array(SLOTS) };
  for (const { words, bit } of lists) {
    if (typeof words !== 'string') {
      for (const word of words) add(table, hashOf(word), bit);
      continue;
    }
    let hash = SEED;
    for (let at = 0; at < words.length; at += 1) {
      const code = words.charCodeAt(at);
      if (code !== LINE_FEED && code !== COMMA) hash = Math.imul(hash ^ code, PRIME);
      else {
        if (hash !== SEED) add(table, hash, bit);
        hash = SEED;
      }
    }
  }
  return table;
}

function hashOf(word: string): number {
  let hash = SEED;
  for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), PRIME);
  return hash;
}

function add({ hashes, bits }: Table, hash: number, bit: number): void {
  let slot = slotOf(hash);
  while (bits[slot] !== 0 && hashes[slot] !== hash) slot = (slot + 1) & (SLOTS - 1);
  hashes[slot] = hash;
  bits[slot] = (bits[slot] as number) | bit;
}

function bitsOf({ hashes, bits }: Table, hash: number): number {
  let slot = slotOf(hash);
  while (bits[slot] !== 0) {
    if (hashes[slot] === hash) return bits[slot] as number;
    slot = (slot + 1) & (SLOTS - 1);
  }
  return 0;
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
