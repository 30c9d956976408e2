import { detectorId } from '../../../core/ids.ts';
import type { KindMatch, ScanText } from '../../scan/detector.ts';
import { folded } from '../gazetteer/fold.ts';
import { isDigit } from '../surroundings.ts';
import {
  EVERYDAY_TYPES,
  LOWER_STREET_TYPES,
  PARTICLES,
  STATES,
  STREET_ENDINGS,
  STREET_PREFIXES,
  STREET_TYPES,
  UNITS,
} from './vocabulary.ts';
import { isCommonWord, isPlaceName } from './words.ts';

export const ADDRESS = detectorId('pii/address');

/**
 * The postal address that a run of capitalised words stands in, if any: a number with a street, found by the street's
 * kind or by words that lead to an address, and what belongs to it before and behind.
 */
export function addressAround({ bytes, latin1 }: ScanText, runStart: number, runEnd: number): KindMatch | null {
  if (!hasDigit(bytes, runStart - LEAD_BYTES, runStart) && !hasDigit(bytes, runEnd, runEnd + 14)) return null;
  // A unit behind the run begins an address of its own, unless a house's number stands before it.
  const before = startBefore(latin1, runStart);
  const isUnitNext =
    before === runStart &&
    UNIT_NEXT.test(latin1.slice(runEnd, runEnd + 14)) &&
    !/\d/.test(latin1.slice(runStart, runEnd)) &&
    !isStreet(latin1.slice(runStart, runEnd));
  // A line of a name alone stands above an address: what follows is found from there.
  const isOwnLine = before === runStart && bytes[runEnd] === LINE_FEED && !isStreet(latin1.slice(runStart, runEnd));
  if (isOwnLine && !POST.test(latin1.slice(runStart, runStart + 5))) return null;
  const start = isUnitNext ? runEnd + 1 : before;
  // Without a number on either side it is no address.
  if (
    start === runStart &&
    !NUMBER_NEAR.test(latin1.slice(runEnd, runEnd + 14)) &&
    !POST.test(latin1.slice(runStart, runStart + 5))
  )
    return null;
  const parts = partsFrom(latin1, start);
  const last = parts.at(-1);
  if (last === undefined || last.end < runEnd) return null;
  const speaks = evidence(parts);
  if (speaks < ENOUGH - 1) return null;
  const isLed = speaks < ENOUGH && LEADS.test(latin1.slice(Math.max(0, start - 64), start).toLowerCase());
  return speaks >= ENOUGH || isLed ? { id: ADDRESS, start, end: last.end, confidence: 0.7 } : null;
}

const LINE_FEED = 0x0a;
/** Begin an address of a post office, of a base or of a ship. */
const POST = /^(?:P\.? ?O|PSC|Post|USN|USC|CMR|Unit)/;
const NUMBER_NEAR = /^[,./]?[ \n](?:[A-Za-z\u0080-\u00ff]{1,8}\.? ?(?:A[AEP] )?)?\d/;
/** How far before a run a house's number may stand: a street's kind and a particle lie between. */
const LEAD_BYTES = 24;

function hasDigit(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = Math.max(0, from); at < to; at += 1) if (isDigit(bytes[at])) return true;
  return false;
}

const UNIT_NEXT = /^ (?:Apt|Suite|Unit|Flat|Apartment)\.? \d/;
const ENOUGH = 3;
const LEADS =
  /(?:address(?:es)?(?: (?:is|of|to|with|from|linked|for)[\w' ]{0,30})?|liv(?:e|es|ed|ing) (?:at|on|in)|located (?:at|on|in)|(?:situated|residing|resides?|arrived|stay(?:ing)?|delivered|enter|is|are|drops you off|bus stops?|stop|corner|meet(?:ing)? (?:me|you|us)?|shop|office|offices are|house) (?:at|on|in|of)|(?:sent?|deliver|delivered|return|ship|shipped|mail|mailed|moved?|taxi|drive|go|come|going) (?:it |them |this |us |a new one )?to|(?:side|end|corner) of|\bat|refers to|here they are|they are|it'?s in|it is|new one to)[:,]?\s{1,9}(?:the corner of )?$/;

type PartKind = 'number' | 'word' | 'street' | 'unit' | 'state' | 'place' | 'particle';
interface Part {
  readonly kind: PartKind;
  readonly end: number;
}

/** Where the address begins: numbers, a unit and a street's kind before its name belong to it. */
function startBefore(latin1: string, runStart: number): number {
  const before = latin1.slice(Math.max(0, runStart - 2 * LEAD_BYTES), runStart);
  const kind = KIND_BEFORE.exec(before)?.[0].length ?? 0;
  const numbers = NUMBERS_BEFORE.exec(before.slice(0, before.length - kind))?.[0].length ?? 0;
  return runStart - kind - numbers;
}

/** A street's kind in lower case, as Romance and Slavic languages write it, with a particle. */
const KIND_BEFORE =
  /(?<=^|[\s,])(?:rue|via|viale|piazza|corso|calle|avenida|paseo|plaza|avenue|boulevard|chemin|place|quai|all\u00c3\u00a9e|route|rua|ul\.|al\.|os\.|trg) (?:(?:de la|de las|de los|de|du|des|del|della|dei|da|do|dos) |d'|de l'|dell')?$/;
const NUMBERS_BEFORE =
  /(?:(?:apt|suite|unit|flat|no|nr|n)\.? ?\d{1,5}[a-z]?,? )?(?:(?:^|(?<=[\s"'(>:,]))\d{1,6}(?:[A-Za-z]|[-/]\d{1,4})?,?[ \n]){1,2}$/i;

/** The parts of an address from a place on, over lines. Bounded. */
function partsFrom(latin1: string, start: number): readonly Part[] {
  const parts: Part[] = [];
  let at = start;
  let kept = 0;
  let previous = '';
  while (parts.length < MAX_PARTS && at - start < MAX_BYTES) {
    PART.lastIndex = at;
    const part = PART.exec(latin1);
    if (part === null) break;
    // A full stop behind a word that is no abbreviation ends the sentence.
    const isLast = part[0].endsWith('.') && !isAbbreviation(part[0]);
    const raw = isLast ? part[0].slice(0, -1) : part[0];
    const own = kindOf(raw, parts.length === 0);
    const kind = own === 'street' && EVERYDAY_TYPES.has(plainOf(raw)) && isCommonWord(plainOf(previous)) ? 'word' : own;
    previous = raw;
    const end = PART.lastIndex - (isLast ? 1 : 0);
    if (kind === null) break;
    parts.push({ kind, end });
    if (kind !== 'particle') kept = parts.length;
    if (isLast) break;
    SPACING.lastIndex = end;
    if (!SPACING.test(latin1)) break;
    const isFar = SPACING.lastIndex - end > 1 || latin1.charAt(end) !== ' ';
    at = SPACING.lastIndex;
    // Behind a comma or on another line a sentence may go on.
    if (isFar && !mayFollow(latin1, at)) break;
  }
  return parts.slice(0, kept);
}

const MAX_PARTS = 22;
const MAX_BYTES = 220;
const PART =
  /[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}(?!\w)|[A-Z]\d[A-Z] \d[A-Z]\d(?!\w)|\d{1,6}(?:[-/]\d{1,4})?[A-Za-z]?(?![\w])|#\d{1,5}|(?:P\.? ?O\.? ?Box|p\.? ?o\.? ?box|C\/)|[A-Za-z\u0080-\u00ff][A-Za-z\u0080-\u00ff'-]{0,40}\.?/y;
const SPACING = /(?:,? ?\n[ \t>?]{0,8}(?:\n[ \t]{0,4})?,? ?|, ?| )(?=[\w#\u0080-\u00ff])/y;

/** Streets' kinds that are English words in lower case. */
const ENGLISH_WORDS: ReadonlySet<string> = new Set([
  'via',
  'place',
  'route',
  'plaza',
  'al',
  'os',
  'cd',
  'sk',
  'av',
  'st',
]);

/** A word of the bytes as lists hold it, without a full stop behind it. */
function plainOf(raw: string): string {
  return folded(Buffer.from(raw, 'latin1').toString('utf8')).replace(/\.$/, '');
}

function isAbbreviation(raw: string): boolean {
  const bare = plainOf(raw);
  if (EVERYDAY_TYPES.has(bare)) return false;
  return (
    bare.length < 3 ||
    UNITS.has(bare) ||
    STREET_TYPES.has(bare) ||
    STREET_PREFIXES.has(bare) ||
    LOWER_STREET_TYPES.has(bare) ||
    bare.endsWith('str')
  );
}

function kindOf(raw: string, isFirst: boolean): PartKind | null {
  if (/^[\d#]|^[A-Z]{1,2}\d/.test(raw)) return 'number';
  const word = Buffer.from(raw, 'latin1').toString('utf8');
  const bare = folded(word).replace(/\.$/, '');
  if (UNITS.has(bare) || /^p\.? ?o\.? ?box$/i.test(raw)) return 'unit';
  const isCapital = word.charAt(0) !== word.charAt(0).toLowerCase();
  if (STREET_PREFIXES.has(bare) && (isCapital || !ENGLISH_WORDS.has(bare))) return 'street';
  if (!isCapital && LOWER_STREET_TYPES.has(bare) && !isFirst) return 'street';
  if (!isCapital) return PARTICLES.has(bare) && !isFirst ? 'particle' : null;
  if (STREET_TYPES.has(bare) || STREET_ENDINGS.test(bare)) return 'street';
  if (STATES.has(raw)) return 'state';
  return isPlaceName(bare) ? 'place' : 'word';
}

/** Whether a run of words has a street's kind in it. */
function isStreet(run: string): boolean {
  return run.split(' ').some((word) => kindOf(word, false) === 'street');
}

/** Whether what stands behind a comma or a line break can belong to an address: a number, a unit, a place, a name that is no word. */
function mayFollow(latin1: string, at: number): boolean {
  PART.lastIndex = at;
  const raw = PART.exec(latin1)?.[0];
  if (raw === undefined) return false;
  const kind = kindOf(raw, false);
  if (kind === null || kind === 'particle') return false;
  // A date or a telephone number is none of it.
  if (kind === 'number') return !/^\d{1,4}[-/]\d|^\d+[ -]\d+[ -]?\d/.test(latin1.slice(at, at + 14));
  return kind !== 'word' || !isCommonWord(plainOf(raw));
}

/** How much speaks for an address. A number and a street's kind are enough. */
function evidence(parts: readonly Part[]): number {
  const has = (kind: PartKind): boolean => parts.some((part) => part.kind === kind);
  if (!has('number') || parts.length < 2) return 0;
  const near = parts.slice(0, 7);
  const street = near.some(({ kind }) => kind === 'street') ? 2 : 0;
  const numbers = parts.filter(({ kind }) => kind === 'number').length;
  const isNumbered = parts[0]?.kind === 'number' && parts[1]?.kind !== 'unit';
  const isUnit = parts.some(({ kind }, at) => kind === 'unit' && parts[at + 1]?.kind === 'number');
  const ends = has('state') || parts.slice(2).some(({ kind }) => kind === 'place') ? 1 : 0;
  const isPost = parts.some(
    ({ kind }, at) => kind === 'unit' && parts[at + 1]?.kind === 'state' && parts[at + 2]?.kind === 'number',
  );
  return (
    street + (isPost ? 3 : 0) + (isUnit ? 2 : 0) + (isNumbered || street > 0 ? 1 : 0) + (numbers > 1 ? 1 : 0) + ends
  );
}
