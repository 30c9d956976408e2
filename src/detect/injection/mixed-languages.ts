import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector, SourceKind } from '../scan/detector.ts';
import { beginsWord } from './phrase.ts';
import { LIKELY } from './thresholds.ts';

const ID = detectorId('injection/mixed-languages');

/** How far from the first of its words a sentence is looked for. */
const AROUND_BYTES = 200;
/** So many different small words make a sentence of a language. */
const LEAST_WORDS = 3;

/**
 * Languages in which little is written and in which models are known to refuse little, each by small words that hardly
 * any sentence does without. `keywords` are those that no other of our languages has.
 */
const RARE: readonly { readonly keywords: readonly string[]; readonly words: RegExp }[] = [
  // Irish and Scottish Gaelic.
  {
    keywords: ['agus', 'agad', 'airson', 'bheil', 'duit', 'bhfuil'],
    words:
      /(?<![0-9A-Za-z\x80-\xff])(?:agus|agad|airson|bheil|duit|bhfuil|seo|ann|tha|thu|leis|nach|nan|mar|gun|chun|t\xc3\xa1|t\xc3\xba|th\xc3\xba|n\xc3\xad|na|an|sa|do|go|le|ag|air)(?![0-9A-Za-z\x80-\xff])/g,
  },
  // Albanian.
  {
    keywords: ['duhet', 'duke', 'tuaj', 'brenda'],
    words:
      /(?<![0-9A-Za-z\x80-\xff])(?:duhet|duke|tuaj|n\xc3\xab|t\xc3\xab|q\xc3\xab|p\xc3\xabr|dhe|\xc3\xabsht\xc3\xab|nj\xc3\xab|k\xc3\xabt\xc3\xab|t\xc3\xabnde|nga|ky|kjo|brenda|n\xc3\xabse|vend)(?![0-9A-Za-z\x80-\xff])/g,
  },
  // Zulu and Xhosa.
  {
    keywords: ['ukuthi', 'lokhu', 'yakho', 'futhi', 'noma', 'udinga', 'ngicela'],
    words:
      /(?<![0-9A-Za-z\x80-\xff])(?:ukuthi|lokhu|yakho|futhi|noma|uma|udinga|ngicela|lo|ngo|ukwenza|kanye|esikhundleni|ngokuthi|ukuze|[a-z]{1,3}kwi[a-z]{2,12}|ku-?[a-z]{3,14}|nge[a-z]{3,14}|uku[a-z]{3,14}|wakho|sakho|kwe[a-z]{4,16})(?![0-9A-Za-z\x80-\xff])/g,
  },
  // Welsh.
  {
    keywords: ['eich', 'rhaid', 'gyfer', 'dylech', 'unrhyw'],
    words:
      /(?<![0-9A-Za-z\x80-\xff])(?:eich|rhaid|gyfer|dylech|unrhyw|mae|yn|ac|hwn|ar|y|yr|chi|gan|neu|wedi|bod)(?![0-9A-Za-z\x80-\xff])/g,
  },
  // Hmong.
  {
    keywords: ['koj ', 'cov lus', 'tsis ', 'yuav tsum'],
    words: /(?<![0-9A-Za-z])(?:koj|cov|lus|tsis|yuav|tsum|rau|thiab|ntawm|hauv|qhov|uas|kuv|ib|tus)(?![0-9A-Za-z])/g,
  },
  // Swahili.
  {
    keywords: ['lazima', 'yako ', 'kwamba', 'jibu'],
    words:
      /(?<![0-9A-Za-z])(?:lazima|yako|kwamba|jibu|kwa|na|ya|wa|hii|hiyo|kama|bila|katika|ni|au|wewe|maelekezo|maagizo)(?![0-9A-Za-z])/g,
  },
  // Maltese and Basque.
  {
    keywords: ['tieg', 'zure ', 'behar duzu', 'dezakezu'],
    words:
      /(?<![0-9A-Za-z\x80-\xff])(?:zure|behar|duzu|eta|da|bat|hau|honetan|dezakezu|tieg\xc4\xa7ek|g\xc4\xa7al|huwa|dan|din|inti|g\xc4\xa7andek|li|u)(?![0-9A-Za-z\x80-\xff])/g,
  },
];

/** English, the language that most prompts are in. */
const ENGLISH =
  /(?<![0-9A-Za-z\x80-\xff])(?:the|you|your|and|to|is|of|please|with|for|following|what|answer|this|that|it|as|without|any|be|can|will|more|are|we|our|from|has|have|was|not|they|should|if|these|when)(?![0-9A-Za-z\x80-\xff])/gi;

/** Whoever works with languages says so. */
const ABOUT_LANGUAGES =
  /translat|language|locale|i18n|l10n|dialect|irish|gaelic|gaeilge|g\xc3\xa0idhlig|scot|welsh|cymraeg|zulu|xhosa|albanian|shqip|hmong|swahili|kiswahili|basque|euskara|maltese|malti|\.po\b|msgid/i;

const SOURCES: ReadonlySet<SourceKind> = new Set([
  'user-prompt',
  'tool-result',
  'web-page',
  'mcp-result',
  'issue-text',
]);

/**
 * A sentence of such a language that goes over into another one on the way. Who writes it for people stays with one;
 * orders are mixed so because a filter, and the training of a model to refuse, know each half less well.
 */
export const MIXED_LANGUAGES: readonly KeywordDetector[] = RARE.map(({ keywords, words }, own) => ({
  how: 'keyword',
  id: ID,
  keywords,
  reachBytes: 2 * AROUND_BYTES,
  matchAt(text, start) {
    if (!SOURCES.has(text.scene.source) || text.latin1.length === 0 || !beginsWord(text, start)) return null;
    const from = Math.max(0, start - AROUND_BYTES);
    const end = Math.min(text.latin1.length, start + AROUND_BYTES);
    const around = text.latin1.slice(from, end);
    if (different(around, words) < LEAST_WORDS || ABOUT_LANGUAGES.test(around)) return null;
    const isMixed =
      different(around, ENGLISH) >= LEAST_WORDS + 1 ||
      RARE.some(({ words: others }, other) => other !== own && different(around, others) >= LEAST_WORDS);
    return isMixed ? { start, end, confidence: LIKELY } : null;
  },
}));

function different(text: string, words: RegExp): number {
  return new Set(text.match(words)?.map((word) => word.toLowerCase())).size;
}
