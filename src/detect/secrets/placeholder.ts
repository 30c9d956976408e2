/**
 * Whether a text stands where a secret would, without being one: `<your-token>`, `xxxxxxxx`, `${TOKEN}`, `changeme`,
 * the keys of a provider's documentation. Linear in the length of the text.
 */
export function isPlaceholder(text: string): boolean {
  return isStandIn(text) || CARELESS.test(text);
}

/** The same, but for what a careless person would also choose as a password: `Admin123`. */
export function isStandIn(text: string): boolean {
  return (
    isReference(text) ||
    isRepetition(text) ||
    STAND_INS.has(bare(text)) ||
    MARKS.test(text) ||
    isDocumentedExample(text)
  );
}

/** Whether a text names where a value comes from rather than being it: a variable, a template, a command, a call. */
export function isReference(text: string): boolean {
  return REFERENCE.test(text) || CODE_REFERENCE.test(text);
}

/** Whether a token of a known shape was filled in by hand: it repeats a character, or says that it is no real one. */
export function isMadeUp(token: string): boolean {
  return isRepetition(token) || TOKEN_MARKS.test(token) || isDocumentedExample(token);
}

/** Templates and variables of shells, of make, of CI systems, of Windows and of template languages. */
const REFERENCE =
  /\$\{|\$\(|\{\{|\}\}|<%|%\(|#\{|<[A-Za-z_][^>]{0,80}>|^\$[A-Za-z_]\w{0,80}$|^\$\d$|^%[A-Za-z_]\w{0,80}%$|^@[A-Za-z_]\w{0,80}@$|^\{[A-Za-z_][\w.]{0,80}\}$|^\[[A-Za-z_ -]{1,80}\]$|^%[sdvq]$|^:[a-z_]{1,40}$|^`|^\.\.\.|\.\.\.$|^!vault\b|^enc:|^ENC\[/;
const CODE_REFERENCE =
  /(?:process\.env|os\.environ|getenv|System\.get|secrets\.|vault\.|\bvault:|secretKeyRef|valueFrom|ssm:|arn:aws|\bop:\/\/|import\.meta|\benv\.|env\(|Deno\.env|secretsmanager)/;

/** Words for which somebody is asked to put in a secret, in what remains without digits and marks. */
const STAND_INS = new Set(
  (
    'password passwd pass pwd passphrase secret token key apikey user username login admin root test testing tests ' +
    'example sample demo dummy fake foo bar baz foobar qux none null nil undefined true false yes no empty default ' +
    'changeme change changethis changeit replaceme replace placeholder redacted hidden masked removed omitted secure ' +
    'string value text todo tbd fixme here insert enter required optional invalid valid unknown anonymous guest ' +
    'mypassword mysecret mytoken mykey myapikey yourpassword yoursecret yourtoken yourkey yourapikey thepassword ' +
    'secretkey secrettoken secretpassword supersecret topsecret verysecret notasecret notarealkey somesecret ' +
    'somepassword sometoken somekey testpassword testsecret testtoken testkey testuser testpass userpass ' +
    'accesstoken accesskey authtoken clientsecret privatekey publickey sessiontoken bearertoken refreshtoken ' +
    'wrongpassword badpassword newpassword oldpassword wrong bad incorrect correct hunter abc abcd abcdef xyz asdf ' +
    'qwerty letmein postgres mysql mariadb redis mongo mongodb rabbitmq guestguest minio minioadmin elastic grafana ' +
    'credential credentials bearer basic digest oauth jwt uuid hash md sha base hex random generated env environment ' +
    'p pw ps passw passwords pssword passwort motdepasse contrasena senha geheim kennwort ' +
    'wachtwoord adgangskode salasana parola lozinka heslo haslo sifre passord losenord'
  ).split(' '),
);

/** Parts that only a text about a secret has. */
const MARKS =
  /your|example|xxxx|\*\*\*|placeholder|change[-_ ]?me|change[-_ ]?it|replace|redacted|dummy|fake|sample|insert[-_ ]|enter[-_ ]|not[-_ ]?a[-_ ]?real|not[-_ ]?real/i;

/** What people write who need just any value: in tests and instructions, seldom on systems. */
const CARELESS =
  /some[-_ ]?(?:secret|token|password|key)|my[-_ ](?:secret|token|password|api|key)|(?:^|[-_ ])(?:test|mock|demo|todo|foo|bar)(?:$|[-_ ])|(?:secret|password|token|key)[-_ ]?(?:here|goes|value|123)|123456789$|^1234\d{0,8}$|(?:test|pass(?:word)?|secret|admin|user|hunter|abc|foo|bar|key|token)[-_]?(?:\d{1,4}|one|two|a|b|old|new)?!?$/i;

/** Fewer than {@link MARKS}: a random token holds short words by chance. */
const TOKEN_MARKS =
  /example|your[-_]?(?:api|token|key|secret|access|personal|auth|client|app|own|bot|pass)|xxxxx|XXXXX|\*\*\*|placeholder|changeme|redacted|replace[-_]?(?:me|with)|not[-_]?a[-_]?real|dummy[-_]?(?:token|key|secret|api)|fake[-_]?(?:token|key|secret|api)|(?:token|key|secret)[-_]?(?:here|goes)|\.\.\.|(?:test|mock|sample|demo|fake|dummy|invalid)[-_](?:token|key|secret|api|value)|this[-_]?is/i;

/** Published by the providers themselves as what a key looks like. */
const DOCUMENTED = new Set(['AKIAI44QH8DHBEXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY']);

function isDocumentedExample(text: string): boolean {
  return DOCUMENTED.has(text) || /EXAMPLE(?:KEY)?$/.test(text) || /abcdefghijklmnopqrstuvwxyz/i.test(text);
}

/** One or two characters make up nearly all of it. */
function isRepetition(text: string): boolean {
  if (text.length < 3) return false;
  const counts = new Map<string, number>();
  for (const character of text.slice(0, 400)) counts.set(character, (counts.get(character) ?? 0) + 1);
  const most = [...counts.values()].sort((a, b) => b - a);
  const length = Math.min(text.length, 400);
  return (most[0] ?? 0) > 0.5 * length || (length > 8 && (most[0] ?? 0) + (most[1] ?? 0) > 0.75 * length);
}

function bare(text: string): string {
  return text
    .slice(0, 80)
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}
