import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector, Match } from '../scan/detector.ts';
import { ASSIGNMENT_REACH_BYTES, assignedValue } from './assigned-value.ts';
import type { AssignedValue } from './assigned-value.ts';
import { LOWER, UPPER, isAlphanumeric, isLetter, kindAt } from './character-kind.ts';
import { isPassword } from './password.ts';
import { isMadeUp, isPlaceholder, isReference } from './placeholder.ts';
import { isRandom, isUuid } from './randomness.ts';
import { SETTINGS_AROUND_BYTES, standsInData, standsInSettings } from './settings-around.ts';

/** A random value that is given to a name which speaks of a key, a token or a secret. */
export const GENERIC_SECRET: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/generic-secret'),
  keywords: secretNames(),
  reachBytes: ASSIGNMENT_REACH_BYTES,
  matchAt({ latin1 }, start, end) {
    if (!standsAlone(latin1, start, end)) return null;
    const value = assignedTo(latin1, start, end);
    if (value === null || NO_SECRET_NAME.test(value.suffix) || NO_SECRET_PREFIX.test(nameBefore(latin1, start)))
      return null;
    if (HASHES.test(latin1.slice(value.end, value.end + HASHES_WITHIN))) return null;
    const text = latin1.slice(value.start, value.end);
    return isRandomSecret(text, value) ? placeOf(value, 0.7) : null;
  },
};

/** What stands behind the salt of a list of hashes: a list that anybody may read, and the salt with it. */
const HASHES = /^["']?\s{0,20},?\s{0,20}["']?hashes["']?\s{0,4}:/;
const HASHES_WITHIN = 60;

/** A password that is given to a name which speaks of one. */
export const GENERIC_PASSWORD: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/generic-password'),
  keywords: [
    'password',
    'passwd',
    'passphrase',
    'pwd',
    '_pass',
    'pass"',
    "pass'",
    'pass=',
    'pass:',
    'passwort',
    'pword',
    'psswd',
    '_pw',
    '<pass',
    'pass>',
    '-pw',
  ],
  reachBytes: ASSIGNMENT_REACH_BYTES + SETTINGS_AROUND_BYTES,
  matchAt({ latin1, scene }, start, end) {
    const marked = /[=:"']$/.test(latin1.slice(start, end)) ? end - 1 : end;
    if (!standsAlone(latin1, start, marked)) return null;
    const value = assignedTo(latin1, start, marked);
    if (value === null || NO_PASSWORD_NAME.test(value.suffix)) return null;
    const text = latin1.slice(value.start, value.end);
    if (text.length > 128) return null;
    if (value.quote === '' && !isPlainAssignment(latin1, start, value)) return null;
    const place = {
      quoted: value.quote !== '',
      path: scene.path,
      inData: standsInData(latin1, value.start),
      inSettings: standsInSettings(latin1, value.start),
    };
    return isPassword(text, place) ? placeOf(value, 0.7) : null;
  },
};

/** `apiKey`, `api_key`, `api-key`: each with what may stand between its words. */
function secretNames(): readonly string[] {
  const keys =
    'access account admin api app application auth client consumer crypto cipher decryption deploy encryption enc hmac host license ' +
    'master private service session shared signing sign ssh storage subscription webhook secret security aes rsa jwt oauth bot';
  const joined = keys.split(' ').flatMap((word) => ['', '_', '-', '.', ' '].map((mark) => `${word}${mark}key`));
  return [
    ...joined,
    'secret',
    'token',
    'credential',
    '_auth',
    'auth_',
    '_key',
    '-key',
    'signature_',
    'keystr',
    'keypass',
    'salt',
  ];
}

/** Ends of names of things around secrets, which are none. */
const NO_SECRET_NAME =
  /(?:ur[li]|uri|name|path|file|filename|dir|length|len|size|type|kind|field|label|policy|prompt|id|ids|alias|version|format|header|prefix|suffix|param|params|column|index|count|limit|ttl|expir\w{0,6}|expires\w{0,4}|at|hash|digest|provider|manager|store|ring|vault|arn|ref|reference|scope|scopes|algorithm|alg|method|env|var|placeholder|hint|regex|pattern|usage|endpoint|server|host|map|code|press|down|up|word|words|board|frame|point|set|s3key|izer|ized|ize|public|pub|accessor|class|tag|ver|selector|schema)["']?$/i;
const NO_SECRET_PREFIX =
  /(?:public|pub|csrf|xsrf|cache|primary|foreign|partition|sort|object|s3|react|list|row|map|next|page|continuation|pagination|git|commit|cursor|tracking|correlation|idempotency|resume|i18n|translation)[_.-]?$/i;
const NO_PASSWORD_NAME =
  /(?:ur[li]|name|path|file|field|label|policy|prompt|id|type|length|len|hash|digest|reset|hint|placeholder|regex|pattern|rule|rules|error|message|msg|text|title|strength|min|max|required|expir\w{0,6}|input|form|page|view|changed?|confirm\w{0,6}|valid\w{0,6}|manager|generator|column|arn|ref|env|var|key|encoder|enabled|mode|store|command|cmd|script|count|age|lifetime|token|method|provider|less)["']?$/i;

function placeOf({ start, end }: AssignedValue, confidence: number): Match {
  return { start, end, confidence };
}

/** In a list of strings, nothing is given to any: `set("KEY", "v")` and not `["KEY", "v"]`. */
function assignedTo(latin1: string, start: number, end: number): AssignedValue | null {
  const value = assignedValue(latin1, end);
  if (value?.operator !== ',') return value;
  return FIRST_ARGUMENT.test(latin1.slice(Math.max(0, start - 80), start)) ? value : null;
}

const FIRST_ARGUMENT = /\(\s{0,8}["'`][\w.$-]{0,60}$/;

/** The keyword is a word of its name: `secret` in `clientSecret`, not in `secretary`; `pwd` not in `cpwdx`. */
function standsAlone(latin1: string, start: number, end: number): boolean {
  const [before, first] = [kindAt(latin1, start - 1), kindAt(latin1, start)];
  if (
    isLetter(before) &&
    (first & LOWER) !== 0 &&
    (before & LOWER) !== 0 &&
    !JOINED.test(latin1.slice(Math.max(0, start - 12), start))
  )
    return false;
  const [last, after] = [kindAt(latin1, end - 1), kindAt(latin1, end)];
  if (isLetter(last) && (after & LOWER) !== 0 && (last & UPPER) === 0)
    return /^s?\b|^(?:value|string|str|data|text|base|pass|hex)/.test(latin1.slice(end, end + 8));
  return true;
}

/** Words written together with the next: `mypassword`, `authtoken`, `dbpasswd`. */
const JOINED =
  /(?:my|our|the|db|auth|access|api|app|bot|user|admin|root|client|refresh|session|bearer|id|root|mysql|ftp|smtp|mail|ldap|svc|service|store|key|new|old|cos|s3|master|secret|login|web|git|redis|default|sudo|sa|sql|pg|oracle|jdbc|proxy|npm|aws)$/i;

function nameBefore(latin1: string, start: number): string {
  let from = start;
  while (
    from > start - 24 &&
    from > 0 &&
    (isAlphanumeric(kindAt(latin1, from - 1)) || /[_.-]/.test(latin1.charAt(from - 1)))
  )
    from -= 1;
  return latin1.slice(from, start);
}

/** A colon, a comma or white space is in no alphabet that keys are drawn from. */
const DRAWN_FROM = /^[!-+\--9;-~]{1,256}$/;

function isRandomSecret(text: string, { quote, operator, suffix }: AssignedValue): boolean {
  if (text.length < (quote === '' ? 16 : 11) || text.length > 256 || !DRAWN_FROM.test(text)) return false;
  if (quote === '' && (operator === ',' || operator === '(' || suffix.includes(' '))) return false;
  if (isReference(text) || isMadeUp(text) || isPlaceholder(text) || STRUCTURED.test(text)) return false;
  if (!/\d/.test(text) && text.length < 20) return false;
  return isRandom(text) || isUuid(text);
}

/** Texts with an order of their own: addresses, paths, dates, versions, types, keys that are public. */
const STRUCTURED =
  /^(?:https?:|\/|\.{1,2}\/|~\/|[A-Za-z]:\\|file:|data:|sha\d{1,3}[-:]|md5[-:]|ssh-|arn:|urn:|AAAA[BCE]3|pk_|pub_|-----BEGIN PUBLIC)|^\d{4}-\d\d-\d\d|^v?\d{1,4}\.\d{1,4}\.|@[\w-]{1,60}\.[a-z]|^[\w-]{1,60}(?:\.[a-z][\w-]{1,40}){2,9}$|\.(?:com|net|org|io|pem|crt|cer|p12|jks|json|ya?ml|txt|md|js|ts|go|py|rs|java|xml|conf|so|log|gif|png|svg)$/;

/** Without quotes a value is taken in a line of its own alone: `DB_PASSWORD=v`, `password: v`, `Password=v;`. */
function isPlainAssignment(latin1: string, start: number, { end, operator, suffix }: AssignedValue): boolean {
  if (operator === '(' || operator === ',' || suffix.includes(' ')) return false;
  const after = latin1.charAt(end);
  if (after === '(' || after === '[' || after === '.') return false;
  const lineStart = latin1.lastIndexOf('\n', start) + 1;
  const lead = latin1.slice(Math.max(lineStart, start - 120), start);
  return (
    operator === '>' ||
    operator.startsWith('<') ||
    PLAIN_LEAD.test(lead) ||
    CONNECTION_LEAD.test(lead) ||
    OPTION_LEAD.test(lead) ||
    (NAMED_OPERATOR.test(operator) && NAME_LEAD.test(lead))
  );
}

// In front of all may stand the number of the line, as clients and grep write it.
const PLAIN_LEAD =
  /^[ \t]{0,40}(?:\d{1,7}(?:\t|\xe2\x86\x92|[:-])[ \t]{0,40})?(?:(?:export|set|SET|ENV|ARG|-|- |env:)[ \t]{1,4})?["']?[\w.-]{0,60}$/;
const CONNECTION_LEAD = /;[ \t]{0,3}[A-Za-z_ ]{0,12}$|[?&][\w.-]{0,20}$/;
/** `{name: DB_PASSWORD, value: v}`, as manifests list the environment of a container. */
const NAMED_OPERATOR = /[vV]alue/;
const NAME_LEAD = /\bname["']?[ \t]{0,4}[:=][ \t]{0,4}["']?[\w.-]{0,60}$/i;
const OPTION_LEAD =
  /(?:^|\s)--?[A-Za-z][\w-]{0,30}$|(?:^|\s)--$|(?:^|\s)(?:-e|--env|--set|--build-arg)[ =][\w.]{0,40}$/;
