import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { isAlphanumeric, kindAt } from './character-kind.ts';

/** Tokens with whole chains of certificates in them are longer; their rest is not covered. */
const TOKEN_REACH_BYTES = 8 * 1024;

/** A signed, unsigned or encrypted token of RFC 7519: its header is JSON that names an algorithm. */
export const JSON_WEB_TOKEN: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/json-web-token'),
  keywords: ['eyj', 'ewog'],
  reachBytes: TOKEN_REACH_BYTES,
  matchAt({ latin1 }, start) {
    if (isAlphanumeric(kindAt(latin1, start - 1)) && latin1.charAt(start - 2) !== '\\') return null;
    TOKEN.lastIndex = start;
    const found = TOKEN.exec(latin1);
    if (found === null) return null;
    const [token, header = '', payload = ''] = found;
    const named = decodedObject(header);
    if (named === null || typeof named['alg'] !== 'string') return null;
    // The middle of an encrypted token is no JSON.
    if (!('enc' in named) && (payload.length < 8 || decodedObject(payload) === null)) return null;
    return { start, end: start + token.length, confidence: 0.9 };
  },
};

const TOKEN = /([A-Za-z0-9_-]{16,2000}={0,2})\.([A-Za-z0-9_-]{0,4000}={0,2})(?:\.[A-Za-z0-9_-]{0,600}={0,2}){0,3}/y;

function decodedObject(part: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
