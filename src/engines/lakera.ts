import type { DetectionArea } from '../core/finding.ts';
import { engineDetectorId } from './engine-detector-id.ts';
import { isObject, objectList } from './read-json.ts';
import type { JsonObject } from './read-json.ts';
import type { ServiceCall } from './service-engine.ts';
import { ENGINE_CONFIDENCE } from './span-findings.ts';

/** Levels of medium and above: confident, very likely, likely. Less likely and unlikely are below. */
const COUNTING_LEVEL = /^l[123](?:_|$)/i;

/**
 * Lakera Guard, version 2. A detector counts where it says that it detected something, and where it states a level of
 * medium or above even if the policy over there is milder. Where the service flags a text and names no detector, the
 * flag counts. Findings are the whole text.
 */
export const lakeraCall: ServiceCall = {
  path: '/v2/guard',
  bodyOf: (text) => ({ messages: [{ role: 'user', content: text }], breakdown: true }),
  readAnswer: ({ text, bytes }, answer) => {
    if (!isObject(answer) || typeof answer['flagged'] !== 'boolean') return null;
    const breakdown = answer['breakdown'] === undefined ? [] : objectList(answer['breakdown']);
    if (breakdown === null) return null;
    const types: (string | null)[] = [];
    for (const entry of breakdown) {
      const { detector_type: type, detected } = entry;
      if (typeof type !== 'string' || typeof detected !== 'boolean') return null;
      if (detected || isMediumOrAbove(entry)) types.push(type);
    }
    if (answer['flagged'] && types.length === 0) types.push(null);
    return types.map((type) => ({
      detectorId: engineDetectorId(areaOfDetector(type), 'lakera', type, text),
      startByte: 0,
      endByte: bytes.length,
      confidence: ENGINE_CONFIDENCE,
    }));
  },
};

function isMediumOrAbove(entry: JsonObject): boolean {
  return [entry['confidence'], entry['result']].some(
    (level) => typeof level === 'string' && COUNTING_LEVEL.test(level),
  );
}

function areaOfDetector(type: string | null): DetectionArea {
  if (type?.startsWith('pii') === true) return 'pii';
  return type?.startsWith('custom') === true || type?.includes('moderat') === true ? 'company' : 'injection';
}
