import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { holdsSettings } from './password.ts';
import { isPlaceholder, isReference } from './placeholder.ts';

/** Longest user and password together. */
const USERINFO_BYTES = 300;

/** `scheme://user:password@host`, of web addresses, data bases, brokers and repositories alike. */
export const URL_PASSWORD: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/url-password'),
  keywords: ['://'],
  reachBytes: USERINFO_BYTES + 120,
  matchAt({ latin1, scene }, _start, end) {
    const at = userinfoEnd(latin1, end);
    if (at === null) return null;
    const userinfo = latin1.slice(end, at);
    const colon = userinfo.indexOf(':');
    if (colon < 0) return null;
    HOST.lastIndex = at + 1;
    const host = HOST.exec(latin1)?.[0] ?? '';
    const password = decoded(userinfo.slice(colon + 1));
    if (host === '' || !isUrlPassword(decoded(userinfo.slice(0, colon)), password, host, scene.path)) return null;
    return { start: end + colon + 1, end: at, confidence: 0.8 };
  },
};

const HOST = /[A-Za-z0-9_.[\]-]{1,100}(?::\d{1,5})?/y;

/** Where the `@` stands in front of the host; null where none does before the path. */
function userinfoEnd(latin1: string, from: number): number | null {
  const limit = Math.min(latin1.length, from + USERINFO_BYTES);
  let found: number | null = null;
  for (let at = from; at < limit; at += 1) {
    const code = latin1.charCodeAt(at);
    // A slash, a quote, white space, an angle bracket or a line end closes the authority.
    if (
      code <= 0x20 ||
      code === 0x2f ||
      code === 0x22 ||
      code === 0x27 ||
      code === 0x60 ||
      code === 0x3c ||
      code === 0x3e
    )
      break;
    if (code === 0x40) found = at;
  }
  return found;
}

function isUrlPassword(user: string, password: string, host: string, path: string | null): boolean {
  if (password.length < 3 || /^\d{1,5}(?:$|[/?#])/.test(password) || NOT_USERINFO.test(password)) return false;
  if (isReference(password) || isReference(user) || isReference(host)) return false;
  // What a running system uses is its password, however careless.
  if (holdsSettings(path) && !SHOWN_HOST.test(host)) return !/^x{3,}$|^<|^\*/i.test(password);
  if (isPlaceholder(password) || user.toLowerCase() === password.toLowerCase()) return false;
  // On a host that only documentation has, a password must look like one.
  return !SHOWN_HOST.test(host) || (/\d/.test(password) && /[A-Za-z]/.test(password) && password.length >= 8);
}

/** Lists, templates and markup between the scheme and an at sign further on. */
const NOT_USERINFO = /[\s,;(){}[\]|\\]|\*{3}|%[sdv]$|^:|\.\.\./;
const SHOWN_HOST =
  /^(?:localhost|127\.|0\.0\.0\.0|\[?::1|host\b|hostname\b|server\b|example\b|(?:[a-z0-9-]{1,40}\.){0,4}(?:example|test|invalid|localhost)(?:\.(?:com|org|net))?(?::|$))/i;

function decoded(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
