import { isAscii } from 'node:buffer';
import type { KeywordDetector, KindMatch, PassDetector, ScanScene, ScanText } from '../scan/detector.ts';
import { eachKeyword, keywordAutomaton } from '../scan/keyword-automaton.ts';
import { COLOUR_SHAPE } from './base64-runs.ts';

/** Longer words are none that a secret is written in. */
const MOST_WORD_BYTES = 1024;
/** What a reader never sees, or what stands for another character, without which there is nothing to do. */
const MARKS = ['\x1b[', '\\u001b[', '\\x1b[', '&#', '%5', '%2', '\\u00', '\\x5f', '\\x2d'];
/** Zero width space, its joiners, word joiner, byte order mark, soft hyphen: as bytes of UTF-8. */
const INVISIBLE = ['\xe2\x80\x8b', '\xe2\x80\x8c', '\xe2\x80\x8d', '\xe2\x81\xa0', '\xef\xbb\xbf', '\xc2\xad'];

/**
 * Secrets in words that something was put into: colours of a terminal, characters without width, letters and marks as
 * escapes of URLs, of HTML and of JSON. Such a word is judged as it reads without them; the match is the word as it
 * stands, as far as the secret goes.
 */
export function decoratedSecret(inner: readonly KeywordDetector[]): PassDetector {
  const keywords = [...new Set(inner.flatMap((each) => each.keywords))];
  const automaton = keywordAutomaton(keywords);
  const owners = keywords.map((keyword) => inner.filter((each) => each.keywords.includes(keyword)));
  const matchesIn = (word: Plain, scene: ScanScene): readonly KindMatch[] => {
    const bytes = Buffer.from(word.text, 'latin1');
    const text: ScanText = { bytes, latin1: word.text, isAscii: isAscii(bytes), scene };
    const found: KindMatch[] = [];
    eachKeyword(automaton, bytes, (keyword, start, end) => {
      for (const detector of owners[keyword] ?? []) {
        const match = detector.matchAt(text, start, end);
        const place = match === null ? null : placeOf(word, match.start, match.end);
        if (match !== null && place !== null) found.push({ id: detector.id, ...place, confidence: match.confidence });
      }
    });
    return found;
  };
  return {
    how: 'pass',
    ids: [...new Set(inner.map(({ id }) => id))],
    reachBytes: 2 * MOST_WORD_BYTES,
    matches({ latin1, isAscii: plain, scene }) {
      const found: KindMatch[] = [];
      for (const mark of plain ? MARKS : [...MARKS, ...INVISIBLE]) {
        for (let at = latin1.indexOf(mark), seen = 0; at >= 0; at = latin1.indexOf(mark, Math.max(seen, at + 1))) {
          const word = wordAround(latin1, at);
          if (word === null) continue;
          seen = word.end;
          const read = plainWord(latin1, word);
          if (read !== null) found.push(...matchesIn(read, scene));
        }
      }
      return found;
    },
  };
}

interface Word {
  readonly start: number;
  readonly end: number;
}

const IN_WORD = Uint8Array.from({ length: 256 }, (_, code) => (code > 0x20 && code < 0x7f ? 1 : 0));
const ESCAPE = 0x1b;
const FIRST_INVISIBLE = new Set([0xe2, 0xef, 0xc2]);
const REST_INVISIBLE = new Set([0x80, 0x81, 0x8b, 0x8c, 0x8d, 0xa0, 0xad, 0xbb, 0xbf]);

/** The word that a place is in: printable ASCII and decorations. Null where it is too long or too short for a secret. */
function wordAround(latin1: string, at: number): Word | null {
  let [start, end] = [at, at];
  while (at - start <= MOST_WORD_BYTES && start > 0 && belongs(latin1.charCodeAt(start - 1))) start -= 1;
  while (end - start <= MOST_WORD_BYTES && end < latin1.length && belongs(latin1.charCodeAt(end))) end += 1;
  return end - start > MOST_WORD_BYTES || end - start < SHORTEST_WORD ? null : { start, end };
}

/** Nothing shorter is a secret with a decoration in it. */
const SHORTEST_WORD = 16;

function belongs(code: number): boolean {
  return IN_WORD[code] === 1 || code === ESCAPE || FIRST_INVISIBLE.has(code) || REST_INVISIBLE.has(code);
}

/** A word without what was put into it, and where each of its characters stands. */
interface Plain {
  readonly text: string;
  /** One more than there are characters: where the word ends is the last. */
  readonly places: readonly number[];
  /** Characters of the text in front of which something was left out, or that stand for an escape. */
  readonly decorated: ReadonlySet<number>;
}

const DECORATION = new RegExp(
  `${COLOUR_SHAPE}|${String.raw`(?:\\u001b|\\x1b)\[[0-9;]{0,12}[A-Za-z]|\xe2\x80[\x8b-\x8d]|\xe2\x81\xa0|\xef\xbb\xbf|\xc2\xad|%([0-9A-Fa-f]{2})|&#(?:(\d{2,3})|[xX]([0-9A-Fa-f]{2}));|\\u00([2-7][0-9A-Fa-f])|\\x([2-7][0-9A-Fa-f])`}`,
  'g',
);

/** @returns null where nothing is in the word that matters: escapes of marks that stand between words are usual. */
function plainWord(latin1: string, { start, end }: Word): Plain | null {
  const word = latin1.slice(start, end);
  const parts: string[] = [];
  const places: number[] = [];
  const decorated = new Set<number>();
  let [from, length] = [0, 0];
  const take = (text: string, at: number, step: 0 | 1): void => {
    parts.push(text);
    for (let index = 0; index < text.length; index += 1) places.push(start + at + step * index);
    length += text.length;
  };
  for (const found of word.matchAll(DECORATION)) {
    const [whole, percent, decimal, hex, unicode, byte] = found;
    const digits = percent ?? hex ?? unicode ?? byte;
    const code = decimal === undefined ? Number.parseInt(digits ?? '', 16) : Number(decimal);
    const character = Number.isNaN(code) ? '' : String.fromCharCode(code & 0xff);
    take(word.slice(from, found.index), from, 1);
    if (character === '' || UNRESERVED.test(character)) decorated.add(length);
    take(character, found.index, 0);
    from = found.index + whole.length;
  }
  if (decorated.size === 0) return null;
  take(word.slice(from), from, 1);
  places.push(end);
  return { text: parts.join(''), places, decorated };
}

/** RFC 3986, section 2.3: characters that no one needs to escape. */
const UNRESERVED = /[A-Za-z0-9._~-]/;

/** Null for a match that has nothing put into it: it is found without this. */
function placeOf({ places, decorated }: Plain, start: number, end: number): Word | null {
  for (let at = start; at < end; at += 1) {
    if (!decorated.has(at)) continue;
    const [from, last] = [places[start], places[end - 1]];
    const next = places[end];
    if (from === undefined || last === undefined || next === undefined) return null;
    return { start: from, end: Math.max(last + 1, decorated.has(end - 1) ? next : 0) };
  }
  return null;
}
