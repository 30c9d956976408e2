import { detectorId } from '../../core/ids.ts';
import type { KindMatch, ScanText } from '../scan/detector.ts';
import { passesLuhn } from './checksums.ts';
import { hasContext, isCodeFile } from './surroundings.ts';

export const PAYMENT_CARD = detectorId('pii/payment-card');

/** The card number that starts at a run of digits, by its check digit and by its issuer's ranges and lengths. */
export function paymentCardAt(text: ScanText, start: number): KindMatch | null {
  SHAPE.lastIndex = start;
  if (!SHAPE.test(text.latin1)) return null;
  const end = SHAPE.lastIndex;
  const digits = text.latin1.slice(start, end).replace(/\D/g, '');
  if (digits.length > 19 || !passesLuhn(digits) || digits === digits.charAt(0).repeat(digits.length)) return null;
  const isKnown = ISSUERS.some(({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits));
  if (isKnown && isCodeFile(text.scene) && !isExample(digits)) return { id: PAYMENT_CARD, start, end, confidence: 1 };
  if (isKnown && !isCodeFile(text.scene)) return { id: PAYMENT_CARD, start, end, confidence: 1 };
  return hasContext(text, start, end, WORDS) && !isCodeFile(text.scene)
    ? { id: PAYMENT_CARD, start, end, confidence: 1 }
    : null;
}

/** Twelve to nineteen digits, at once or in the groups that cards are written in. */
const SHAPE =
  /(?:\d{12,19}|\d{4}([- ])\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?|\d{4}([- ])\d{6}\2\d{4,5})(?![0-9A-Za-z_])(?![-.]\d)/y;

const WORDS =
  /\b(?:credit|debit|payment|charge|bank|my|visa|master|maestro|amex)[ -]{0,2}(?:card|express)|\bcards?\b|\bcc\b|visa|mastercard|maestro|american express|diners|discover|tarjeta|karte|carte|carta|kaart/;

interface Issuer {
  readonly prefix: RegExp;
  readonly lengths: readonly number[];
}

/** Ranges by which a number of that length is a card without any word beside it. */
const ISSUERS: readonly Issuer[] = [
  { prefix: /^4/, lengths: [16, 19] },
  { prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { prefix: /^3[47]/, lengths: [15] },
  { prefix: /^(?:6011|64[4-9]|65)/, lengths: [16, 17, 18, 19] },
  { prefix: /^(?:30[0-5]|3095|36|3[89])/, lengths: [14, 16] },
  { prefix: /^35(?:2[89]|[3-8])/, lengths: [16, 17, 18, 19] },
  { prefix: /^62/, lengths: [16, 17, 18, 19] },
  { prefix: /^(?:50|5[6-9]|6[0-9])/, lengths: [16, 19] },
  { prefix: /^(?:220[0-4]|9792)/, lengths: [16] },
  { prefix: /^1/, lengths: [15] },
];

/** Numbers of payment services' own guides for testing repeat one digit or count up: no card has them. */
function isExample(digits: string): boolean {
  return /^(\d)\d?(?:\1|0|2|4){9}|(\d{2,4})\2\2|(\d)\3{6}|12345678|56789/.test(digits);
}
