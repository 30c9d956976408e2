import type { KeywordDetector } from '../../scan/detector.ts';
import { COMMON, GIVEN, NEVER, PLACE, SURNAME } from '../gazetteer/lexicon.ts';
import { isCodeFile } from '../surroundings.ts';
import { PERSON } from './person.ts';
import { LEXICON } from './words.ts';

/** Names that people type without capital letters, behind words that nothing but a name follows. */
export const LOWER_CASE_NAME: KeywordDetector = {
  how: 'keyword',
  id: PERSON,
  keywords: [
    'name is ',
    'name: ',
    'mr. ',
    'mrs. ',
    'ms. ',
    'dr. ',
    'call me ',
    'calls me ',
    'speak to ',
    'change it to ',
  ],
  reachBytes: 100,
  matchAt({ bytes, latin1, scene }, start, end) {
    const first = bytes[end] ?? 0;
    if (first < 0x61 || first > 0x7a || isCodeFile(scene)) return null;
    WORDS.lastIndex = end;
    const words = WORDS.exec(latin1)?.[0].split(' ');
    if (words === undefined) return null;
    const isTitle = TITLE.test(latin1.slice(start, end));
    let stop = end;
    let isName = false;
    for (const word of words) {
      const bits = LEXICON.ofBytes(
        bytes,
        stop === end ? stop : stop + 1,
        (stop === end ? stop : stop + 1) + word.length,
      );
      const isPart =
        (bits & (COMMON | NEVER)) === 0 && (isTitle || (bits & (GIVEN | SURNAME)) !== 0 || (isName && word.length > 2));
      if (!isPart && !(isName && word.length === 1)) break;
      isName ||= (bits & PLACE) === 0 || isTitle;
      stop += word.length + (stop === end ? 0 : 1);
    }
    return isName && stop > end ? { start: end, end: stop, confidence: 0.5 } : null;
  },
};

const WORDS = /[a-z]{2,20}(?: [a-z]{1,20}){0,2}(?![\w(=.:]\w)/y;
const TITLE = /^(?:mr|mrs|ms|dr)\. /i;
