import { areaOf } from '../core/content-rules.ts';
import type { ContentAction, ContentRules } from '../core/content-rules.ts';
import type { Finding } from '../core/finding.ts';
import { ruleId } from '../core/ids.ts';
import type { DetectorId, RuleId } from '../core/ids.ts';
import type { Inspection } from '../core/inspection.ts';
import type { TextSpan } from './json-text.ts';

/** Why a text goes no further. */
export interface ContentDenial {
  readonly ruleId: RuleId;
  readonly reason: string;
}

const RULES: Readonly<Record<'secret' | 'pii' | 'company' | 'injection', RuleId>> = {
  secret: ruleId('dlp/secret'),
  pii: ruleId('dlp/personal'),
  company: ruleId('dlp/company'),
  injection: ruleId('injection/finding'),
};
const UNCHECKED = ruleId('dlp/unchecked');

/** Most detectors that one sentence names. */
const MAX_NAMED = 5;

const NOUNS = {
  secret: 'a credential',
  pii: 'data about people',
  company: "the company's own words",
  injection: 'what looks like instructions to the agent from someone else',
} as const;

/** What is done with each finding, in the order of the text; those that the policy says nothing of are left out. */
interface Treated {
  readonly finding: Finding;
  readonly area: keyof typeof RULES;
  readonly action: ContentAction | 'ask' | 'deny';
}

/**
 * The denial of a prompt; null where it may go on. A prompt cannot be changed on its way (measured), so it is refused; what
 * is to be masked goes on, for the gateway masks it in front of the model.
 */
export function promptDenial(inspection: Inspection, text: string): ContentDenial | null {
  const { rules, findings } = inspection;
  const stopped = treated(rules, findings).filter(({ action }) => STOPPING.has(action));
  const [first] = stopped;
  if (first === undefined) return uncheckedIn(inspection);
  const { line, column } = placeIn(text, first.finding.startUtf16);
  const place = `line ${line}, column ${column}`;
  return {
    ruleId: RULES[first.area],
    reason: `It holds ${NOUNS[first.area]} at ${place} (${named(stopped)}). Take it out; where it may be sent, the owner of the policy can allow it.`,
  };
}

const STOPPING: ReadonlySet<Treated['action']> = new Set(['redact', 'block', 'deny']);

/**
 * The denial of a call whose input holds what should not go on; null where it may.
 *
 * @param staysHere whether nothing can leave the machine by the call; asked only where it matters.
 */
export function inputDenial(inspection: Inspection, staysHere: () => boolean): ContentDenial | null {
  const { rules, findings } = inspection;
  // What the agent writes itself is no instruction of someone else.
  const found = treated(rules, findings).filter(({ area }) => area !== 'injection');
  const blocked = found.filter(({ action }) => action === 'block');
  const held = found.filter(({ action }) => action === 'mask' || action === 'redact');
  const stopped = blocked.length > 0 ? blocked : held.length > 0 && !staysHere() ? held : [];
  const [first] = stopped;
  if (first === undefined) return uncheckedIn(inspection);
  const why = blocked.length > 0 ? '' : ', and it may leave the machine by it';
  return {
    ruleId: RULES[first.area],
    reason: `The input of this call holds ${NOUNS[first.area]} (${named(stopped)})${why}.`,
  };
}

/** What is done with a result before the model sees it. What is to be masked stays: the gateway masks it. */
export type ResultTreatment =
  | { readonly kind: 'as-is' }
  | { readonly kind: 'redacted'; readonly spans: readonly TextSpan[]; readonly denial: ContentDenial }
  | { readonly kind: 'held-back'; readonly denial: ContentDenial };

/** @param acrossParts findings that no part holds alone: they cannot be taken out of one. */
export function resultTreatment(inspection: Inspection, acrossParts: readonly Finding[]): ResultTreatment {
  const { rules, findings } = inspection;
  const across = treated(rules, acrossParts).filter(({ action }) => STOPPING.has(action));
  const [torn] = across;
  if (torn !== undefined) {
    const reason = `Its parts together hold ${NOUNS[torn.area]} (${named(across)}).`;
    return { kind: 'held-back', denial: { ruleId: RULES[torn.area], reason } };
  }
  const found = treated(rules, findings);
  const blocked = found.filter(({ action }) => action === 'block' || action === 'deny');
  const [first] = blocked;
  if (first !== undefined) {
    const reason = `It holds ${NOUNS[first.area]} (${named(blocked)}).`;
    return { kind: 'held-back', denial: { ruleId: RULES[first.area], reason } };
  }
  const unchecked = uncheckedIn(inspection);
  if (unchecked !== null) return { kind: 'held-back', denial: unchecked };
  const taken = found.filter(({ action }) => action === 'redact');
  const [one] = taken;
  if (one === undefined) return { kind: 'as-is' };
  const reason = `It holds ${NOUNS[one.area]} (${named(taken)}).`;
  return { kind: 'redacted', spans: spansOf(taken), denial: { ruleId: RULES[one.area], reason } };
}

/** What the developer and the model are told of a suspicious instruction that is let through; null where nothing is. */
export function injectionNotice({ rules, findings }: Inspection): string | null {
  const seen = treated(rules, findings).filter(({ area, action }) => area === 'injection' && action === 'ask');
  return seen.length === 0 ? null : `${NOUNS.injection} (${named(seen)})`;
}

/** Whether anything was found that the policy has an opinion on. */
export function isHeeded({ rules, findings }: Inspection): boolean {
  return treated(rules, findings).length > 0;
}

function treated(rules: ContentRules, findings: readonly Finding[]): readonly Treated[] {
  return findings.flatMap((finding): readonly Treated[] => {
    const area = areaOf(finding.detectorId);
    const action = area === null ? null : rules[area];
    return area === null || action === null || action === 'allow' ? [] : [{ finding, area, action }];
  });
}

/** The denial of a text that an engine had to look at, and did not; null where there is none. */
function uncheckedIn({ missing, engines }: Inspection): ContentDenial | null {
  if (missing === null) return null;
  const why = engines.find(({ engine }) => engine === missing)?.reason ?? null;
  const reason = `It was not checked: the engine ${missing} gave no answer${why === null ? '' : ` (${why})`}, and the policy lets nothing pass without one. The operator sees more with "sallyport status".`;
  return { ruleId: UNCHECKED, reason };
}

/** Parts to take out, in order; those that overlap are one, named by the first. */
function spansOf(taken: readonly Treated[]): readonly TextSpan[] {
  const spans: { start: number; end: number; by: string }[] = [];
  for (const { finding } of taken.toSorted((a, b) => a.finding.startUtf16 - b.finding.startUtf16)) {
    const last = spans.at(-1);
    if (last !== undefined && finding.startUtf16 < last.end) last.end = Math.max(last.end, finding.endUtf16);
    else spans.push({ start: finding.startUtf16, end: finding.endUtf16, by: `[removed: ${finding.detectorId}]` });
  }
  return spans;
}

function named(found: readonly Treated[]): string {
  const ids = [...new Set<DetectorId>(found.map(({ finding }) => finding.detectorId))];
  const more = ids.length - MAX_NAMED;
  return `${ids.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function placeIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
