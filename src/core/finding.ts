import type { DetectorId } from './ids.ts';

/** What detectors look for, by the first part of their ids. */
export const DETECTION_AREAS = ['secret', 'pii', 'injection', 'company'] as const;
export type DetectionArea = (typeof DETECTION_AREAS)[number];

/** Where a detector saw something, never what: a finding has no field for the text that it matched. */
export interface Finding {
  readonly detectorId: DetectorId;
  /** Half-open range in bytes of the scanned text, as UTF-8. */
  readonly startByte: number;
  readonly endByte: number;
  /** The same range in UTF-16 code units. */
  readonly startUtf16: number;
  readonly endUtf16: number;
  /** From 0 to 1; exactly 1 only if a checksum in the match was verified. */
  readonly confidence: number;
}
