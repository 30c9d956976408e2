import { isJsonObject, stringField } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';

/**
 * How one guard fared with one request or reply. `ran` is said only of what looked at all that it had to; `skipped` and
 * `failed` say why in fixed words.
 */
export type GuardState =
  | { readonly state: 'ran'; readonly findings: number }
  | { readonly state: 'skipped'; readonly reason: string }
  | { readonly state: 'failed'; readonly reason: string; readonly findings: number };

/**
 * The guards of a request, for its record.
 *
 * @param report what the masker tells of the request.
 * @param inspects whether the policy in force has anything looked at.
 */
export function requestGuards(report: JsonObject, inspects: boolean): JsonObject {
  return {
    detectors: { ...detectorState(report, inspects) },
    engines: enginesIn(report).map((engine) => ({
      name: stringField(engine, 'engine') ?? 'unnamed',
      ...engineState(engine),
    })),
    opaque: { ...opaqueState(report) },
  };
}

/** What is known of the guards of one reply. */
export interface ReplyLook {
  /** Whether the reply is a model's, and all that came of it was looked at. */
  readonly isLookedAt: boolean;
  /** The areas whose findings are looked for in its words; null where the policy has nothing looked for. */
  readonly areas: readonly string[] | null;
  readonly wordFindings: number;
  /** Calls that were decided on, and those of them that were held back. */
  readonly calls: { readonly decided: number; readonly refused: number };
}

/** The guards of a reply, for its record. */
export function replyGuards({ isLookedAt, areas, wordFindings, calls }: ReplyLook): JsonObject {
  if (!isLookedAt) return { words: { ...NO_REPLY }, calls: { ...NO_REPLY } };
  return {
    words:
      areas === null || areas.length === 0
        ? { state: 'skipped', reason: 'policy' }
        : { state: 'ran', findings: wordFindings, areas: [...areas] },
    calls:
      calls.decided === 0
        ? { state: 'skipped', reason: 'no-calls' }
        : { state: 'ran', findings: calls.refused, decided: calls.decided },
  };
}

const NO_REPLY: GuardState = { state: 'skipped', reason: 'no-model-reply' };

function detectorState(report: JsonObject, inspects: boolean): GuardState {
  const [masked, redacted, alerts, injections] = ['masked', 'redacted', 'alerts', 'injections'].map((group) =>
    sumOf(report[group]),
  );
  const findings = (masked ?? 0) + (redacted ?? 0) + (alerts ?? 0) + (injections ?? 0);
  const unchecked = isJsonObject(report['unchecked']) ? Object.keys(report['unchecked']).sort() : [];
  if (unchecked.length > 0) return { state: 'failed', reason: unchecked.join('; '), findings };
  if (!inspects) return { state: 'skipped', reason: 'policy' };
  const texts = isJsonObject(report['texts']) ? report['texts'] : {};
  const looked = countOf(texts['looked'] ?? texts['new']) + countOf(texts['rewritten']);
  return looked === 0 ? { state: 'skipped', reason: 'nothing-new' } : { state: 'ran', findings };
}

function engineState(engine: JsonObject): GuardState {
  const reason = stringField(engine, 'reason') ?? 'no-reason-given';
  const findings = countOf(engine['findings']);
  switch (stringField(engine, 'outcome')) {
    case 'ran':
      return { state: 'ran', findings };
    case 'skipped':
      return { state: 'skipped', reason };
    case null:
    default:
      return { state: 'failed', reason, findings };
  }
}

/** What was done with a block of which nobody read the text. */
const UNSEEN = /: (?:allowed|sent again)$/;

/** Content that went up unseen, because the policy allows it or the developer sent it again, was not looked at. */
function opaqueState(report: JsonObject): GuardState {
  const blocks = isJsonObject(report['opaque']) ? Object.entries(report['opaque']) : [];
  if (blocks.length === 0) return { state: 'skipped', reason: 'nothing-new' };
  const unseen = blocks.flatMap(([deed]) => (UNSEEN.test(deed) ? [deed] : [])).sort();
  if (unseen.length > 0) return { state: 'skipped', reason: unseen.join('; ') };
  return { state: 'ran', findings: blocks.reduce((sum, [, count]) => sum + countOf(count), 0) };
}

function enginesIn(report: JsonObject): readonly JsonObject[] {
  const engines: readonly Json[] = Array.isArray(report['engines']) ? report['engines'] : [];
  return engines.filter(isJsonObject);
}

function sumOf(group: Json | undefined): number {
  return isJsonObject(group) ? Object.values(group).reduce<number>((sum, count) => sum + countOf(count), 0) : 0;
}

function countOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
