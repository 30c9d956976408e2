import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { isAlphanumeric, kindAt } from './character-kind.ts';
import { isMadeUp } from './placeholder.ts';
import { entropyBits } from './randomness.ts';

/** A key of 8192 bits takes 6.4 KB in PEM; what lies behind this bound is not covered by the finding. */
const KEY_REACH_BYTES = 12 * 1024;

/** PEM of PKCS 1, PKCS 8, SEC 1, OpenSSH, and the armour of PGP, whole or cut, also with its line ends escaped. */
export const PEM_PRIVATE_KEY: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/private-key'),
  keywords: ['private key-----', 'private key block-----'],
  reachBytes: KEY_REACH_BYTES,
  matchAt({ latin1 }, start, end) {
    const begin = /-----BEGIN[ A-Z0-9_-]{0,40}$/i.exec(latin1.slice(Math.max(0, start - 60), start));
    if (begin === null) return null;
    const bodyEnd = keyTextEnd(latin1, end);
    return bodyEnd === null ? null : { start: start - begin[0].length, end: bodyEnd, confidence: 0.9 };
  },
};

/** PuTTY's own format. */
export const PUTTY_PRIVATE_KEY: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/putty-private-key'),
  keywords: ['private-lines:'],
  reachBytes: KEY_REACH_BYTES,
  matchAt({ latin1 }, start, end) {
    PUTTY_COUNT.lastIndex = end;
    const count = PUTTY_COUNT.exec(latin1);
    if (count === null) return null;
    const bodyEnd = keyTextEnd(latin1, end + count[0].length);
    return bodyEnd === null ? null : { start, end: bodyEnd, confidence: 0.9 };
  },
};

/** In one line or in lines of their own, keys of 4096 bits and less. */
const BARE_KEY_BYTES = 4 * 1024;
const BARE_BEGINNINGS = [
  'IBADANBgkqhkiG9w0BAQEFAASC',
  'AgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG',
  'MHcCAQEE',
  'MC4CAQAwBQYDK2VwBCIEI',
  'b3BlbnNzaC1rZXktdjE',
];

/**
 * Private keys without armour. What the base64 begins with is fixed by the DER of PKCS 8 and SEC 1 and by the magic of
 * OpenSSH: the version and the identifier of the algorithm.
 */
export const BARE_PRIVATE_KEY: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/bare-private-key'),
  keywords: BARE_BEGINNINGS.map((each) => each.toLowerCase()),
  reachBytes: BARE_KEY_BYTES + 100,
  matchAt({ latin1 }, start, end) {
    if (!BARE_BEGINNINGS.includes(latin1.slice(start, end))) return null;
    const from =
      start - (/MI[GI][A-Za-z0-9+/]{0,9}$/.exec(latin1.slice(Math.max(0, start - 12), start))?.[0].length ?? 0);
    // Within a longer run they are there by chance.
    if (isAlphanumeric(kindAt(latin1, from - 1)) && latin1.charAt(from - 2) !== '\\') return null;
    const bodyEnd = keyTextEnd(latin1, from, BARE_KEY_BYTES);
    return bodyEnd === null || bodyEnd < end + 24 ? null : { start: from, end: bodyEnd, confidence: 0.9 };
  },
};

const PUTTY_COUNT = /[ \t]{0,4}\d{1,3}(?:\r?\n|\\r\\n|\\n)/y;
/**
 * Headers of PEM and of PGP armour, and line ends: also as an escape and between literals, with the signs of quotes, of
 * comments and of diffs.
 */
const KEY_HEADERS =
  /(?:(?:[\s"'`+,>|#*]|\\[nrt"]){0,60}(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|X-[A-Za-z-]{1,20}):[^\n\\]{0,100}){0,8}(?:[\s"'`+,>|#*]|\\[nrt"]){0,80}/y;
const KEY_LINE = /[A-Za-z0-9+/=]{1,12288}/y;
const BETWEEN_LINES = /(?:[\s"'`+,>|#*]|\\[nrt"/]){1,80}/y;
const KEY_END = /-----END[ A-Z0-9_-]{0,40}-----/y;
/** The smallest key, of Ed25519, takes 64; what is shorter only shows the format. */
const SHORTEST_KEY = 20;

/** Where the base64 of a key ends, its end marker included; null where no key stands. */
function keyTextEnd(latin1: string, from: number, mostBytes = KEY_REACH_BYTES - 200): number | null {
  const limit = Math.min(latin1.length, from + mostBytes);
  KEY_HEADERS.lastIndex = from;
  let at = from + (KEY_HEADERS.exec(latin1)?.[0].length ?? 0);
  const sample: string[] = [];
  let [bytes, end] = [0, at];
  while (at < limit) {
    KEY_LINE.lastIndex = at;
    const line = KEY_LINE.exec(latin1)?.[0].slice(0, limit - at) ?? '';
    // A word of a sentence is no line of a key; its last line may be short.
    if (line === '' || (bytes === 0 && line.length < SHORTEST_KEY)) break;
    bytes += line.length;
    if (sample.length < 8) sample.push(line.slice(0, 80));
    end = at + line.length;
    BETWEEN_LINES.lastIndex = end;
    const gap = BETWEEN_LINES.exec(latin1)?.[0].length ?? 0;
    at = end + gap;
    if (gap === 0 || (line.length < 16 && !line.endsWith('='))) break;
  }
  const text = sample.join('');
  if (bytes < SHORTEST_KEY || entropyBits(text) < 3 || isMadeUp(text.slice(0, 64))) return null;
  KEY_END.lastIndex = at;
  return at + (KEY_END.exec(latin1)?.[0].length ?? end - at);
}
