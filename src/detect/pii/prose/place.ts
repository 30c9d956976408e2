import { detectorId } from '../../../core/ids.ts';
import type { KindMatch } from '../../scan/detector.ts';
import type { Setting } from './setting.ts';
import { COUNTRIES, STATES } from './vocabulary.ts';
import { isPlaceName } from './words.ts';
import type { NameWord } from './words.ts';

export const PLACE = detectorId('pii/place');

/** The town, region or country that a run of capitalised words names, if any. Read in prose alone. */
export function placeIn(words: readonly NameWord[], setting: Setting): KindMatch | null {
  const { isProse, cue, isSpeaker } = setting;
  if (!isProse) return null;
  const country = partOf(words, (plain) => COUNTRIES.has(plain));
  const [head] = country ?? [];
  const tail = country?.at(-1);
  if (head !== undefined && tail !== undefined) return found(head, tail, 0.8);
  const known = partOf(words, isPlaceName);
  if (known !== null) {
    const [first] = known;
    const last = known.at(-1);
    if (first === undefined || last === undefined) return null;
    const isAmbiguous = known.length === 1 && (first.isCommon || first.isGiven || first.isSurname || first.isNever);
    if (isAmbiguous && cue !== 'place' && !setting.isBeforeRegion) return null;
    if (known.length < words.length && isAmbiguous) return null;
    if (words.length === 1 && (cue === 'person' || isSpeaker)) return null;
    return found(first, last, isAmbiguous ? 0.5 : 0.7);
  }
  if (!setting.isPlaceSure || words.some(({ isNever, isOrganisation }) => isNever || isOrganisation)) return null;
  const [first] = words;
  const last = words.at(-1);
  if (first === undefined || last === undefined || first.isCommon || words.length > 4) return null;
  return found(first, last, 0.5);
}

/** The longest part of the run that a list holds. */
function partOf(words: readonly NameWord[], isIn: (plain: string) => boolean): readonly NameWord[] | null {
  for (let length = Math.min(words.length, 4); length >= 1; length -= 1)
    for (let from = 0; from + length <= words.length; from += 1) {
      const part = words.slice(from, from + length);
      if (part[0]?.kind !== 'particle' && isIn(part.map((word) => word.plain.replace(/'s$/, '')).join(' ')))
        return part;
    }
  return null;
}

function found(first: NameWord, last: NameWord, confidence: number): KindMatch {
  return { id: PLACE, start: first.start, end: last.plain.endsWith("'s") ? last.end - 2 : last.end, confidence };
}

/** Whether a text goes on with a state or a country: `Springfield, IL`. */
export function isRegionNext(latin1: string, end: number): boolean {
  const next = /^(?:,? ?\n[ >?]{0,6}|, )([A-Z]{2,3}\b|[A-Z][a-z]{3,20}(?: [A-Z][a-z]{3,20})?)/.exec(
    latin1.slice(end, end + 40),
  )?.[1];
  return next !== undefined && (STATES.has(next) || COUNTRIES.has(next.toLowerCase()));
}
