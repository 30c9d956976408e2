import { RE2JS } from 're2js';
import { detectorId } from '../../core/ids.ts';
import type { DetectorId } from '../../core/ids.ts';
import type { Detector, KindMatch } from '../scan/detector.ts';
import { MATCH_REACH_BYTES } from '../../core/company-lists.ts';
import type { CompanyPattern } from '../../core/company-lists.ts';
import { patternFacts } from '../../core/pattern-facts.ts';

const CONFIDENCE = 0.9;

/** Bytes of the longest character in UTF-8. */
const MAX_CHARACTER_BYTES = 4;

/**
 * Finds a company's pattern, in time linear in the text. One with a literal part is tried around that part alone;
 * others, whose matches must be bounded, in a pass over the text.
 */
export function patternDetector({ name, pattern }: CompanyPattern): Detector {
  const id = detectorId(`company/${name}`);
  const engine = RE2JS.compile(pattern);
  const { literals } = patternFacts(pattern);
  if (literals === null) return passing(id, engine);
  return {
    how: 'keyword',
    id,
    keywords: literals,
    reachBytes: MATCH_REACH_BYTES,
    matchAt({ bytes }, start, end) {
      const from = Math.max(0, start - MATCH_REACH_BYTES);
      const window = bytes.subarray(from, end + MATCH_REACH_BYTES);
      if (!engine.test(window)) return null;
      const matcher = engine.matcher(window);
      while (matcher.find()) {
        const match = { start: from + matcher.start(), end: from + matcher.end(), confidence: CONFIDENCE };
        if (match.start > start) return null;
        if (match.end >= end) return match;
      }
      return null;
    },
  };
}

function passing(id: DetectorId, engine: RE2JS): Detector {
  return {
    how: 'pass',
    ids: [id],
    // A match without loops reads no character more than there are instructions.
    reachBytes: MAX_CHARACTER_BYTES * engine.programSize(),
    matches({ bytes }) {
      const found: KindMatch[] = [];
      const matcher = engine.matcher(bytes);
      // From every place on, so that a match does not hang on where the one before it ended.
      for (let from = 0; from < bytes.length && matcher.find(from); from = matcher.start() + 1)
        found.push({ id, start: matcher.start(), end: matcher.end(), confidence: CONFIDENCE });
      return found;
    },
  };
}
