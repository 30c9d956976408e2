import type { DetectorId } from '../../core/ids.ts';
import type { SourceKind } from '../../core/source-kind.ts';

export { SOURCE_KINDS } from '../../core/source-kind.ts';
export type { SourceKind } from '../../core/source-kind.ts';

/**
 * A text as detectors see it. Every character of `latin1` is one byte of the UTF-8 text, so that positions in both are
 * the same and regular expressions run over bytes.
 */
export interface ScanText {
  readonly bytes: Uint8Array;
  readonly latin1: string;
  /** Every byte is ASCII: what is not ASCII need not be looked for. */
  readonly isAscii: boolean;
  readonly scene: ScanScene;
}

/** What is known of a text beside its bytes. */
export interface ScanScene {
  /** Where the text comes from; untrusted sources are judged by lower thresholds. */
  readonly source: SourceKind;
  /** The file that it is, as far as one is known: `src/a.ts`. */
  readonly path: string | null;
}

/** A part of a text that a detector means. Half-open, in bytes; `start < end`. */
export interface Match {
  readonly start: number;
  readonly end: number;
  /** From 0 to 1; exactly 1 only if a checksum in the match was verified. */
  readonly confidence: number;
}

/**
 * Finds one kind of content around a keyword. The engine looks for the keywords of all detectors at once.
 *
 * `matchAt` is pure, takes time bounded by {@link reachBytes}, never throws, and gives the same answer whatever text
 * lies further away than that: streams are scanned through a window.
 */
export interface KeywordDetector {
  readonly how: 'keyword';
  /** Public and stable; policies and the log quote it. */
  readonly id: DetectorId;
  /** ASCII, lower case, each at least one byte. They are found in any ASCII case. */
  readonly keywords: readonly string[];
  /** Everything that `matchAt` reads and answers lies within so many bytes of the keyword, on either side. */
  readonly reachBytes: number;
  /** @param start where the keyword stands. @returns null where it is nothing. */
  matchAt(text: ScanText, start: number, end: number): Match | null;
}

/** A match of a detector that finds several kinds. */
export interface KindMatch extends Match {
  readonly id: DetectorId;
}

/**
 * Finds content that no keyword announces, in a pass of its own over the text.
 *
 * `matches` is pure, linear in the length of the text, never throws, and answers for a place by what lies within
 * {@link reachBytes} of it alone.
 */
export interface PassDetector {
  readonly how: 'pass';
  /** Every kind that it can find. */
  readonly ids: readonly DetectorId[];
  readonly reachBytes: number;
  /** In any order; matches may overlap. */
  matches(text: ScanText): readonly KindMatch[];
}

export type Detector = KeywordDetector | PassDetector;
