import { DIGIT, HEX_LETTER, LOWER, UPPER, isLetter, kindAt } from './character-kind.ts';

/** Shannon entropy of the characters of a text, in bits for each; 0 for an empty one. */
export function entropyBits(text: string): number {
  const counts = new Map<number, number>();
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/**
 * Whether a text was made by a machine that draws characters, rather than by people from words: an identifier, a path or
 * a sentence is not, a key is. Texts of under {@link SHORTEST_RANDOM} characters say too little and are not.
 */
export function isRandom(text: string): boolean {
  if (text.length < SHORTEST_RANDOM) return false;
  const digits = countOf(text, DIGIT);
  if (digits === text.length) return false;
  if (digits + countOf(text, HEX_LETTER) === text.length) return isRandomHex(text, digits);
  // Random text repeats few characters: its entropy nears the logarithm of its length as far as the alphabet allows.
  if (entropyBits(text) < Math.min(3.7, 0.78 * Math.log2(text.length))) return false;
  return surpriseBits(text) >= (digits === 0 ? LETTERS_SURPRISE_BITS : RANDOM_SURPRISE_BITS);
}

/** Random as well, in a shape of its own. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** How surprising each letter is after the one before it, to a reader of English and of code, in bits. */
export function surpriseBits(text: string): number {
  let bits = 0;
  let pairs = 0;
  for (let at = 1; at < text.length; at += 1) {
    const cost = pairBits(text, at);
    if (cost === 0) continue;
    bits += cost;
    pairs += 1;
  }
  return pairs === 0 ? 0 : bits / pairs;
}

const UUID = /^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/i;
/** Eleven characters of 62 hold 65 bits; fewer are within what people make up and what identifiers hold by chance. */
const SHORTEST_RANDOM = 11;
const RANDOM_SURPRISE_BITS = 5;
/** Without a digit, an unusual word or an abbreviation comes near to a random text. */
const LETTERS_SURPRISE_BITS = 5.6;

function isRandomHex(text: string, digits: number): boolean {
  return text.length >= 16 && digits >= text.length / 4 && digits < text.length * 0.9 && entropyBits(text) >= 2.9;
}

function countOf(text: string, kinds: number): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) if ((kindAt(text, at) & kinds) !== 0) count += 1;
  return count;
}

function pairBits(text: string, at: number): number {
  const [before, here] = [kindAt(text, at - 1), kindAt(text, at)];
  if ((before & DIGIT) !== 0 && (here & DIGIT) !== 0) return DIGITS_BITS;
  if (isLetter(before) && isLetter(here)) {
    // A capital after a small letter begins a word, and so do two capitals before a small one.
    if ((before & LOWER) !== 0 && (here & UPPER) !== 0) return WORD_START_BITS;
    return letterBits(text.charCodeAt(at - 1) | 0x20, text.charCodeAt(at) | 0x20);
  }
  return (before & DIGIT) !== 0
    ? isLetter(here)
      ? MIXED_BITS
      : 0
    : isLetter(before) && (here & DIGIT) !== 0
      ? MIXED_BITS
      : 0;
}

/** Ten digits are log2(10) bits. */
const DIGITS_BITS = 3.3;
const WORD_START_BITS = 5;
const MIXED_BITS = 6.5;

function letterBits(before: number, here: number): number {
  return LETTER_PAIR_BITS.charCodeAt((before - 0x61) * 26 + here - 0x61) - 0x30;
}

/**
 * For each letter of a row and each letter after it: how rare the pair is after the first, in bits, at most 9. Counted
 * in 67,000 words, each at most twenty times, of the documentation and the type declarations of npm packages.
 */
const LETTER_PAIR_BITS =
  '84448759597353959342667869' +
  '37573899369279389446399968' +
  '38583993594489289463599979' +
  '47751888299587479549489979' +
  '57436668799553857234867579' +
  '38673499299497399465499949' +
  '48892954399553479447479978' +
  '29992999398767399475599969' +
  '56455559998442369543959795' +
  '39982998499989399829395999' +
  '48771687288695569737697969' +
  '37852789299399379955579949' +
  '25972999389758439959599989' +
  '48433638496776579833669979' +
  '66558669696442559345455889' +
  '39873986498378349354599989' +
  '88996999799498889798099998' +
  '37552769396756479544568959' +
  '59492794396677448842498969' +
  '49682894299699489345598959' +
  '54464659499443749343899899' +
  '39891989399998499979899999' +
  '29983973399693399347996999' +
  '49393796399669529982999569' +
  '45574779399443439635786976' +
  '28781996399699489969898954';
