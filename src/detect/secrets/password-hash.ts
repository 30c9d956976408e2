import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { isMadeUp } from './placeholder.ts';
import { entropyBits } from './randomness.ts';

/** Hashes of passwords as in `/etc/shadow`, `.htpasswd`, Django and LDAP: they can be guessed at leisure. */
export const PASSWORD_HASH: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/password-hash'),
  keywords: [
    '$apr1$',
    '$1$',
    '$5$',
    '$6$',
    '$y$',
    '$2a$',
    '$2b$',
    '$2y$',
    '$argon2',
    '$p$b',
    '{ssha',
    'pbkdf2_sha',
    '$pbkdf2',
  ],
  reachBytes: 360,
  matchAt({ latin1 }, start) {
    HASH.lastIndex = start;
    const found = HASH.exec(latin1);
    if (found === null) return null;
    const digest = found[0].slice(found[0].lastIndexOf('$') + 1);
    if (isMadeUp(digest) || entropyBits(digest) < 3.4) return null;
    return { start, end: start + found[0].length, confidence: 0.8 };
  },
};

const HASH =
  /(?:\$apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}|\$1\$[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22}|\$5\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43}|\$6\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{80,86}|\$y\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{1,30}\$[./A-Za-z0-9]{43}|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}|\$argon2(?:id|i|d)\$v=\d{1,3}\$[a-z0-9=,]{5,40}\$[A-Za-z0-9+/]{8,90}\$[A-Za-z0-9+/]{16,120}|\$P\$B[./A-Za-z0-9]{30}|\{SSHA(?:256|384|512)?\}[A-Za-z0-9+/]{30,180}={0,2}|\$?pbkdf2[_-]sha(?:1|256|512)\$\d{1,9}\$[./A-Za-z0-9+]{8,60}\$[./A-Za-z0-9+=]{27,90})(?![./A-Za-z0-9])/y;
