import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { isPassword } from './password.ts';
import { isStandIn } from './placeholder.ts';

const CALL_BYTES = 400;

/** A user and a password as they are passed to a call that takes both: `NetworkCredential("u", "p")`. */
export const CALL_CREDENTIAL: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/call-credential'),
  keywords: [
    'networkcredential(',
    'directoryentry(',
    'httpbasicauth(',
    'basicauth(',
    'basic_auth(',
    'getconnection(',
    'mysql_connect(',
    'mysqli_connect(',
    'mysqli(',
    'new pdo(',
    'ftp_login(',
    '.login(',
  ],
  reachBytes: CALL_BYTES,
  matchAt({ latin1, scene }, start, end) {
    ARGUMENTS.lastIndex = end;
    const found = ARGUMENTS.exec(latin1);
    const password = found?.[1] ?? '';
    if (found === null || password.length < 5 || isStandIn(password)) return null;
    // What logs in is called by tests as well, which make up a password of words.
    const isTested = /login|basic/i.test(latin1.slice(start, end));
    const place = { quoted: true, path: scene.path, inData: false, inSettings: false };
    if (isTested && !isPassword(password, place)) return null;
    const from = end + found[0].length - 1 - password.length;
    return { start: from, end: from + password.length, confidence: 0.7 };
  },
};

/** One to three arguments, the last of them and the password behind it in quotes. */
const ARGUMENTS =
  /\s{0,20}(?:[^\s"'(),;]{1,60}\s{0,8},\s{0,20}|["'][^"'\n]{1,100}["']\s{0,8},\s{0,20}){0,2}["'][^"'\n]{2,60}["']\s{0,8},\s{0,20}["']([^"'\n]{3,60})["']/y;
