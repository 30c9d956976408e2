import { detectorId } from '../../core/ids.ts';
import type { DetectorId } from '../../core/ids.ts';
import type { Detector, KeywordDetector, KindMatch, Match, PassDetector } from '../scan/detector.ts';
import { MAX_WORD_BYTES } from '../../core/company-lists.ts';
import type { WordList } from '../../core/company-lists.ts';

/** Someone wrote the word on a list: there is no doubt about what it is. */
const CONFIDENCE = 0.9;

/** Finds the words of a list: those with a part in ASCII through the keywords of all detectors, others in a pass. */
export function wordDetectors({ name, words }: WordList): readonly Detector[] {
  const id = detectorId(`company/${name}`);
  const byKeyword = new Map<string, Form[]>();
  const wide: Form[] = [];
  for (const form of new Set(words.flatMap(spellings))) {
    const { keyword, offset } = keywordOf(form);
    if (keyword === null) wide.push({ bytes: form, offset: 0 });
    else byKeyword.set(keyword, [...(byKeyword.get(keyword) ?? []), { bytes: form, offset }]);
  }
  return [...(byKeyword.size > 0 ? [keyed(id, byKeyword)] : []), ...(wide.length > 0 ? [passing(id, wide)] : [])];
}

/** One way in which a word is written. */
interface Form {
  /** Its UTF-8, a character for each byte; its ASCII letters in lower case. */
  readonly bytes: string;
  /** Where its keyword begins in it. */
  readonly offset: number;
}

/** In which cases a word is written. ASCII letters are compared in any case, so those of other alphabets count. */
function spellings(word: string): readonly string[] {
  const clean = word.normalize('NFC').trim();
  const capital = clean.slice(0, 1).toUpperCase() + clean.slice(1).toLowerCase();
  return [clean, clean.toLowerCase(), clean.toUpperCase(), capital].map((form) =>
    asciiLower(Buffer.from(form, 'utf8').toString('latin1')),
  );
}

const LEAST_KEYWORD_LENGTH = 3;

/** The longest run of ASCII in a form. */
function keywordOf(form: string): { readonly keyword: string | null; readonly offset: number } {
  const runs = [...form.matchAll(/[ -~]{3,}/g)].toSorted((a, b) => b[0].length - a[0].length);
  const longest = runs[0];
  if (longest === undefined || longest[0].trim().length < LEAST_KEYWORD_LENGTH) return { keyword: null, offset: 0 };
  return { keyword: longest[0], offset: longest.index };
}

function keyed(id: DetectorId, byKeyword: ReadonlyMap<string, readonly Form[]>): KeywordDetector {
  return {
    how: 'keyword',
    id,
    keywords: [...byKeyword.keys()],
    reachBytes: MAX_WORD_BYTES + 1,
    matchAt({ latin1 }, start, end) {
      let best: Match | null = null;
      for (const { bytes, offset } of byKeyword.get(asciiLower(latin1.slice(start, end))) ?? []) {
        const from = start - offset;
        const to = from + bytes.length;
        if (from < 0 || to > latin1.length || to - from <= (best === null ? 0 : best.end - best.start)) continue;
        if (asciiLower(latin1.slice(from, to)) === bytes && isWhole(latin1, from, to))
          best = { start: from, end: to, confidence: CONFIDENCE };
      }
      return best;
    },
  };
}

function passing(id: DetectorId, forms: readonly Form[]): PassDetector {
  return {
    how: 'pass',
    ids: [id],
    reachBytes: MAX_WORD_BYTES + 1,
    matches({ latin1 }) {
      const found: KindMatch[] = [];
      for (const { bytes } of forms)
        for (let at = latin1.indexOf(bytes); at >= 0; at = latin1.indexOf(bytes, at + 1))
          found.push({ id, start: at, end: at + bytes.length, confidence: CONFIDENCE });
      return found;
    },
  };
}

/**
 * Whether a place is a word of its own, or a part of a name: an underscore or a change from small letters to a capital
 * begins a part.
 */
function isWhole(latin1: string, from: number, to: number): boolean {
  return (
    isBoundary(latin1.charAt(from - 1), latin1.charAt(from)) && isBoundary(latin1.charAt(to - 1), latin1.charAt(to))
  );
}

function isBoundary(left: string, right: string): boolean {
  return !WORD.test(left) || !WORD.test(right) || (/[a-z0-9]/.test(left) && /[A-Z]/.test(right));
}

/** Letters and digits, and the bytes of all characters that are not ASCII. */
const WORD = /^[0-9A-Za-z\u0080-\u00ff]$/;

/** `toLowerCase` would change bytes that are parts of other characters. */
function asciiLower(latin1: string): string {
  return latin1.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
