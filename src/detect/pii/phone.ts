import { detectorId } from '../../core/ids.ts';
import type { KindMatch, ScanText } from '../scan/detector.ts';
import { hasCallingCode } from './calling-codes.ts';
import { isCodeFile, isDigit } from './surroundings.ts';

export const PHONE = detectorId('pii/phone');

/**
 * The telephone number whose first digit stands at `digit`: in international form by its calling code, in the North
 * American form by its shape, in other national forms by a leading zero in prose, or by words beside it.
 */
export function phoneAt(text: ScanText, digit: number): KindMatch | null {
  const { latin1 } = text;
  const start = startOf(latin1, digit);
  if (start === null) return null;
  SHAPE.lastIndex = start;
  const shape = SHAPE.exec(latin1);
  if (shape === null) return null;
  const written = shape[0];
  const end = start + written.length;
  if (GOES_ON.test(latin1.slice(end, end + 8))) return null;
  const digits = written.replace(/[^\d]/g, '');
  const number = written.replace(EXTENSION, '');
  const numberDigits = number.replace(/\D/g, '');
  if (numberDigits.length < 7 || numberDigits.length > 15 || /^(\d)\1+$|^000/.test(digits)) return null;
  const confidence = judged(text, start, end, number, numberDigits);
  return confidence === 0 ? null : { id: PHONE, start, end, confidence };
}

/** How sure it is that it is a number to call; 0 for one that is not. */
function judged(text: ScanText, start: number, end: number, number: string, digits: string): number {
  const isCode = isCodeFile(text.scene);
  if (number.startsWith('+')) {
    if (!hasCallingCode(digits)) return 0;
    return isCode && !/[ ()-]/.test(number) && !isCalled(text, start, end) ? 0 : 0.9;
  }
  if (NORTH_AMERICAN.test(number)) return isCode && !/[(-]/.test(number) ? 0 : 0.9;
  if (/^00[1-9]/.test(number) && /[ ()-]/.test(number) && hasCallingCode(digits.slice(2)) && digits.length >= 11)
    return 0.7;
  if (isDate(number) || isCode || isWithinLonger(text.latin1, start, end)) return 0;
  if (isCalled(text, start, end) && (digits.length >= 7 || /[ -]/.test(number))) return 0.7;
  // A house before its street.
  if (/^ [A-Z]/.test(text.latin1.slice(end, end + 2))) return 0;
  return NATIONAL.test(number) && digits.length >= 9 && digits.length <= 11 ? 0.7 : 0;
}

/** Digits in up to eight groups, with an extension. Separators between groups are at most two. */
const SHAPE = /(?:\+|\(\+?)?\d{1,15}(?:\)? ?[-./ ]?[ (]?\d{1,12}){0,7}(?:,? ?(?:x|ext\.?|extension|#) ?\d{1,6})?/iy;
/** What stands behind a number that is a part of something longer. */
const GOES_ON = /^(?:\w|[-./]\d|[-_/](?!office|fax|mobile|cell|home|work)[a-z]|,\d{3}\b)/i;
const EXTENSION = /,? ?(?:x|ext\.?|extension|#) ?\d{1,6}$/i;
const NORTH_AMERICAN =
  /^(?:1[-. ]?)?(?:\([2-9]\d{2}\) ?[-.]?|[2-9]\d{2}[-.])[2-9]\d{2}[-. ]\d{4}$|^[2-9]\d{2} [2-9]\d{2} \d{4}$/;
/** A leading zero and two to five groups of two digits or more. */
const NATIONAL = /^(?!\d{3}-\d{2}-\d{4}$)(?:\(0\d{1,4}\)|0[ -]?\(?\d{1,4}\)?)(?:[ /-]{1,2}\d{2,8}){1,5}$|^0\d{9,10}$/;

function startOf(latin1: string, digit: number): number | null {
  let start = digit;
  if (latin1.charAt(start - 1) === '+') start -= 1;
  if (latin1.charAt(start - 1) === '(') {
    start -= 1;
    if (latin1.charAt(start - 1) === '+') start -= 1;
  }
  // What a word, a price, a path or a longer number leads into is no number to call.
  return /[\w$\u20ac\\#%@/&+-]|\d[.,]/.test(latin1.slice(Math.max(0, start - 1), start)) ||
    /\d[.,]$/.test(latin1.slice(Math.max(0, start - 2), start))
    ? null
    : start;
}

/** Whether more groups stand before or behind it. */
function isWithinLonger(latin1: string, start: number, end: number): boolean {
  return (
    /^ ?[-/.]? ?\(?\d/.test(latin1.slice(end, end + 5)) ||
    /\d[0-9A-Za-z]{0,4}\)? $/.test(latin1.slice(Math.max(0, start - 7), start))
  );
}

function isDate(number: string): boolean {
  return /^(?:(?:19|20)\d{2}[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d{2}|(?:19|20)\d{2}[- ](?:19|20)\d{2})(?:[ T]\d{2})?$/.test(
    number,
  );
}

const BEFORE =
  /\b(?:tele)?(?:phone|fono|foon)s?\b|\btel(?:\.|\b|efon|\u00e9)|t\u00c3\u00a9l\u00c3\u00a9phone|\bmobile\b|\bmob\b|\bcell\b|cellphone|cellular|\bfax|\bcall(?:ing|ed|s)?\b|\btext(?:ed|ing)? (?:me|him|her|us)|\bsms\b|whatsapp|\bcontact|\breach (?:me|him|her|us|out)|\bdial|\bring me|\bdesk:|\boffice:|hotline|helpline|answering|messages (?:to|from)|handy|celular|m\u00c3\u00b3vil|portable|telepono|\bcep\b|gsm|registered|\bnumber (?:is|was|at|:)|(?:my|his|her|their|our|your) (?:[\w-]+ )?number\b|voicemail/;
const AFTER = /^[ ,\t:(-]{0,3}(?:office|fax|mobile|cell|home|work|desk|phone|landline)\b/;

/** Words that say it is a number to call, unless nearer ones say that it is another. */
export function isCalled({ latin1 }: ScanText, start: number, end: number): boolean {
  if (AFTER.test(latin1.slice(end, end + 16).toLowerCase())) return true;
  const before = latin1.slice(Math.max(0, start - 64), start).toLowerCase();
  return BEFORE.test(before) && !OTHER.test(before.slice(-32));
}

const OTHER =
  /card|\bcc\b|account|iban|order|invoice|ticket|\bssn\b|social|passport|licen[cs]e|\bid\b|\bpin\b|\bzip|postcode|\$|routing|tracking|serial|reference|\btax\b|version/;

/** Whether a byte can be a telephone number's first digit's neighbour: cheap test before everything else. */
export function mayBePhone(bytes: Uint8Array, start: number): boolean {
  let digits = 0;
  for (let at = start; at < start + 18 && at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (isDigit(byte)) digits += 1;
    else if (byte !== 0x20 && byte !== 0x2d && byte !== 0x2e && byte !== 0x28 && byte !== 0x29 && byte !== 0x2f) break;
    if (digits === 7) return true;
  }
  return false;
}
