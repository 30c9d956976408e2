import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector, Match } from '../scan/detector.ts';
import { isMadeUp, isPlaceholder, isReference } from './placeholder.ts';
import { entropyBits, isRandom, isUuid, surpriseBits } from './randomness.ts';

const HEADER_BYTES = 500;

/** `Authorization: Bearer …` and headers that carry a key, in requests, commands and code. */
export const HTTP_HEADER: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/http-header'),
  keywords: [
    'authorization',
    'x-api-key',
    'api-key:',
    'apikey:',
    'api-token:',
    '-token:',
    'x-auth-',
    'x-access-',
    '-apikey:',
  ],
  reachBytes: HEADER_BYTES + 100,
  matchAt({ latin1 }, start, end) {
    const nameEnd = latin1.charAt(end - 1) === ':' ? end - 1 : end;
    HEADER.lastIndex = nameEnd;
    const found = HEADER.exec(latin1);
    if (found === null) return null;
    const [whole, , scheme = '', value = ''] = found;
    const from = nameEnd + whole.length - value.length;
    const name = latin1.slice(start, end).toLowerCase();
    return credential(value, scheme.trim().toLowerCase(), name === 'authorization', from);
  },
};

/** `curl -u user:password` and what else takes a user in that way. */
export const CURL_USER: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/curl-user'),
  keywords: [' -u ', ' -u"', " -u'", ' --user ', ' --user=', ' --proxy-user '],
  reachBytes: HEADER_BYTES + 1200,
  matchAt({ latin1 }, start, end) {
    if (!CURL.test(latin1.slice(Math.max(0, start - 1000), start))) return null;
    const quote = latin1.charAt(end - 1);
    const spaces = /^ {0,8}/.exec(latin1.slice(end, end + 8))?.[0].length ?? 0;
    const from = quote === '"' || quote === "'" ? end - 1 : end + spaces;
    USER.lastIndex = from;
    const found = USER.exec(latin1);
    if (found === null) return null;
    const colon = found[0].indexOf(':');
    if (colon < 0) return null;
    const parts = found[0].replace(/["']/g, '');
    const user = parts.slice(0, parts.indexOf(':'));
    const password = parts.slice(parts.indexOf(':') + 1);
    if (!isUserPassword(user, password)) return null;
    const to = from + found[0].trimEnd().replace(/["']$/, '').length;
    const begin = password === '' ? from : from + colon + 1;
    return begin < to ? { start: begin, end: to, confidence: 0.7 } : null;
  },
};

const HEADER =
  /([A-Za-z-]{0,20}["'\]]{0,2}[ \t]{0,3}(?:[:=,]|=>)[ \t]{0,5}[\\"'`]{0,3}[ \t]{0,2})((?:Basic|Bearer|Token|ApiKey|Api-Token|token|bearer|basic|GenieKey|Key|SSWS|Splunk)[ \t]{1,3}(?:token=)?)?([A-Za-z0-9_~.+/=@$:-]{8,400})(?=["'`\\\s<;,)]|$)/y;
const CURL = /\b(?:curl|wget|http|https|xh)\b(?:[^\n]|\\\r?\n|\n(?! {0,8}(?:curl|wget)\b)(?=[^\n]{0,200} -)){0,1000}$/;
const USER = /(?:"[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s"'|;<>()]{1,100})(?::?(?:"[^"\n]{1,200}"|'[^'\n]{1,200}'))?/y;

/** Whether a text is `user:password` in base64, as the header and the files of registries hold it. */
export function isBasicCredential(value: string): boolean {
  const pair = Buffer.from(value, 'base64').toString('latin1');
  const [user, password] = splitPair(pair);
  return /^[\x20-\x7e]+$/.test(pair) && pair.includes(':') && isUserPassword(user, password);
}

function credential(value: string, scheme: string, needsScheme: boolean, from: number): Match | null {
  if (isReference(value) || isMadeUp(value)) return null;
  const found: Match = { start: from, end: from + value.length, confidence: 0.7 };
  if (scheme === 'basic') return isBasicCredential(value) ? found : null;
  if (needsScheme && scheme === '' && !isUuid(value) && !isRandom(value)) return null;
  if (isPlaceholder(value) || !/\d/.test(value)) return null;
  return entropyBits(value) >= Math.min(3, 0.75 * Math.log2(value.length)) && surpriseBits(value) >= 4 ? found : null;
}

function splitPair(pair: string): readonly [string, string] {
  return [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)];
}

/** A key may stand on either side alone: `-u key:`, `-u :key`. */
function isUserPassword(user: string, password: string): boolean {
  if (isReference(user) || isReference(password) || /[$<[{]/.test(user)) return false;
  const secret = password === '' ? user : password;
  if (secret.length < 3 || isPlaceholder(secret) || user === password || /^\$\w|^\$\{|^<|^\[/.test(secret))
    return false;
  return password !== '' || (secret.length >= 12 && /\d/.test(secret));
}
