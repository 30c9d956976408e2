import type { DetectorId } from '../core/ids.ts';
import { LEAST_KNOWN_LENGTH } from './known-values.ts';
import type { MaskMemory } from './mask-memory.ts';
import { restoreText } from './restore-text.ts';
import { removalMark, roundShields, shieldsIn } from './shields.ts';
import type { Shield } from './shields.ts';
import { spellingsOf } from './spellings.ts';
import { tokenClassOf } from './token-class.ts';
import { touchingSpans } from './touching-spans.ts';
import type { MarkedSpan } from './touching-spans.ts';

/** What is done with a place: `mask` can be taken back, `redact` cannot, `leave` says nothing against the place. */
export type MaskAction = 'mask' | 'redact' | 'leave';

/** A finding with what the policy says of it. Half-open range in UTF-16 code units. */
export interface MaskFinding {
  readonly detectorId: DetectorId;
  readonly startUtf16: number;
  readonly endUtf16: number;
  readonly action: MaskAction;
}

/** One place that was written anew, in UTF-16 code units of the text as it was given. */
export interface MaskedPlace {
  readonly start: number;
  readonly end: number;
  /** A token, or the mark of what was taken out. */
  readonly by: string;
  readonly action: 'mask' | 'redact';
  readonly detectorId: DetectorId;
  /** Whether a detector saw it here, or only where it stood before. */
  readonly seenBy: 'finding' | 'memory';
}

export interface Masked {
  readonly text: string;
  /** By start, none overlapping. */
  readonly used: readonly MaskedPlace[];
  /** Values that will not be masked where no detector sees them, because the memory is full. */
  readonly forgotten: number;
}

/**
 * Writes placeholders over what was found and over every value that the memory knows, and adds what was found to it.
 *
 * Ranges that overlap become one value, taken out for good if any of them is; its class is that of the longest. A value in which a
 * token of ours stands is the value with that token restored. What lies within our own tokens and marks is left alone,
 * so that a masked text stays as it is. What can have no token is taken out for good.
 *
 * Time is linear in the text and the ranges of the findings, and n log n in their number.
 */
export function maskText(text: string, findings: readonly MaskFinding[], memory: MaskMemory): Masked {
  const shields = shieldsIn(text, memory);
  const found = findings.flatMap((finding) => spanOf(finding, text, shields));
  let forgotten = 0;
  for (const { start, end, detectorId, action } of found)
    for (const value of spellingsOf(trueText(text, start, end, memory)))
      if (!memory.known.add({ value, detectorId, action })) forgotten += 1;
  const used: MaskedPlace[] = [];
  let masked = '';
  let behind = 0;
  for (const { start, end, first } of touchingSpans([...found, ...knownSpans(text, shields, memory)])) {
    const { detectorId, seenBy } = first;
    const token =
      first.action === 'redact'
        ? null
        : memory.placeholders.tokenFor(tokenClassOf(detectorId), trueText(text, start, end, memory));
    if (token === null) memory.removedBy.add(detectorId);
    const by = token ?? removalMark(detectorId);
    masked += text.slice(behind, start) + by;
    behind = end;
    used.push({ start, end, by, action: token === null ? 'redact' : 'mask', detectorId, seenBy });
  }
  return { text: masked + text.slice(behind), used, forgotten };
}

function spanOf(
  { detectorId, startUtf16, endUtf16, action }: MaskFinding,
  text: string,
  shields: readonly Shield[],
): readonly MarkedSpan[] {
  if (action === 'leave') return [];
  const start = isWithinPair(text, startUtf16) ? startUtf16 - 1 : Math.max(0, startUtf16);
  const end = isWithinPair(text, endUtf16) ? endUtf16 + 1 : Math.min(text.length, endUtf16);
  if (!(start < end)) return [];
  const round = roundShields(shields, start, end);
  return round === null ? [] : [{ ...round, detectorId, action, seenBy: 'finding' }];
}

/** Known values between our own writing. They hold no token of ours, so they lie within one piece. */
function knownSpans(text: string, shields: readonly Shield[], { known }: MaskMemory): readonly MarkedSpan[] {
  const spans: MarkedSpan[] = [];
  let from = 0;
  for (const { start: to, end } of [...shields, { start: text.length, end: text.length }]) {
    if (to - from >= LEAST_KNOWN_LENGTH)
      for (const { start, end, known: value } of known.placesIn(text, from, to).places)
        spans.push({ start, end, detectorId: value.detectorId, action: value.action, seenBy: 'memory' });
    from = end;
  }
  return spans;
}

/** A range of a text with the tokens of ours in it restored. */
export function trueText(text: string, start: number, end: number, { placeholders }: MaskMemory): string {
  return restoreText(text.slice(start, end), placeholders.valueOf);
}

/** Whether a place lies between the halves of one character. */
function isWithinPair(text: string, at: number): boolean {
  return at > 0 && at < text.length && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
