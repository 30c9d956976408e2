import { detectorId } from '../../core/ids.ts';
import type { KindMatch, PassDetector } from '../scan/detector.ts';
import { isReference } from './placeholder.ts';

const ID = detectorId('secret/credential-file');
/** Longer lines are none of such a file. */
const LINE_BYTES = 400;

/** What a line of a file of this name holds; the secret is what the named group takes. */
interface LineFormat {
  readonly path: RegExp;
  readonly line: RegExp;
}

/** Formats in which no word announces the secret: only the name of the file tells what it is. */
const FORMATS: readonly LineFormat[] = [
  // libpq: host:port:database:user:password
  { path: /(?:^|\/)\.?pgpass(?:\.conf)?$/i, line: /^(?!#)(?:[^:\n]{1,100}:){4}(?<secret>[^:\s]{1,200})$/d },
  { path: /(?:^|\/)\.git-credentials$/, line: /^\w{3,8}:\/\/[^\s]{1,200}:(?<secret>[^\s/]{1,200})@[^@\s]{1,200}$/d },
  // Apache, ProFTPD, vsftpd, shadow: user:hash, a star or an exclamation mark being none.
  {
    path: /(?:^|\/)(?:[._]?ht(?:passwd|digest)|g?shadow-?|\w{0,20}passwd)$/i,
    line: /^[^#:\s]{1,60}:(?<secret>[./A-Za-z0-9$+=]{13,200})(?::|$)/d,
  },
  // Rails: the key of its encrypted credentials.
  { path: /(?:^|\/)(?:master|credentials\/\w{1,20})\.key$/, line: /^(?<secret>[a-f0-9]{32})$/d },
  { path: /(?:^|\/)\.?(?:netrc|_netrc|authinfo)$/, line: /\bpassword[ \t]{1,8}"?(?<secret>[^\s"]{1,200})/d },
  {
    path: /(?:^|\/)\.?(?:esmtprc|msmtprc|fetchmailrc)$/,
    line: /^[ \t]{0,8}(?:.{0,80} )?pass(?:word)?[ \t]{1,8}(?:is )?"?(?<secret>[^\s"]{1,200})/d,
  },
  {
    path: /(?:^|\/)(?:chap|pap)-secrets$/,
    line: /^(?!#)\S{1,60}[ \t]{1,20}\S{1,60}[ \t]{1,20}"?(?<secret>[^\s"]{1,100})/d,
  },
  {
    path: /(?:^|\/)\.?(?:vault-token|vault_pass(?:word)?(?:\.txt)?|erlang\.cookie|pass(?:word)?\.txt)$/,
    line: /^(?<secret>[^\s]{6,200})$/d,
  },
];

/** One question for nearly all files. */
const ANY_PATH = new RegExp(FORMATS.map(({ path }) => path.source).join('|'), 'i');

/** The secrets of files that hold nothing else, by their paths. Text of unknown path is passed over at no cost. */
export const CREDENTIAL_FILE: PassDetector = {
  how: 'pass',
  ids: [ID],
  reachBytes: 2 * LINE_BYTES,
  matches({ latin1, scene: { path } }) {
    const found: KindMatch[] = [];
    if (path === null || !ANY_PATH.test(path)) return found;
    const formats = FORMATS.filter((each) => each.path.test(path));
    if (formats.length === 0) return found;
    for (let from = 0; from < latin1.length;) {
      const lineEnd = latin1.indexOf('\n', from);
      const to = lineEnd < 0 ? latin1.length : lineEnd;
      if (to - from <= LINE_BYTES) found.push(...secretsOf(latin1.slice(from, to).replace(/\r$/, ''), from, formats));
      from = to + 1;
    }
    return found;
  },
};

function secretsOf(line: string, from: number, formats: readonly LineFormat[]): readonly KindMatch[] {
  return formats.flatMap(({ line: pattern }) => {
    const place = pattern.exec(line)?.indices?.groups?.['secret'];
    if (place === undefined || isReference(line.slice(place[0], place[1]))) return [];
    return [{ id: ID, start: from + place[0], end: from + place[1], confidence: 0.9 }];
  });
}
