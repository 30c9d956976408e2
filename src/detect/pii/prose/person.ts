import { detectorId } from '../../../core/ids.ts';
import type { KindMatch } from '../../scan/detector.ts';
import type { Setting } from './setting.ts';
import { TITLES } from './vocabulary.ts';
import type { NameWord } from './words.ts';

export const PERSON = detectorId('pii/person');

/**
 * The person that a run of capitalised words names, if any. Lists alone suffice for a given name with a surname; a
 * single word needs to be a name and nothing else, or words beside it that speak of a person.
 */
export function personIn(words: readonly NameWord[], setting: Setting): KindMatch | null {
  const titled = words.findIndex(({ plain, kind }) => kind === 'capitalised' && TITLES.has(plain));
  // Outside prose a lone word is no name, whatever stands beside it.
  if (!setting.isProse && words.length === 1) return null;
  const hasTitle = (titled !== -1 && titled < words.length - 1) || setting.isTitled;
  const rest = withoutLead(
    titled !== -1 && titled < words.length - 1 ? words.slice(titled + 1) : words,
    hasTitle || setting.cue === 'person',
  );
  const [first] = rest;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return null;
  if (rest.some(({ isOrganisation }) => isOrganisation) && !hasTitle) return null;
  const sure = hasTitle ? 0.9 : confidence(rest, setting);
  return sure === 0 || rest.every(({ isNever, kind }) => isNever || kind === 'initial')
    ? null
    : { id: PERSON, start: first.start, end: withoutPossessive(last), confidence: sure };
}

/** Leaves out words before a name that begin the sentence: `Dear Ann`, `When Bob`. */
function withoutLead(words: readonly NameWord[], isCued: boolean): readonly NameWord[] {
  let from = 0;
  for (const [at, word] of words.entries()) {
    const next = words[at + 1];
    const isLead =
      word.isNever || word.kind === 'particle' || (word.isCommon && !(word.isGiven && (isCued || next !== undefined)));
    if (!isLead) break;
    from = at + 1;
  }
  let to = words.length;
  while (to > from + 1 && isTail(words[to - 1])) to -= 1;
  return words.slice(from, to);
}

/** A word that ends no name: `Kevin Left`, `Anna Monday`. */
function isTail(word: NameWord | undefined): boolean {
  return (
    word !== undefined &&
    (word.isNever || word.kind === 'particle' || (word.isCommon && !word.isSurname && !word.isGiven))
  );
}

function confidence(words: readonly NameWord[], setting: Setting): number {
  const named = words.filter(({ kind }) => kind === 'capitalised' || kind === 'capitals');
  const [first] = named;
  const last = named.at(-1);
  if (first === undefined || last === undefined || named.length > 5) return 0;
  const isShouted = named.every(({ kind }) => kind === 'capitals');
  if (named.length === 1) return isShouted ? 0 : single(first, words.length > 1, setting);
  const given = first.isGiven && !first.isCommon;
  if (isShouted) return given && last.isSurname && !last.isCommon ? 0.6 : 0;
  if (given && !first.isPlace && !last.isCommon) return 0.8;
  if (first.isGiven && last.isSurname && !last.isCommon) return 0.7;
  if (given && last.isSurname) return 0.7;
  if (first.isCommon || last.isCommon) return 0;
  const isSpoken = setting.cue === 'person' || setting.isSpeaker;
  if (first.isPlace && !first.isGiven && !isSpoken) return last.isSurname && !last.isPlace ? 0.5 : 0;
  if (first.isSurname && isName(last)) return 0.6;
  // An initial between two names is how nothing but people are written.
  if (words.some(({ kind }, at) => kind === 'initial' && at > 0)) return 0.6;
  if (!setting.isProse) return 0;
  if (setting.isGerman && !isSpoken) return 0;
  if (last.isSurname && !last.isPlace) return 0.6;
  return isSpoken || setting.cue === 'maybe-person' ? 0.5 : 0;
}

function single(word: NameWord, hasInitial: boolean, setting: Setting): number {
  const { isProse, cue, isSpeaker, isListed } = setting;
  if (!isProse || cue === 'place') return 0;
  if (cue === 'person') return word.isCommon && !word.isGiven && !word.isSurname ? 0 : 0.6;
  if (word.isCommon) return isSpeaker && word.isGiven ? 0.5 : 0;
  if (word.isGiven) return word.isPlace ? 0.5 : 0.6;
  if (isSpeaker) return isName(word) || !word.isPlace ? 0.5 : 0;
  if (setting.isGerman) return 0;
  // Surnames in a row, or joined by a hyphen, are as well a firm's.
  if (word.isSurname && !word.isPlace && !isListed && !word.plain.includes('-')) return 0.5;
  return (hasInitial || cue === 'maybe-person') && isName(word) && !isListed ? 0.5 : 0;
}

function isName({ isGiven, isSurname }: NameWord): boolean {
  return isGiven || isSurname;
}

/** Where a name ends without the `'s` of a genitive. */
function withoutPossessive({ plain, end }: NameWord): number {
  return plain.endsWith("'s") ? end - 2 : end;
}
