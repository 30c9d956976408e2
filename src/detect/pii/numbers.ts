import type { KindMatch, PassDetector, ScanText } from '../scan/detector.ts';
import { CRYPTO_ADDRESS, cryptoAddressAt } from './crypto-address.ts';
import { IBAN, ibanAt } from './iban.ts';
import { AMERICAN_IDS } from './ids/americas.ts';
import { ASIAN_IDS } from './ids/asia-pacific.ts';
import { EUROPEAN_IDS } from './ids/europe.ts';
import type { IdRule } from './ids/id-rule.ts';
import { IP_ADDRESS, LOCAL_ADDRESS, MAC_ADDRESS, ipv4At, ipv6At, macAt } from './network-address.ts';
import { PAYMENT_CARD, paymentCardAt } from './payment-card.ts';
import { PHONE, isCalled, mayBePhone, phoneAt } from './phone.ts';
import { hasContext, isAlphanumeric, isCodeFile, isDigit } from './surroundings.ts';

const RULES: readonly IdRule[] = [...AMERICAN_IDS, ...EUROPEAN_IDS, ...ASIAN_IDS];

/** Numbers that people, companies, accounts and machines are known by: no keyword announces them, but a digit does. */
export const NUMBERS: PassDetector = {
  how: 'pass',
  ids: [
    ...new Set([
      ...RULES.map(({ id }) => id),
      CRYPTO_ADDRESS,
      IBAN,
      IP_ADDRESS,
      LOCAL_ADDRESS,
      MAC_ADDRESS,
      PAYMENT_CARD,
      PHONE,
    ]),
  ],
  reachBytes: 256,
  matches(text) {
    const { bytes, latin1 } = text;
    const found: KindMatch[] = [];
    // What a number has taken is no start of another.
    let taken = 0;
    const add = (match: KindMatch | null): boolean => {
      if (match === null) return false;
      found.push(match);
      taken = match.end;
      return true;
    };
    let from = 0;
    CANDIDATE.lastIndex = 0;
    while (CANDIDATE.test(latin1)) {
      const at = CANDIDATE.lastIndex - 1;
      // Behind its first digit nothing of an address is another's.
      if (at < taken && DIGIT.test(latin1.slice(from, at + 1))) {
        CANDIDATE.lastIndex = taken;
        continue;
      }
      if (bytes[at] === COLON) {
        from = at + 1;
        atColon(text, at, add);
        CANDIDATE.lastIndex = from;
        continue;
      }
      let start = at;
      while (start > 0 && at - start < MAX_RUN_BYTES && isAlphanumeric(bytes[start - 1])) start -= 1;
      let end = at + 1;
      while (end < bytes.length && isAlphanumeric(bytes[end])) end += 1;
      if (end - start < MAX_RUN_BYTES) atRun(text, start, at, end, add);
      CANDIDATE.lastIndex = Math.max(end, taken);
    }
    return found;
  },
};

/**
 * The first digit of a run of letters and digits that is of seven or more, or of a shorter one that another follows behind
 * a joint; and a colon with another near behind it. The regular expression engine reads a text several times as fast as
 * a loop over its bytes does, so that what it can rule out it rules out.
 */
const CANDIDATE = new RegExp(
  '[0-9](?=[0-9A-Za-z]{0,5}[ ./)-][0-9A-Za-z( -]|[0-9A-Za-z]{6}|[0-9A-Za-z]{1,5}(?![0-9A-Za-z])(?<=[0-9A-Za-z]{7})' +
    '|[ .():/-](?<=[0-9A-Za-z]{7}[^]))|:(?=:|[0-9a-fA-F][0-9A-Za-z]{0,3}:)',
  'g',
);

const DIGIT = /[0-9][0-9A-Za-z .():/-]/;

/** Longer runs are hashes and encoded data. */
const MAX_RUN_BYTES = 100;
/** A run shorter than this is a number of its own only where others follow it. */
const MIN_RUN_BYTES = 7;

type Add = (match: KindMatch | null) => boolean;

const COLON = 0x3a;
const DASH = 0x2d;
const DOT = 0x2e;

function atColon(text: ScanText, at: number, add: Add): void {
  const { bytes } = text;
  if (bytes[at - 1] === COLON) return;
  if (bytes[at + 3] === COLON && bytes[at + 6] === COLON && add(macAt(text, at - 2))) return;
  // The first colon of an address is followed by a group and another colon, or by one at once.
  for (let next = at + 1; next < at + 6; next += 1) {
    const byte = bytes[next];
    if (byte === COLON) {
      // The others are reached from the first.
      if (!hasGroupBefore(bytes, at)) add(ipv6At(text, at));
      return;
    }
    if (!isAlphanumeric(byte)) return;
  }
}

/** Whether a colon follows at most four letters and digits that follow another colon. */
function hasGroupBefore(bytes: Uint8Array, colon: number): boolean {
  let at = colon - 1;
  while (at >= 0 && colon - at < 6 && isAlphanumeric(bytes[at])) at -= 1;
  return bytes[at] === COLON;
}

/** @param digit the first digit of the run. */
function atRun(text: ScanText, start: number, digit: number, end: number, add: Add): void {
  const { bytes } = text;
  const length = end - start;
  const next = bytes[end];
  if (length < MIN_RUN_BYTES && !(isJoint(next) && (isAlphanumeric(bytes[end + 1]) || isOpening(bytes[end + 1]))))
    return;
  if (length === 2 && (next === DASH || bytes[start - 1] === DASH) && add(macAt(text, firstPair(bytes, start)))) return;
  if (length === 4 && next === DOT && bytes[end + 5] === DOT && add(macAt(text, start))) return;
  if (isPartOfLonger(bytes, start)) {
    if (digit === start && bytes[start - 1] !== DOT && mayBePhone(bytes, start)) add(phoneAt(text, digit));
    return;
  }
  if (digit === start) {
    if (length <= 3 && next === DOT && add(ipv4At(text, start))) return;
    if ((length >= 12 || length === 4) && add(paymentCardAt(text, start))) return;
  } else if (digit - start === 2 && add(ibanAt(text, start))) return;
  if (length >= 26 && add(cryptoAddressAt(text, start, end))) return;
  // Some numbers begin with two letters that stand apart.
  const isLettered = digit === start && isSpacing(bytes[start - 1]) && isLetterPair(bytes, start - 3);
  const known = addIds(text, start, length, add);
  if (isLettered && known === 'no') addIds(text, start - 3, 2, add);
  if (digit !== start || known === 'named' || !mayBePhone(bytes, start)) return;
  // What a checksum alone tells may still be a number to call, where words say so.
  const phone = phoneAt(text, start);
  if (phone !== null && (known === 'no' || isCalled(text, phone.start, phone.end))) add(phone);
}

function isSpacing(byte: number | undefined): boolean {
  return byte === 0x20 || byte === DOT || byte === DASH;
}

function isLetterPair(bytes: Uint8Array, start: number): boolean {
  return isLetter(bytes[start]) && isLetter(bytes[start + 1]) && !isAlphanumeric(bytes[start - 1]);
}

function isLetter(byte: number | undefined): boolean {
  return isAlphanumeric(byte) && !isDigit(byte);
}

/** Where the pairs that a hardware address is written in begin, if `start` is within one. */
function firstPair(bytes: Uint8Array, start: number): number {
  let first = start;
  while (
    start - first < 15 &&
    bytes[first - 1] === DASH &&
    isAlphanumeric(bytes[first - 2]) &&
    isAlphanumeric(bytes[first - 3])
  )
    first -= 3;
  return first;
}

/** Adds what rules find. @returns `named` where words beside it say what it is, `bare` where its shape alone does. */
function addIds(text: ScanText, start: number, length: number, add: Add): 'named' | 'bare' | 'no' {
  const { bytes, latin1 } = text;
  let known: 'named' | 'bare' | 'no' = 'no';
  const candidates = RULES_BY_RUN[length];
  if (candidates === undefined || !mayBegin(candidates, latin1, start)) return known;
  for (const rule of candidates.rules) {
    rule.pattern.lastIndex = start;
    if (!rule.pattern.test(latin1)) continue;
    const end = rule.pattern.lastIndex;
    if (isAlphanumeric(bytes[end]) || bytes[end] === UNDERSCORE || isContinued(bytes, end)) continue;
    if (isGroupOfLonger(bytes, start, end)) continue;
    const compact = latin1
      .slice(start, end)
      .replace(/[^0-9A-Za-z]/g, '')
      .toUpperCase();
    if (!rule.isValid(compact)) continue;
    const isNamed = hasContext(text, start, end, rule.context);
    const isBare = rule.bare === 'anywhere' || (rule.bare === 'text' && !isCodeFile(text.scene));
    if (!isNamed && (!isBare || isCalled(text, start, end))) continue;
    add({ id: rule.id, start, end, confidence: rule.isChecked ? 1 : 0.7 });
    if (known !== 'named') known = isNamed ? 'named' : 'bare';
  }
  return known;
}

const UNDERSCORE = 0x5f;
/** Rules by the length of the first run of letters and digits. */
interface RunRules {
  readonly rules: readonly IdRule[];
  /** Whether any of them may match, in upper case and in any: one question instead of dozens. */
  readonly shapes: readonly RegExp[];
}

const RULES_BY_RUN: readonly RunRules[] = Array.from({ length: 24 }, (_, length) => {
  const rules = RULES.filter(({ firstRun }) => firstRun.includes(length));
  const shapes = [...Map.groupBy(rules, ({ pattern }) => pattern.flags)].map(
    ([flags, group]) => new RegExp(group.map(({ pattern }) => looser(pattern.source)).join('|'), flags),
  );
  return { rules, shapes };
});

/** The same pattern where a separator that was read before may be any other: numbers of groups change in an alternative. */
function looser(source: string): string {
  return `(?:${source.replaceAll(/\\\d/g, '[^]?')})`;
}

function mayBegin({ shapes }: RunRules, latin1: string, start: number): boolean {
  for (const shape of shapes) {
    shape.lastIndex = start;
    if (shape.test(latin1)) return true;
  }
  return false;
}

/** What numbers are grouped by. */
function isJoint(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x2d || byte === DOT || byte === 0x2f || byte === 0x29;
}

function isOpening(byte: number | undefined): boolean {
  return byte === 0x28 || byte === 0x20 || byte === 0x2d;
}

/** Whether what stands before a run makes it a part of an identifier, a path, a decimal or a price. */
function isPartOfLonger(bytes: Uint8Array, start: number): boolean {
  const before = bytes[start - 1];
  if (before === undefined) return false;
  if (before === UNDERSCORE || before === 0x24 || before >= 0x80) return before < 0x80;
  // `.`, `-`, `/`, `\`, `+`, `@`, `&`, `%`, `#` behind a letter or a digit.
  return PART.has(before) && isAlphanumeric(bytes[start - 2]);
}
const PART: ReadonlySet<number> = new Set(Buffer.from('.-/\\+@&%#'));

/** Whether a number in groups has one more group before or behind it: a part of a longer one. */
function isGroupOfLonger(bytes: Uint8Array, start: number, end: number): boolean {
  if (!bytes.subarray(start, end).includes(0x20)) return false;
  return (bytes[end] === 0x20 && isDigit(bytes[end + 1])) || (bytes[start - 1] === 0x20 && isDigit(bytes[start - 2]));
}

/** Whether a number goes on behind a separator. */
function isContinued(bytes: Uint8Array, end: number): boolean {
  const byte = bytes[end];
  return (
    (byte === 0x2d || byte === 0x2f || byte === DOT) &&
    (isDigit(bytes[end + 1]) || (byte !== DOT && isAlphanumeric(bytes[end + 1])))
  );
}
