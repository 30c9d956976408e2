import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { COLOUR_SHAPE } from './base64-runs.ts';
import { isAlphanumeric, kindAt } from './character-kind.ts';
import { KEY_REACH_BYTES, keyTextEnd, keyTextStart } from './key-text.ts';

/**
 * PEM of PKCS 1, PKCS 8, SEC 1, OpenSSH, and the armour of PGP, whole or cut at either end, also with its line ends
 * escaped and with anything in front of its lines.
 */
export const PEM_PRIVATE_KEY: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/private-key'),
  keywords: ['-----begin', '---- begin', '-----end', '---- end'],
  reachBytes: KEY_REACH_BYTES,
  matchAt({ latin1 }, start, end) {
    PRIVATE_MARK.lastIndex = end;
    const mark = PRIVATE_MARK.exec(latin1);
    if (mark === null) return null;
    const markEnd = end + mark[0].length;
    const isBegin = (latin1.charCodeAt(end - 1) | 0x20) === 0x6e;
    const from = isBegin ? start : keyTextStart(latin1, start);
    const to = isBegin ? keyTextEnd(latin1, markEnd) : markEnd;
    return from === null || to === null ? null : { start: from, end: to, confidence: 0.9 };
  },
};

/** What stands behind `BEGIN`; where lines are searched for words, a terminal shows these in colours. */
const PRIVATE_MARK = new RegExp(
  `(?:[ A-Z0-9_+-]|%20|${COLOUR_SHAPE}){0,40}?PRIVATE(?:[ +]|%20)KEY(?:${COLOUR_SHAPE}){0,4}(?:(?:[ +]|%20)BLOCK)?(?:${COLOUR_SHAPE}){0,4} ?-{4,5}`,
  'iy',
);

/** PuTTY's own format. */
export const PUTTY_PRIVATE_KEY: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/putty-private-key'),
  keywords: ['private-lines:', 'private-lines%3a'],
  reachBytes: KEY_REACH_BYTES,
  matchAt({ latin1 }, start, end) {
    PUTTY_COUNT.lastIndex = end;
    const count = PUTTY_COUNT.exec(latin1);
    if (count === null) return null;
    const bodyEnd = keyTextEnd(latin1, end + count[0].length, PUTTY_END);
    return bodyEnd === null ? null : { start, end: bodyEnd, confidence: 0.9 };
  },
};

const PUTTY_COUNT = /(?:[ \t+]|%20){0,4}\d{1,3}/y;
/** The line behind the last one, with what stands in front of it. */
const PUTTY_END = /(?:[\r\n]|\\[rn])[^\r\n\\]{0,200}Private-(?:MAC|Hash)|Private-(?:MAC|Hash)/i;

const BARE_BEGINNINGS = [
  'IBADANBgkqhkiG9w0BAQEFAASC',
  'AgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG',
  'MHcCAQEE',
  'MC4CAQAwBQYDK2VwBCIEI',
  'b3BlbnNzaC1rZXktdjE',
  ...['CAQEA', 'CAYEA', 'CAgEA'].map((modulus) => `IBAAK${modulus}`),
];

/**
 * Private keys without armour. What the base64 begins with is fixed by the DER of PKCS 8, SEC 1 and PKCS 1 and by the magic
 * of OpenSSH: the version, and the identifier of the algorithm or the length of the modulus.
 */
export const BARE_PRIVATE_KEY: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/bare-private-key'),
  keywords: BARE_BEGINNINGS.map((each) => each.toLowerCase()),
  reachBytes: KEY_REACH_BYTES,
  matchAt({ latin1 }, start, end) {
    if (!BARE_BEGINNINGS.includes(latin1.slice(start, end))) return null;
    const from =
      start - (/MI[GI][A-Za-z0-9+/]{0,9}$/.exec(latin1.slice(Math.max(0, start - 12), start))?.[0].length ?? 0);
    // Within a longer run they are there by chance.
    if (isAlphanumeric(kindAt(latin1, from - 1)) && latin1.charAt(from - 2) !== '\\') return null;
    const bodyEnd = keyTextEnd(latin1, from);
    return bodyEnd === null || bodyEnd < end + 24 ? null : { start: from, end: bodyEnd, confidence: 0.9 };
  },
};
