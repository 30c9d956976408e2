import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { isReference } from './placeholder.ts';

const ENTRY_BYTES = 400;

/** `machine h login u password p`, on one line or on three. */
export const NETRC_ENTRY: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/netrc-entry'),
  keywords: ['password ', 'password\t'],
  reachBytes: ENTRY_BYTES,
  matchAt({ latin1 }, start, end) {
    if (!MACHINE_AND_LOGIN.test(latin1.slice(Math.max(0, start - ENTRY_BYTES / 2), start))) return null;
    VALUE.lastIndex = end;
    const value = VALUE.exec(latin1)?.[0] ?? '';
    if (value.length < 3 || isReference(value) || /^(?:<|\*|x{3,}$|your)/i.test(value)) return null;
    return { start: end, end: end + value.length, confidence: 0.8 };
  },
};

const MACHINE_AND_LOGIN = /(?:\bmachine[ \t]{1,8}[\w.-]{1,80}|\bdefault)\s{1,20}login[ \t]{1,8}[^\s<>]{1,80}\s{1,20}$/;
const VALUE = /[^\s"']{1,150}/y;
