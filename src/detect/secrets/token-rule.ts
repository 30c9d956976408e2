import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector, Match, ScanText } from '../scan/detector.ts';
import { isAlphanumeric, kindAt } from './character-kind.ts';
import { isMadeUp } from './placeholder.ts';
import { entropyBits, surpriseBits } from './randomness.ts';
import { stitched } from './stitched.ts';

/** A secret that is known by its own shape: what a provider documents of its tokens. */
export interface TokenRule {
  /** What follows `secret/` in the id. */
  readonly id: string;
  /** Fixed parts of the token, one of which stands in it. They are found in any case; the shape tells cases apart. */
  readonly keywords: readonly string[];
  /** Regular expression of the token from the keyword on. */
  readonly shape: string;
  /** Regular expression of what stands in front of the keyword and belongs to the token, at most 40 bytes. */
  readonly lead?: string;
  /** Longest token in bytes from the keyword on. */
  readonly maxBytes?: number;
  /** Least entropy of what follows the keyword, in bits for each character. */
  readonly minBits?: number;
  /** True for tokens whose characters are drawn from the rest of a sentence, such as a URL. */
  readonly readable?: boolean;
  /** One of these words must stand within {@link NEAR_BYTES} before the token. */
  readonly near?: RegExp;
  /** What the token says of itself. */
  readonly check?: (token: string) => TokenCheck;
  readonly confidence?: number;
}

/** `verified` by a checksum; `refuted` where the structure cannot be a token's. */
export type TokenCheck = 'verified' | 'plausible' | 'refuted';

/** The detector of a rule. A token may be cut into string literals that are joined. */
export function tokenDetector(rule: TokenRule): KeywordDetector {
  const pattern = new RegExp(`(?:${rule.shape})(?![A-Za-z0-9]|\\.(?:png|jpe?g|svg|gif|webp|ico|css|js|html?)\\b)`, 'y');
  const lead = rule.lead === undefined ? null : new RegExp(`(?:${rule.lead})$`);
  const maxBytes = rule.maxBytes ?? DEFAULT_TOKEN_BYTES;
  return {
    how: 'keyword',
    id: detectorId(`secret/${rule.id}`),
    keywords: rule.keywords,
    // Quotes, signs and indentation between joined literals take up to as much again.
    reachBytes: 2 * maxBytes + NEAR_BYTES + JOIN_BYTES,
    matchAt(text, start, end) {
      const from = lead === null ? start : leadStart(text.latin1, start, lead);
      if (from === null || !beginsToken(text.latin1, from)) return null;
      if (rule.near !== undefined && !rule.near.test(text.latin1.slice(Math.max(0, from - NEAR_BYTES), from)))
        return null;
      const to = wholeEnd(text, pattern, start) ?? stitchedEnd(text, pattern, start, maxBytes);
      if (to === null) return null;
      return judged(rule, to.token, end - start, text.latin1.slice(from, start), { start: from, end: to.end });
    },
  };
}

/** Longest token of a rule that says nothing of it. */
export const DEFAULT_TOKEN_BYTES = 200;
/** How far before a token its context is looked for. */
const NEAR_BYTES = 100;
/** Longest join of two literals, which is read beyond the last character. */
const JOIN_BYTES = 200;
const MAX_LEAD_BYTES = 40;

interface TokenEnd {
  readonly token: string;
  readonly end: number;
}

function leadStart(latin1: string, start: number, lead: RegExp): number | null {
  const found = lead.exec(latin1.slice(Math.max(0, start - MAX_LEAD_BYTES), start));
  return found === null ? null : start - found[0].length;
}

/** A letter or a digit in front makes it a part of something else, unless they belong to an escape: `\n`, `%3D`. */
function beginsToken(latin1: string, from: number): boolean {
  if (!isAlphanumeric(kindAt(latin1, from - 1))) return true;
  return latin1.charAt(from - 2) === '\\' || latin1.charAt(from - 3) === '%';
}

function wholeEnd({ latin1 }: ScanText, pattern: RegExp, start: number): TokenEnd | null {
  pattern.lastIndex = start;
  const found = pattern.exec(latin1);
  return found === null ? null : { token: found[0], end: start + found[0].length };
}

function stitchedEnd({ latin1 }: ScanText, pattern: RegExp, start: number, maxBytes: number): TokenEnd | null {
  const whole = stitched(latin1, start, 2 * maxBytes);
  if (whole === null) return null;
  pattern.lastIndex = 0;
  const found = pattern.exec(whole.text);
  return found === null ? null : { token: found[0], end: (whole.places[found[0].length - 1] ?? start) + 1 };
}

function judged(
  rule: TokenRule,
  token: string,
  keywordLength: number,
  lead: string,
  place: { readonly start: number; readonly end: number },
): Match | null {
  const body = `${lead}${token.slice(keywordLength)}`;
  if (isMadeUp(body)) return null;
  const check = rule.check?.(`${lead}${token}`) ?? 'plausible';
  if (check === 'refuted') return null;
  if (check === 'verified') return { ...place, confidence: 1 };
  if (entropyBits(body) < Math.min(rule.minBits ?? 3, 0.7 * Math.log2(body.length))) return null;
  if (rule.readable !== true && surpriseBits(body) < (/\d/.test(body) ? READABLE_BITS : WORDS_BITS)) return null;
  return { ...place, confidence: rule.confidence ?? 0.9 };
}

/** Below these a token is made of words: `sk_test_my_very_secret_key`. */
const READABLE_BITS = 4;
const WORDS_BITS = 4.8;
