import type { ScanText } from '../../scan/detector.ts';
import { COMMON_WORDS } from '../gazetteer/common-words.ts';
import { folded } from '../gazetteer/fold.ts';
import { GIVEN_NAMES } from '../gazetteer/given-names.ts';
import { COMMON, GIVEN, NEVER, ORGANISATION, PLACE, SURNAME, lexicon } from '../gazetteer/lexicon.ts';
import { PLACES } from '../gazetteer/places.ts';
import { SURNAMES } from '../gazetteer/surnames.ts';
import { isWordByte } from '../surroundings.ts';
import { NEVER_NAMES, ORGANISATIONS, PARTICLES, UNITS } from './vocabulary.ts';

/** A word of a run of capitalised words, with what the lists know of it. */
export interface NameWord {
  readonly start: number;
  readonly end: number;
  /** As the lists hold it. */
  readonly plain: string;
  /** An initial is one capital letter, with or without a full stop. */
  readonly kind: 'capitalised' | 'capitals' | 'initial' | 'particle';
  readonly isGiven: boolean;
  readonly isSurname: boolean;
  readonly isPlace: boolean;
  /** Texts write it in lower case as well, or it is a day, a people, a product. */
  readonly isCommon: boolean;
  readonly isNever: boolean;
  readonly isOrganisation: boolean;
}

/** All lists in one. */
export const LEXICON = lexicon(() => [
  { words: GIVEN_NAMES, bit: GIVEN },
  { words: SURNAMES, bit: SURNAME },
  { words: PLACES, bit: PLACE },
  { words: COMMON_WORDS, bit: COMMON },
  { words: NEVER_NAMES, bit: NEVER },
  { words: ORGANISATIONS, bit: ORGANISATION },
]);

export function isPlaceName(plain: string): boolean {
  return (LEXICON.of(plain) & PLACE) !== 0;
}

export function isCommonWord(plain: string): boolean {
  return (LEXICON.of(plain) & COMMON) !== 0;
}

/** The most words that a run may have: longer ones are headings and lists. */
export const MAX_WORDS = 9;

/**
 * The run of capitalised words that starts at `start`, with particles between them. Words are apart by one space.
 *
 * @returns nothing for a run that is too long; its end all the same.
 */
export function capitalisedRun(
  text: ScanText,
  start: number,
): { readonly words: readonly NameWord[]; readonly end: number } {
  const words: NameWord[] = [];
  let count = 0;
  let end = start;
  for (let at = start; ;) {
    const word = wordAt(text, at);
    if (word === null) break;
    // A part of a building ends a name: it begins what belongs to an address.
    if (count > 0 && UNITS.has(word.plain)) break;
    count += 1;
    // A run that is too long is read to its end, so that no part of it passes for one of its own.
    if (count <= MAX_WORDS) words.push(word);
    if (word.kind !== 'particle') end = word.end;
    if (text.bytes[word.end] !== SPACE) break;
    at = word.end + 1;
  }
  while (words.at(-1)?.kind === 'particle') words.pop();
  return { words: count > MAX_WORDS ? [] : words, end };
}

const SPACE = 0x20;
/** Letters of any script as bytes, apostrophes and hyphens within. */
const WORD =
  /[A-Za-z\u00c3-\u00f4\u0080-\u00bf]{1,40}(?:(?:['-]|\u00e2\u0080\u0099)[A-Za-z\u00c3-\u00f4][A-Za-z\u00c3-\u00f4\u0080-\u00bf]{1,30}){0,2}/y;

/** The word at a place, if it may stand in a name. */
export function wordAt({ bytes, latin1 }: ScanText, start: number): NameWord | null {
  WORD.lastIndex = start;
  if (!WORD.test(latin1)) return null;
  let end = WORD.lastIndex;
  const raw = latin1.slice(start, end);
  const isPlain = !/[^\x20-\x7e]/.test(raw);
  const word = isPlain ? raw : Buffer.from(raw, 'latin1').toString('utf8');
  if (!isPlain && /[^\p{L}'\u2019-]/u.test(word)) return null;
  const plain = isPlain ? raw.toLowerCase() : folded(word);
  const first = word.codePointAt(0) ?? 0;
  const initial = String.fromCodePoint(first);
  const isCapital = initial !== initial.toLowerCase();
  if (!isCapital) return PARTICLES.has(plain) ? nameWord(start, end, plain, 'particle') : null;
  const rest = word.slice(initial.length);
  if (rest === '') {
    if (bytes[end] === DOT) end += 1;
    return nameWord(start, end, plain, 'initial');
  }
  // A digit or a sign of code behind it: an identifier.
  if (isCodeBehind(bytes, end)) return null;
  if (rest === rest.toLowerCase() || INNER_CAPITAL.test(word)) return nameWord(start, end, plain, 'capitalised');
  return rest === rest.toUpperCase() ? nameWord(start, end, plain, 'capitals') : null;
}

const DOT = 0x2e;
const COLON = 0x3a;
/** Signs that only code has right behind a word. */
const NOT_BEHIND = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[0-9_=({[<\\/@`$]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/** Whether what stands behind a word makes it an identifier: a digit, a call, a member, a scope. */
export function isCodeBehind(bytes: Uint8Array, end: number): boolean {
  const next = bytes[end] ?? 0;
  const beyond = bytes[end + 1] ?? 0;
  return (
    NOT_BEHIND[next] === 1 ||
    (next === DOT && isWordByte(beyond) && beyond < 0x80) ||
    (next === COLON && beyond === COLON)
  );
}

/** Names that have a capital letter within: McDonald, O'Neill, LeBlanc, Anne-Marie. */
const INNER_CAPITAL =
  /^(?:Mc|Mac|De|Di|La|Le|Van|Von|Fitz|O['\u2019]|D['\u2019]|L['\u2019]|\p{Lu}\p{Ll}+-)\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)?$/u;

function nameWord(start: number, end: number, plain: string, kind: NameWord['kind']): NameWord {
  const whole = plain.endsWith("'s") ? plain.slice(0, -2) : plain;
  const isName = kind === 'capitalised' || kind === 'capitals';
  const bits = isName ? bitsOf(whole) : 0;
  // Short words in capitals are abbreviations.
  const isNever = (bits & NEVER) !== 0 || (kind === 'capitals' && whole.length <= 3);
  return {
    start,
    end,
    plain,
    kind,
    isGiven: !isNever && (bits & GIVEN) !== 0,
    isSurname: !isNever && (bits & SURNAME) !== 0,
    isPlace: !isNever && (bits & PLACE) !== 0,
    isCommon: (bits & COMMON) !== 0,
    isNever,
    isOrganisation: (bits & ORGANISATION) !== 0,
  };
}

/** What lists say of a word, or of all the parts of one with hyphens. */
function bitsOf(whole: string): number {
  const bits = LEXICON.of(whole);
  if (bits !== 0 || !whole.includes('-')) return bits;
  return whole.split('-').reduce((shared, part) => shared & LEXICON.of(part), ~0);
}
