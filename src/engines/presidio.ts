import { codePointPlaces } from './code-point-places.ts';
import { engineDetectorId } from './engine-detector-id.ts';
import { objectList } from './read-json.ts';
import type { ServiceCall } from './service-engine.ts';

/** Scores below this are hints of the recognisers, such as any number of nine digits. */
const PRESIDIO_THRESHOLD = 0.5;
/** The analyzer takes one language at a time; patterns hold in all. */
const LANGUAGE = 'en';

/** Presidio's analyzer: personal data with their places. */
export const presidioCall: ServiceCall = {
  path: '/analyze',
  bodyOf: (text) => ({ text, language: LANGUAGE, score_threshold: PRESIDIO_THRESHOLD }),
  readAnswer: ({ text }, answer) => {
    const entries = objectList(answer);
    if (entries === null) return null;
    const results = entries.flatMap(({ entity_type: type, start, end, score }) =>
      typeof type === 'string' && typeof start === 'number' && typeof end === 'number' && typeof score === 'number'
        ? [{ type, start, end, score }]
        : [],
    );
    if (results.length !== entries.length) return null;
    const places = codePointPlaces(
      text,
      results.flatMap(({ start, end }) => [start, end]),
    );
    return results
      .filter(({ score }) => score >= PRESIDIO_THRESHOLD)
      .map(({ type, start, end, score }) => ({
        detectorId: engineDetectorId('pii', 'presidio', type, text),
        startByte: places.get(start) ?? -1,
        endByte: places.get(end) ?? -1,
        // 1 is kept for checksums that were verified here.
        confidence: Math.min(score, 0.99),
      }));
  },
};
