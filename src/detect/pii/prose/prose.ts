import type { KindMatch, PassDetector, ScanText } from '../../scan/detector.ts';
import { isCodeFile, isWordByte } from '../surroundings.ts';
import { ADDRESS, addressAround } from './address.ts';
import { PERSON, personIn } from './person.ts';
import { PLACE, placeIn } from './place.ts';
import { settingOf } from './setting.ts';
import { COMMON, GIVEN, NEVER, PLACE as PLACE_BIT } from '../gazetteer/lexicon.ts';
import { LEXICON, capitalisedRun, isCodeBehind } from './words.ts';

/** People, places and postal addresses by lists of names and by the words beside them; nothing in files of code. */
export const PROSE: PassDetector = {
  how: 'pass',
  ids: [PERSON, PLACE, ADDRESS],
  reachBytes: 512,
  matches(text) {
    if (isCodeFile(text.scene)) return [];
    const found: KindMatch[] = [];
    const capital = /(?:^|[ \n\t\r"'([*:>,|;!?\u0080-\u00bf-])[A-Z\u00c3-\u00c5\u00c8\u00ce-\u00d0]/g;
    while (capital.test(text.latin1)) {
      const start = capital.lastIndex - 1;
      if (!isWordStart(text, start)) continue;
      const skipped = afterPlainWord(text.bytes, start);
      if (skipped !== 0) {
        capital.lastIndex = skipped;
        continue;
      }
      const { words, end } = capitalisedRun(text, start);
      if (words.length === 0) {
        capital.lastIndex = Math.max(end, start + 1);
        continue;
      }
      capital.lastIndex = end;
      const address = addressAround(text, start, end);
      if (address !== null) {
        found.push(address);
        capital.lastIndex = Math.max(end, address.end);
        if (address.start < end) continue;
      }
      if (
        words.every(({ isCommon, isGiven, isNever, kind }) => (isCommon && !isGiven) || isNever || kind === 'initial')
      )
        continue;
      const setting = settingOf(text, start, end);
      const place = placeIn(words, setting);
      const person = personIn(words, setting);
      if (
        person !== null &&
        (place === null || person.confidence >= place.confidence || person.end - person.start > place.end - place.start)
      )
        found.push(person);
      else if (place !== null) found.push(place);
    }
    return found;
  },
};

/**
 * Where a word ends that needs no second look: an identifier, or a word of every text with no capital letter behind it.
 * 0 for all others. Most words of most texts end here.
 */
function afterPlainWord(bytes: Uint8Array, start: number): number {
  let end = start + 1;
  let capitals = 0;
  let isCamel = false;
  for (; end < bytes.length; end += 1) {
    const byte = bytes[end] as number;
    if (byte >= 0x61 && byte <= 0x7a) continue;
    if (byte < 0x41 || byte > 0x5a) break;
    capitals += 1;
    // `McDonald`, `MacArthur` and `FitzGerald` have their second capital early, and no third.
    isCamel ||= (bytes[end - 1] as number) >= 0x61 && (end - start > 4 || capitals > 1);
  }
  const next = bytes[end] ?? 0;
  if (next >= 0x80 || next === APOSTROPHE || next === HYPHEN) return 0;
  const length = end - start;
  if (isCamel || isCodeBehind(bytes, end) || length > MAX_WORD_BYTES) return end;
  if (capitals > 0 && capitals < length - 1 && (capitals > 1 || (bytes[start + 1] as number) < 0x61)) return end;
  if (capitals === length - 1 && length > 1 && length < 4 && next !== SPACE) return end;
  if (length === 1) return next === DOT || next === SPACE ? 0 : end;
  const bits = LEXICON.ofBytes(bytes, start, end);
  if ((bits & (COMMON | NEVER)) === 0 || (bits & GIVEN) !== 0) return 0;
  const beyond = bytes[end + 1] ?? 0;
  const isRun = next === SPACE && ((beyond >= 0x41 && beyond <= 0x5a) || beyond >= 0x80);
  const before = bytes[start - 2] ?? 0;
  const isNumbered =
    (before >= 0x30 && before <= 0x39) || (beyond >= 0x30 && beyond <= 0x39) || (bits & PLACE_BIT) !== 0;
  return isRun || isNumbered || next === DOT ? 0 : end;
}

const APOSTROPHE = 0x27;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const SPACE = 0x20;
const MAX_WORD_BYTES = 30;
/** Whether a word may begin here: behind a space, a line's start, a quotation mark, a bracket or a dash. */
function isWordStart({ bytes }: ScanText, start: number): boolean {
  const before = bytes[start - 1];
  if (before === undefined) return true;
  if (before >= 0x80) return bytes[start - 3] === 0xe2 && bytes[start - 2] === 0x80;
  return !isWordByte(before) && NOT_BEFORE[before] === 0;
}

const NOT_BEFORE = Uint8Array.from({ length: 128 }, (_, byte) =>
  /[.\\/@#$=<{`&%+~^]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
