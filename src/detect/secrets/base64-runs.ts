import { BASE64_MARK, isAlphanumeric, kindAt } from './character-kind.ts';
import { entropyBits, surpriseBits } from './randomness.ts';

/** Regular expression of a sequence of ECMA-48 that sets colours or clears to the end of a line. */
export const COLOUR_SHAPE = String.raw`${'\x1b'}\[[0-9;]{0,12}[A-Za-z]`;

/** A stretch of base64 in a text. Half-open, in bytes. */
export interface Base64Run {
  readonly start: number;
  readonly end: number;
  /** Characters of base64 in it: escapes take more bytes than they mean. */
  readonly length: number;
}

/**
 * The first run of at least `least` characters that begins in a part of a text, as far as it lies in it; null for none.
 * Signs of base64 that are escaped belong to it: `\/`, `\u002b`, `%2B`. Colours and escaped line ends do not.
 */
export function nextRun(latin1: string, from: number, to: number, least: number): Base64Run | null {
  let [start, length] = [from, 0];
  for (let at = from; at < to;) {
    const step = stepAt(latin1, at);
    if (step > 0) {
      if (length === 0) start = at;
      length += 1;
      at += step;
      continue;
    }
    if (length >= least) return { start, end: at, length };
    length = 0;
    at -= step;
  }
  return length >= least && length > 0 ? { start, end: to, length } : null;
}

/** All runs of at least `least` characters in a part of a text. */
export function runsBetween(latin1: string, from: number, to: number, least: number): readonly Base64Run[] {
  const runs: Base64Run[] = [];
  for (let run = nextRun(latin1, from, to, least); run !== null; run = nextRun(latin1, run.end, to, least))
    runs.push(run);
  return runs;
}

/** Whether a run was drawn by chance, as the lines of a key are: words, paths and digits alone are not. */
export function isDrawnRun(latin1: string, { start, end, length }: Base64Run): boolean {
  if (length < SHORTEST_DRAWN) return false;
  const text = latin1.slice(start, Math.min(end, start + 200));
  if (!/[A-Z]/.test(text) || !/[a-z]/.test(text) || !/\d/.test(text)) return false;
  return entropyBits(text) >= Math.min(4.2, 0.78 * Math.log2(text.length)) && surpriseBits(text) >= DRAWN_BITS;
}

const SHORTEST_DRAWN = 20;
const DRAWN_BITS = 4.7;

const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const PERCENT = 0x25;
const ESCAPE = 0x1b;
const ESCAPED_SIGN = /u00(?:2b|2f|3d)/iy;
const ESCAPED_OTHER = /u[0-9a-f]{4}|x[0-9a-f]{2}|[nrt]/iy;
const PERCENT_SIGN = /%2b|%2f|%3d/iy;
const PERCENT_OTHER = /%[0-9a-f]{2}/iy;
const COLOUR = new RegExp(COLOUR_SHAPE, 'y');

/** Bytes that a character of base64 takes at a place; negative for so many bytes of something else. */
function stepAt(latin1: string, at: number): number {
  const kind = kindAt(latin1, at);
  if (isAlphanumeric(kind) || (kind & BASE64_MARK) !== 0) return 1;
  switch (latin1.charCodeAt(at)) {
    case BACKSLASH:
      if (latin1.charCodeAt(at + 1) === SLASH) return 2;
      // Escapes of escapes: their letters are read behind the last backslash.
      return signBytes(latin1, at + 1) || -1 - bytesOf(ESCAPED_OTHER, latin1, at + 1);
    case PERCENT:
      return bytesOf(PERCENT_SIGN, latin1, at) || -Math.max(1, bytesOf(PERCENT_OTHER, latin1, at));
    case ESCAPE:
      return -Math.max(1, bytesOf(COLOUR, latin1, at));
    default:
      return -1;
  }
}

/** Of an escaped sign of base64, its backslash included; 0 where none stands. */
function signBytes(latin1: string, at: number): number {
  const bytes = bytesOf(ESCAPED_SIGN, latin1, at);
  return bytes === 0 ? 0 : bytes + 1;
}

function bytesOf(pattern: RegExp, latin1: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(latin1)?.[0].length ?? 0;
}
