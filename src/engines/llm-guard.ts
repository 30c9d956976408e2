import type { DetectionArea } from '../core/finding.ts';
import { engineDetectorId } from './engine-detector-id.ts';
import { isObject } from './read-json.ts';
import type { ServiceCall } from './service-engine.ts';
import { ENGINE_CONFIDENCE } from './span-findings.ts';

/** What scanners look for, by their names; all others judge what a text wants of a model. */
const AREAS: ReadonlyMap<string | null, DetectionArea> = new Map([
  ['Secrets', 'secret'],
  ['Anonymize', 'pii'],
  ['BanSubstrings', 'company'],
  ['BanCompetitors', 'company'],
  ['BanTopics', 'company'],
  ['Regex', 'company'],
] as const);

/**
 * LLM Guard's API. It says which scanners object to a text and not where, so each of their findings is the whole text.
 *
 * The service says itself whether the text is valid; scanners with a score above 0 are why.
 */
export const llmGuardCall: ServiceCall = {
  path: '/analyze/prompt',
  bodyOf: (text) => ({ prompt: text }),
  readAnswer: ({ text, bytes }, answer) => {
    if (!isObject(answer) || typeof answer['is_valid'] !== 'boolean' || !isObject(answer['scanners'])) return null;
    const scores = Object.entries(answer['scanners']);
    if (!scores.every(([, score]) => typeof score === 'number')) return null;
    if (answer['is_valid']) return [];
    const objecting = scores.filter(([, score]) => typeof score === 'number' && score > 0).map(([name]) => name);
    const names = objecting.length === 0 ? [null] : objecting;
    return names.map((name) => ({
      detectorId: engineDetectorId(AREAS.get(name) ?? 'injection', 'llm-guard', name, text),
      startByte: 0,
      endByte: bytes.length,
      confidence: ENGINE_CONFIDENCE,
    }));
  },
};
