import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { ASSIGNMENT_REACH_BYTES, assignedValue } from './assigned-value.ts';
import { LOWER, UPPER, isLetter, kindAt } from './character-kind.ts';
import { isMadeUp, isReference } from './placeholder.ts';
import { entropyBits, isRandom, isUuid, surpriseBits } from './randomness.ts';

/** A secret that has no shape of its own: only the name that it is given to tells what it is. */
export interface ProviderRule {
  /** What follows `secret/` in the id. */
  readonly id: string;
  /** Names of the provider as they stand in names of variables, lower case. */
  readonly names: readonly string[];
  /** Regular expression of the whole value. */
  readonly shape: string;
  /** True where the shape is also that of identifiers which are no secret: the name must speak of a key or the like. */
  readonly named?: boolean;
}

/** The detector of a rule: `NAME_KEY = "value"` in the syntax of any language. */
export function providerDetector(rule: ProviderRule): KeywordDetector {
  const shape = new RegExp(`^(?:${rule.shape})$`);
  return {
    how: 'keyword',
    id: detectorId(`secret/${rule.id}`),
    keywords: rule.names,
    reachBytes: ASSIGNMENT_REACH_BYTES,
    matchAt({ latin1 }, start, end) {
      if (!beginsWord(latin1, start) || !endsWord(latin1, end)) return null;
      const value = assignedValue(latin1, end);
      if (value === null) return null;
      const text = latin1.slice(value.start, value.end);
      if (!shape.test(text) || NO_SECRET.test(value.suffix)) return null;
      if ((rule.named === true || /^\d+$/.test(text)) && !SECRET_NAME.test(value.suffix)) return null;
      return isDrawn(text) ? { start: value.start, end: value.end, confidence: 0.8 } : null;
    },
  };
}

/** The detector of services of which only the names are known: what they are given must be random as such. */
export function serviceDetector(names: readonly string[]): KeywordDetector {
  return {
    how: 'keyword',
    id: detectorId('secret/service-key'),
    keywords: names,
    reachBytes: ASSIGNMENT_REACH_BYTES,
    matchAt({ latin1 }, start, end) {
      if (!beginsWord(latin1, start) || !endsWord(latin1, end)) return null;
      const value = assignedValue(latin1, end);
      if (value === null || NO_SECRET.test(value.suffix) || /(?:\b|_)ids?$/i.test(value.suffix)) return null;
      const text = latin1.slice(value.start, value.end);
      if (!/^[\w.=+/-]{14,200}$/.test(text) || !isDrawn(text)) return null;
      const counts = isUuid(text) || text.length < 20 ? SECRET_NAME.test(value.suffix) : true;
      return counts && (isRandom(text) || isUuid(text))
        ? { start: value.start, end: value.end, confidence: 0.7 }
        : null;
    },
  };
}

/** Ends of names that say where something is or what it is called. */
const NO_SECRET =
  /(?:ur[li]|host|name|path|file|version|sha|commit|hash|digest|checksum|revision|rev|image|ref)["']?$/i;
const SECRET_NAME = /key|token|secret|auth|pass|pwd|pw|cred|api|client|id/i;

/** `myEtsyKey` and `etsy_key` hold the word; `setSystem` does not. */
function beginsWord(latin1: string, start: number): boolean {
  const [before, here] = [kindAt(latin1, start - 1), kindAt(latin1, start)];
  return !isLetter(before) || ((before & LOWER) !== 0 && (here & UPPER) !== 0);
}

/** `sumO` of `sumOfAll` is no name: no one writes a capital at the end alone. */
function endsWord(latin1: string, end: number): boolean {
  return (kindAt(latin1, end - 1) & UPPER) === 0 || (kindAt(latin1, end - 2) & LOWER) === 0;
}

function isDrawn(text: string): boolean {
  if (isMadeUp(text) || isReference(text)) return false;
  if (entropyBits(text) < Math.min(2.9, 0.7 * Math.log2(text.length))) return false;
  return /\d/.test(text) ? surpriseBits(text) === 0 || surpriseBits(text) >= 3.2 : surpriseBits(text) >= 5.2;
}
