import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { isPassword } from './password.ts';
import { isPlaceholder, isReference } from './placeholder.ts';
import { isRandom } from './randomness.ts';

const TOLD_BYTES = 400;

/** Passwords without a sign of assignment: options of commands, statements of SQL, sentences. */
export const TOLD_SECRET: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/told-secret'),
  keywords: [
    '--password ',
    '--passwd ',
    '--pass ',
    '--passphrase ',
    '--token ',
    '--secret ',
    '--api-key ',
    '--apikey ',
    '--auth-token ',
    '--access-token ',
    '--client-secret ',
    '--secret-key ',
    'sshpass -p',
    'identified by ',
    'docker login ',
    'mysql ',
    'mysqldump ',
    'az login ',
    'password is',
    'passwort ist',
    'with password ',
    'token is',
    'secret is',
    'api key is',
    'pw is',
    'passphrase is',
    'password for ',
  ],
  reachBytes: TOLD_BYTES,
  matchAt({ latin1 }, start, end) {
    const keyword = latin1.slice(start, end).toLowerCase();
    const pattern = PATTERNS.find(({ of }) => of.test(keyword))?.value ?? OPTION_VALUE;
    pattern.lastIndex = end;
    const found = pattern.exec(latin1);
    const value = found?.[1] ?? '';
    if (found === null || value.length < 6 || isReference(value) || isPlaceholder(value)) return null;
    const place = {
      quoted: /["'`]$/.test(found[0].slice(0, -value.length)),
      path: null,
      inData: false,
      inSettings: false,
    };
    const counts = /pass|pw|identified|login|mysql/.test(keyword) ? isPassword(value, place) : isRandom(value);
    const from = end + found[0].length - value.length;
    return counts ? { start: from, end: from + value.length, confidence: 0.7 } : null;
  },
};

const OPTION_VALUE = /[ \t]{0,4}["']?([^\s"'`<>|;,()[\]{}]{6,200})/y;
const TOLD_VALUE =
  /(?:[ \t]{1,3}(?:now|still|set to|currently))?[ \t]{0,3}:?[ \t]{0,3}["'`]?([^\s"'`<>|;,()[\]{}]{6,100}?)(?=[.!?]?(?:[\s"'`,;)]|$))/y;
const PATTERNS: readonly { readonly of: RegExp; readonly value: RegExp }[] = [
  {
    of: /^(?:mysql|docker|az)/,
    value: /[^\n|;]{0,120}? (?:-p ?|--password[= ]|--password-stdin )["']?([^\s"'`<>|;,()[\]{}]{6,100})/y,
  },
  { of: /^sshpass/, value: /[ \t]{0,2}["']?([^\s"'`<>|;,()[\]{}]{6,100})/y },
  {
    of: /^password for /,
    value: /[^\n.;]{1,60}? is[ \t]{1,3}["'`]?([^\s"'`<>|;,()[\]{}]{6,100}?)(?=[.!?]?(?:[\s"'`,;)]|$))/y,
  },
  { of: / is$| ist$/, value: TOLD_VALUE },
];
