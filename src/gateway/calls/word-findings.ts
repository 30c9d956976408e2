import { areaOf } from '../../core/content-rules.ts';
import type { GatewayRules } from '../../core/gateway-rules.ts';
import type { DetectorId } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Refusal } from '../refusal.ts';
import type { WordArea, WordScanner } from './call-ports.ts';

/** What was found in the words of one reply, by detector, in the order in which each was first found. */
export interface WordFinding {
  readonly detectorId: DetectorId;
  readonly area: WordArea;
  readonly fate: 'alerted' | 'blocked';
  readonly count: number;
}

/** Counts what is found in the words of one reply. */
export interface WordFindings {
  /** @returns why the reply must not go on, or null. */
  add(found: readonly DetectorId[]): Refusal | null;
  all(): readonly WordFinding[];
}

export function wordFindings(replies: GatewayRules['replies']): WordFindings {
  const counts = new Map<DetectorId, WordFinding>();
  return {
    add: (found) => {
      let blocked: DetectorId | null = null;
      for (const detectorId of found) {
        const area = areaOf(detectorId);
        if (area !== 'secret' && area !== 'company') continue;
        const fate = replies[area] === 'block' ? 'blocked' : 'alerted';
        if (fate === 'blocked') blocked ??= detectorId;
        counts.set(detectorId, { detectorId, area, fate, count: (counts.get(detectorId)?.count ?? 0) + 1 });
      }
      return blocked === null ? null : refusalOf(blocked);
    },
    all: () => [...counts.values()],
  };
}

/** Whether a reply waits until it is certain what is in it. */
export function isHeldBack(replies: GatewayRules['replies'], { areas }: WordScanner): boolean {
  return areas.some((area) => replies[area] === 'block');
}

/** What the record of findings tells. */
export function findingFields(findings: readonly WordFinding[], requestIndex: number): JsonObject {
  return {
    event: 'reply-finding',
    requestIndex,
    findings: findings.map(({ detectorId, fate, count }) => ({ detectorId, fate, count })),
  };
}

function refusalOf(detectorId: DetectorId): Refusal {
  const what = areaOf(detectorId) === 'secret' ? 'a credential' : "the company's own words";
  return {
    why: 'reply-blocked',
    message: `Sallyport cut this answer: the model's words hold ${what} (${detectorId}), which the policy lets no answer hold.`,
  };
}
