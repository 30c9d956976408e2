import { areaOf } from '../../core/content-rules.ts';
import type { ContentAction, ContentRules } from '../../core/content-rules.ts';
import type { DetectorId } from '../../core/ids.ts';
import type { EngineReport, Inspection, PassingText } from '../../core/inspection.ts';
import type { MaskFinding } from '../../mask/index.ts';
import { isClientOwn } from './client-lines.ts';
import { seamBefore } from './seam.ts';
import type { SeamKind, SeamTails } from './seam.ts';

/** What was seen in one text, and what the policy says of it. */
export interface LeafReading {
  /** Places to write anew. */
  readonly places: readonly MaskFinding[];
  /** How much of the end of the text in front is part of what was torn apart, line breaks there left out. */
  readonly tornTail: { readonly length: number; readonly finding: MaskFinding } | null;
  /** What the policy does not let go up at all. */
  readonly blocked: readonly DetectorId[];
  readonly alerts: readonly DetectorId[];
  readonly injections: readonly DetectorId[];
  readonly engines: readonly EngineReport[];
}

/** A text that could not be looked at: its reason, in fixed words. */
export interface Unchecked {
  readonly reason: string;
}

export type Inspect = (text: PassingText) => Promise<Inspection | null>;

const NOTHING: LeafReading = { places: [], tornTail: null, blocked: [], alerts: [], injections: [], engines: [] };

/** What stands in front of a text, if something may have been torn apart there. */
export interface Before {
  readonly tails: SeamTails;
  readonly kind: SeamKind;
}

/**
 * Looks at a text, and at what stands where it meets the one before. Never rejects: what fails is unchecked.
 *
 * @param isOwn whether the model wrote it: it has what it holds already, so nothing of that blocks.
 */
export async function inspectLeaf(
  inspect: Inspect,
  text: PassingText,
  before: Before | null,
  isOwn: boolean,
): Promise<LeafReading | Unchecked> {
  try {
    const inspection = await inspect({ ...text, isPatient: true });
    if (inspection === null) return NOTHING;
    if (inspection.missing !== null) return { reason: 'an engine gave no answer' };
    const findings = inspection.findings.filter(
      ({ startUtf16, endUtf16 }) => !isClientOwn(text.text, startUtf16, endUtf16),
    );
    const whole = readingOf({ ...inspection, findings }, isOwn);
    const seam = before === null ? null : seamBefore(before.tails, before.kind, text.text);
    if (seam === null) return whole;
    const torn = await inspect({ ...text, text: seam.text, isAskedOutside: false, isPatient: true });
    if (torn === null) return whole;
    const across = torn.findings.filter(
      ({ detectorId, startUtf16, endUtf16 }) =>
        areaOf(detectorId) === 'secret' && startUtf16 < seam.at && seam.at < endUtf16,
    );
    if (across.length === 0) return whole;
    const moved = across.map((finding) => ({
      ...finding,
      startUtf16: seam.lead,
      endUtf16: finding.endUtf16 - seam.at + seam.lead,
    }));
    const more = readingOf({ ...torn, findings: moved }, isOwn);
    const first = across.reduce((a, b) => (a.startUtf16 <= b.startUtf16 ? a : b));
    const [place] = more.places;
    return {
      ...whole,
      places: [...whole.places, ...more.places],
      tornTail: place === undefined ? null : { length: seam.at - first.startUtf16, finding: place },
      blocked: [...whole.blocked, ...more.blocked],
      alerts: [...whole.alerts, ...more.alerts],
    };
  } catch {
    return { reason: 'looking at it failed' };
  }
}

function readingOf({ rules, findings, engines }: Inspection, isOwn: boolean): LeafReading {
  if (findings.length === 0) return engines.length === 0 ? NOTHING : { ...NOTHING, engines };
  const places: MaskFinding[] = [];
  const [blocked, alerts, injections]: [DetectorId[], DetectorId[], DetectorId[]] = [[], [], []];
  for (const { detectorId, startUtf16, endUtf16 } of findings) {
    const area = areaOf(detectorId);
    if (area === 'injection') {
      injections.push(detectorId);
      continue;
    }
    const action = area === null ? null : actionFor(rules, area);
    if (action === 'alert') alerts.push(detectorId);
    if (action === null || action === 'allow' || action === 'alert') continue;
    if (action === 'block' && !isOwn) blocked.push(detectorId);
    places.push({
      detectorId,
      startUtf16,
      endUtf16,
      action: action === 'redact' || (action === 'block' && !isOwn) ? 'redact' : 'mask',
    });
  }
  return { places, tornTail: null, blocked, alerts, injections, engines };
}

function actionFor(rules: ContentRules, area: 'secret' | 'pii' | 'company'): ContentAction | null {
  return rules[area];
}
