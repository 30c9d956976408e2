import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { ASSIGNMENT_REACH_BYTES, assignedValue } from './assigned-value.ts';
import { isBasicCredential } from './http-credential.ts';
import { isMadeUp, isReference } from './placeholder.ts';

/** `auth` of Docker's configuration and `_auth`, `_password` and `_authToken` of npm's: user and password in base64. */
export const REGISTRY_AUTH: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/registry-auth'),
  keywords: ['"auth"', '_auth', ':_password', '_authtoken', 'identitytoken"'],
  reachBytes: ASSIGNMENT_REACH_BYTES,
  matchAt({ latin1 }, start, end) {
    const keyword = latin1.slice(start, end).toLowerCase();
    const value = assignedValue(latin1, keyword.endsWith('"') ? end - 1 : end);
    if (value === null || value.suffix !== '') return null;
    const text = latin1.slice(value.start, value.end);
    if (text.length < 8 || isReference(text) || isMadeUp(text) || !/^[A-Za-z0-9+/=_.-]{8,400}$/.test(text)) return null;
    const isOpaque = keyword === ':_password' || keyword === '_authtoken' || keyword.startsWith('identity');
    return isOpaque || isBasicCredential(text) || /^[A-Za-z0-9+/]{1,200}={1,2}$/.test(text)
      ? { start: value.start, end: value.end, confidence: 0.8 }
      : null;
  },
};
