import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector, ScanText } from '../scan/detector.ts';
import { isMentioned, MENTION_REACH_BYTES } from './mention.ts';
import { THRESHOLDS } from './thresholds.ts';

/** A way of speaking that gives an attack away. */
export interface Phrase {
  /** How it begins, lower case; each begins a word. */
  readonly keywords: readonly string[];
  /** The whole phrase from its keyword on: see {@link phrasePattern}. */
  readonly pattern: RegExp;
  readonly confidence: number;
  /** What must end somewhere in the bytes just before it. */
  readonly after?: RegExp;
}

/** Everything that a phrase reads lies so near to its keyword. */
const REACH_BYTES = 512;

/** How far back a phrase looks for what leads to it. */
const BEFORE_BYTES = 72;

/** Detectors of one id: one for each phrase. */
export function phraseDetectors(id: string, phrases: readonly Phrase[]): readonly KeywordDetector[] {
  return phrases.map(({ keywords, pattern, confidence, after }) => ({
    how: 'keyword',
    id: detectorId(id),
    keywords,
    reachBytes: REACH_BYTES,
    matchAt(text, start) {
      if (confidence < THRESHOLDS[text.scene.source] || !beginsWord(text, start)) return null;
      const end = phraseEnd(pattern, text.latin1, start);
      if (end === null || isMentioned(text, start, Math.min(end, start + REACH_BYTES - MENTION_REACH_BYTES)))
        return null;
      if (after === undefined) return { start, end, confidence };
      const from = Math.max(0, start - BEFORE_BYTES);
      const before = text.latin1.slice(from, start).search(after);
      return before < 0 ? null : { start: from + before, end, confidence };
    },
  }));
}

/** Where the phrase that begins at `start` ends. A pattern keeps its place in a field, so it is set each time. */
export function phraseEnd(pattern: RegExp, latin1: string, start: number): number | null {
  pattern.lastIndex = start;
  return pattern.test(latin1) ? pattern.lastIndex : null;
}

/** Whether no letter or digit stands before `start`. */
export function beginsWord({ bytes }: Pick<ScanText, 'bytes'>, start: number): boolean {
  const before = start === 0 ? 0x20 : (bytes[start - 1] ?? 0x20);
  return !((before >= 0x30 && before <= 0x39) || ((before | 0x20) >= 0x61 && (before | 0x20) <= 0x7a));
}

/** What may stand between two words of a phrase: spaces, line ends, marks of emphasis, invisible characters. */
const GAP = '(?:[^0-9A-Za-z]{1,6})';
/** The same within one clause. */
const CLOSE_GAP = '(?:[^0-9A-Za-z.,;!?]{1,6})';
const WORD = '[0-9A-Za-z]{1,14}';

/**
 * A sticky pattern over bytes. In `source` a space stands for what may lie between two words, and `…4` for up to four
 * words that do not matter, each with the gap behind it. Words and gaps share no byte: there is one way to read a text.
 */
export function phrasePattern(source: string): RegExp {
  return new RegExp(spelled(source, WORD, GAP, CLOSE_GAP), 'iy');
}

/** The same for languages whose letters take several bytes: gaps are ASCII. */
export function foreignPattern(source: string): RegExp {
  return new RegExp(spelled(source, FOREIGN_WORD, FOREIGN_GAP, FOREIGN_CLOSE_GAP), 'iy');
}

const FOREIGN_GAP = '(?:[\\x00-\\x26\\x28-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7f]{1,6})';
/** The same within one clause. */
const FOREIGN_CLOSE_GAP =
  '(?:[\\x00-\\x20\\x22-\\x26\\x28-\\x2b\\x2d\\x2f\\x3c-\\x3e\\x40\\x5b-\\x60\\x7b-\\x7f]{1,6})';
const FOREIGN_WORD = "[0-9A-Za-z'\\x80-\\xff]{1,20}";

function spelled(source: string, word: string, gap: string, closeGap: string): string {
  return (
    source
      .replaceAll(/‥(\d)/g, (_, most: string) => `(?:${word}${closeGap}){0,${most}}?`)
      .replaceAll(/…(\d{1,2})/g, (_, most: string) => `(?:${word}${gap}){0,${most}}?`)
      .replaceAll('~', word)
      // `\\b` would take the underscore of an emphasis for a letter.
      .replaceAll('\\b', '(?![0-9A-Za-z])')
      .replaceAll(' ', gap)
  );
}
