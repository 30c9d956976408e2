import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { isCodeFile } from './surroundings.ts';

export const EMAIL = detectorId('pii/email');

/** Addresses of mail. A package with its version, a decorator, an SSH login and a git remote are none. */
export const EMAIL_DETECTOR: KeywordDetector = {
  how: 'keyword',
  id: EMAIL,
  keywords: ['@'],
  reachBytes: 330,
  matchAt({ bytes, latin1, scene }, at) {
    if (!isLocalByte(bytes[at - 1])) return null;
    let start = at;
    while (start > 0 && at - start < MAX_LOCAL_BYTES && isLocalByte(bytes[start - 1])) start -= 1;
    while (start < at && (bytes[start] === DOT || bytes[start] === DASH || bytes[start] === QUOTE)) start += 1;
    if (start === at) return null;
    DOMAIN.lastIndex = at + 1;
    if (!DOMAIN.test(latin1)) return null;
    const end = DOMAIN.lastIndex;
    const top = latin1.slice(latin1.lastIndexOf('.', end) + 1, end).toLowerCase();
    if (NOT_TOP.test(top)) return null;
    const before = latin1.slice(Math.max(0, start - 3), start);
    // `scheme://user@host` is a login, `@scope/name@1.0.0` a version, `git@host:path` a remote.
    if (before.endsWith('//') || before.endsWith('@') || before.endsWith(':/')) return null;
    // The password of a connection string: `scheme://user:password@host`.
    if (before.endsWith(':') && /:\/\/[^\s/@"']{0,60}:$/.test(latin1.slice(Math.max(0, start - 80), start)))
      return null;
    const local = latin1.slice(start, at);
    if (
      (local === 'git' || local === 'noreply' || local === 'no-reply') &&
      (latin1.charAt(end) === ':' || isCodeFile(scene))
    )
      return null;
    return { start, end, confidence: 0.9 };
  },
};

const MAX_LOCAL_BYTES = 64;
const DOT = 0x2e;
const DASH = 0x2d;
const QUOTE = 0x27;
/** Labels of letters, digits, hyphens and bytes beyond ASCII; the last has no digit unless it is in Punycode. */
const DOMAIN =
  /(?:[0-9a-z\u0080-\u00ff](?:[0-9a-z\u0080-\u00ff-]{0,62})\.){1,6}(?:xn--[0-9a-z-]{2,59}|[a-z\u0080-\u00ff]{2,24})(?![0-9a-z_-])/iy;
/** Ends of file names that no top-level domain has. */
const NOT_TOP =
  /^(?:js|ts|tsx|jsx|mjs|cjs|json|css|scss|html|png|jpg|jpeg|gif|svg|webp|yml|yaml|toml|lock|txt|wasm|gz|tgz|service|timer|socket|target|local|localhost|internal|exe|dll|java|class|jar)$/;

/** ASCII alone: what stands beyond it before an address is more often a quotation mark than a part of it. */
const LOCAL = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[\w.+%'&-]/.test(String.fromCharCode(byte)) && byte < 0x80 ? 1 : 0,
);
function isLocalByte(byte: number | undefined): boolean {
  return byte !== undefined && LOCAL[byte] === 1;
}
