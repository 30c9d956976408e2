import { areaOf } from '../core/content-rules.ts';
import type { ContentAction, ContentRules } from '../core/content-rules.ts';
import type { Finding } from '../core/finding.ts';
import { ruleId } from '../core/ids.ts';
import type { DetectorId, RuleId } from '../core/ids.ts';
import type { Inspection } from './ports.ts';
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

/** The denial of a prompt; null where it may go on. A prompt cannot be changed on its way (measured), so it is refused. */
export function promptDenial({ rules, findings, missing }: Inspection, text: string): ContentDenial | null {
  const stopped = treated(rules, findings).filter(({ action }) => STOPS_PROMPT.has(action));
  const [first] = stopped;
  if (first === undefined) return missing === null ? null : uncheckedBy(missing);
  const { line, column } = placeIn(text, first.finding.startUtf16);
  const place = `line ${line}, column ${column}`;
  return {
    ruleId: RULES[first.area],
    reason: `The prompt was not sent: it holds ${NOUNS[first.area]} at ${place} (${named(stopped)}). Take it out, or have it allowed by policy (rule ${RULES[first.area]}).`,
  };
}

const STOPS_PROMPT: ReadonlySet<Treated['action']> = new Set(['mask', 'redact', 'block', 'deny']);

/**
 * The denial of a call whose input holds what should not go on; null where it may.
 *
 * @param isOutgoing whether the call can send data to another machine; asked only where it matters.
 */
export function inputDenial({ rules, findings, missing }: Inspection, isOutgoing: () => boolean): ContentDenial | null {
  // What the agent writes itself is no instruction of someone else.
  const found = treated(rules, findings).filter(({ area }) => area !== 'injection');
  const blocked = found.filter(({ action }) => action === 'block');
  const held = found.filter(({ action }) => action === 'mask' || action === 'redact');
  const stopped = blocked.length > 0 ? blocked : held.length > 0 && isOutgoing() ? held : [];
  const [first] = stopped;
  if (first === undefined) return missing === null ? null : uncheckedBy(missing);
  const why = blocked.length > 0 ? '' : ' and can send it to another machine';
  return {
    ruleId: RULES[first.area],
    reason: `The input of this call holds ${NOUNS[first.area]} (${named(stopped)})${why}.`,
  };
}

/** What is done with a result before the model sees it. */
export type ResultTreatment =
  | { readonly kind: 'as-is' }
  | { readonly kind: 'redacted'; readonly spans: readonly TextSpan[]; readonly why: string }
  | { readonly kind: 'held-back'; readonly why: string };

export function resultTreatment({ rules, findings, missing }: Inspection): ResultTreatment {
  const found = treated(rules, findings);
  const blocked = found.filter(({ action }) => action === 'block' || action === 'deny');
  const [first] = blocked;
  if (first !== undefined) {
    const why = `it holds ${NOUNS[first.area]} (${named(blocked)}, rule ${RULES[first.area]}).`;
    return { kind: 'held-back', why };
  }
  if (missing !== null) return { kind: 'held-back', why: uncheckedBy(missing).reason };
  const taken = found.filter(({ action }) => action === 'mask' || action === 'redact');
  return taken.length === 0
    ? { kind: 'as-is' }
    : { kind: 'redacted', spans: spansOf(taken), why: `parts of it were taken out by policy (${named(taken)})` };
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

function uncheckedBy(engine: string): ContentDenial {
  const reason = `It could not be checked: the engine ${engine} did not answer, and the policy lets nothing pass without it.`;
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
