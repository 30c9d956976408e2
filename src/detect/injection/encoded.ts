import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector, ScanText } from '../scan/detector.ts';
import { isOrder } from './order-words.ts';
import { SURE } from './thresholds.ts';

/** How much of an encoded text is read to either side of the word that gave it away. */
const SPAN_BYTES = 240;
const REACH_BYTES = 256;

/** Words that an order to a model can hardly do without. */
const STEMS = ['ignore', 'instruct', 'disregard', 'system prompt', 'previous', 'password', 'you are', 'you must'];

/** Undoes one way of writing a text so that people and filters do not read it. */
interface Disguise {
  readonly id: string;
  readonly keywords: readonly string[];
  /** Which bytes belong to a text so written. */
  readonly isPart: (byte: number) => boolean;
  readonly reveal: (written: string) => string;
}

const isLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const isWordy = (byte: number): boolean => isLetter(byte) || isDigit(byte) || byte === 0x20 || byte === 0x27;
const isHex = (byte: number): boolean => isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);

const DISGUISES: readonly Disguise[] = [
  {
    id: 'injection/encoded-base64',
    keywords: STEMS.flatMap(base64Forms),
    isPart: (byte) =>
      isLetter(byte) || isDigit(byte) || byte === 0x2b || byte === 0x2f || byte === 0x2d || byte === 0x5f,
    // Where a group of four begins is unknown: a run may be cut by the reach.
    reveal: (written) =>
      [0, 1, 2, 3].map((skip) => Buffer.from(written.slice(skip), 'base64').toString('latin1')).join('\n'),
  },
  {
    id: 'injection/encoded-hex',
    keywords: STEMS.map((stem) => Buffer.from(stem).toString('hex')),
    isPart: isHex,
    reveal: (written) =>
      `${Buffer.from(written, 'hex').toString('latin1')}\n${Buffer.from(written.slice(1), 'hex').toString('latin1')}`,
  },
  {
    id: 'injection/encoded-escapes',
    keywords: [
      '\\u0069\\u0067\\u006e',
      '\\x69\\x67\\x6e',
      '\\u0073\\u0079\\u0073',
      '\\x73\\x79\\x73',
      '&#105;&#103;&#110;',
      '&#x69;&#x67;&#x6e;',
      '%69%67%6e',
      '%73%79%73',
      '&#115;&#121;&#115;',
      '\\u0049\\u0067\\u006e',
      '\\x49\\x67\\x6e',
      '&#73;&#103;&#110;',
      '%49%67%6e',
      '69 67 6e 6f 72 65',
      '105 103 110 111 114 101',
      '01101001 01100111 01101110',
      '01100111 01101110 01101111 01110010',
      '01110011 01110010 01100101 01100111',
      '01110011 01111001 01110011 01110100',
    ],
    isPart: (byte) => isLetter(byte) || isDigit(byte) || '\\&#;% '.includes(String.fromCharCode(byte)),
    reveal: unescaped,
  },
  {
    id: 'injection/encoded-url',
    keywords: [
      'ignore%20',
      'ignore+all',
      'ignore+previous',
      'disregard%20',
      '%20instructions',
      'system%20prompt',
      'previous+instructions',
    ],
    isPart: (byte) => byte > 0x20 && byte < 0x7f,
    reveal: (written) =>
      written
        .replaceAll('+', ' ')
        .replaceAll(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
  },
  {
    id: 'injection/encoded-rot13',
    keywords: STEMS.filter((stem) => stem !== 'password' && stem !== 'you are').map(rot13),
    isPart: isWordy,
    reveal: rot13,
  },
  {
    id: 'injection/encoded-reversed',
    keywords: ['snoitcurtsni', 'tpmorp metsys', 'suoiverp lla', 'drager'],
    isPart: isWordy,
    reveal: (written) => Array.from(written).toReversed().join(''),
  },
  {
    id: 'injection/encoded-leetspeak',
    keywords: [
      '1gn0r',
      'ign0r',
      '1gnor',
      '!gn0r',
      'd1sr3g',
      'disr3g',
      '1nstruc',
      'instruct10',
      'instruct1o',
      'pr0mpt',
      'syst3m',
      '5y5t3m',
      'pr3v1ous',
      'prev10us',
      'f0rg3t',
      'forg3t',
      'byp4ss',
      'ev3ryth',
    ],
    isPart: (byte) => isWordy(byte) || byte === 0x21 || byte === 0x40 || byte === 0x24,
    reveal: (written) => written.replaceAll(/[013457!@$]/g, (sign) => PLAIN_OF[sign] ?? sign),
  },
  {
    id: 'injection/encoded-spaced',
    keywords: [
      'i g n o r e',
      'i-g-n-o-r-e',
      'i.g.n.o.r.e',
      'i_g_n_o_r_e',
      'i n s t r u c t',
      'i-n-s-t-r-u-c-t',
      'p r o m p t',
      'p-r-o-m-p-t',
      's y s t e m',
      's-y-s-t-e-m',
      'd i s r e g a r d',
      'f o r g e t',
      'p r e v i o u s',
      's a y t h a t',
      't e l l m e',
      'w r i t e',
      'y o u a r e',
      'p a s s w o r d',
      'r e v e a l',
    ],
    isPart: (byte) => isWordy(byte) || byte === 0x2d || byte === 0x2e || byte === 0x5f,
    reveal: (written) =>
      written
        .replaceAll(/([0-9A-Za-z])[ ._-](?=[0-9A-Za-z](?:[ ._-]|$))/g, '$1')
        .replaceAll(/[ ._-]{1,4}/g, ' ')
        .replaceAll(/(?<=\b[A-Za-z]) (?=[A-Za-z]\b)/g, ''),
  },
];

const PLAIN_OF: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '!': 'i',
  '@': 'a',
  $: 's',
};

/** Texts that decode to an order to a model. */
export const ENCODED: readonly KeywordDetector[] = DISGUISES.map(({ id, keywords, isPart, reveal }) => ({
  how: 'keyword',
  id: detectorId(id),
  keywords: [...new Set(keywords.map((keyword) => keyword.toLowerCase()))],
  reachBytes: REACH_BYTES,
  matchAt(text, start, end) {
    const from = runStart(text, start, isPart);
    const to = runEnd(text, end, isPart);
    if (to - from < MIN_BYTES) return null;
    return isOrder(reveal(text.latin1.slice(from, to))) ? { start: from, end: to, confidence: SURE } : null;
  },
}));

/** Shorter ones say too little. */
const MIN_BYTES = 14;

function runStart({ bytes }: ScanText, start: number, isPart: (byte: number) => boolean): number {
  let from = start;
  while (from > 0 && start - from < SPAN_BYTES && isPart(bytes[from - 1] ?? 0)) from -= 1;
  return from;
}

function runEnd({ bytes }: ScanText, end: number, isPart: (byte: number) => boolean): number {
  let to = end;
  while (to < bytes.length && to - end < SPAN_BYTES && isPart(bytes[to] ?? 0)) to += 1;
  return to;
}

/** How a word shows in base64, wherever it stands in a group of three, with a small and with a capital first letter. */
function base64Forms(stem: string): string[] {
  const capital = stem.charAt(0).toUpperCase() + stem.slice(1);
  return [stem, capital, stem.toUpperCase()]
    .flatMap((word) =>
      [0, 1, 2].map((skip) => {
        const whole = word.slice(skip === 0 ? 0 : 3 - skip);
        return Buffer.from(whole.slice(0, 3 * Math.floor(whole.length / 3))).toString('base64');
      }),
    )
    .filter((form) => form.length >= 8 || stem === 'ignore');
}

function rot13(text: string): string {
  return text.replaceAll(/[A-Za-z]/g, (letter) => {
    const code = letter.charCodeAt(0);
    return String.fromCharCode((code | 0x20) < 0x6e ? code + 13 : code - 13);
  });
}

function unescaped(written: string): string {
  const character = (radix: number) => (_: string, code: string) =>
    String.fromCharCode(Number.parseInt(code, radix) & 0xff);
  return written
    .replaceAll(/\\u00([0-9A-Fa-f]{2})/g, character(16))
    .replaceAll(/\\x([0-9A-Fa-f]{2})/g, character(16))
    .replaceAll(/&#x([0-9A-Fa-f]{2});/g, character(16))
    .replaceAll(/&#([0-9]{2,3});/g, character(10))
    .replaceAll(/%([0-9A-Fa-f]{2})/g, character(16))
    .replaceAll(/\b([01]{8})\b ?/g, character(2))
    .replaceAll(/\b(1[0-2][0-9]|[3-9][0-9]) (?=[0-9])/g, character(10))
    .replaceAll(/\b([2-7][0-9A-Fa-f]) /g, character(16));
}
