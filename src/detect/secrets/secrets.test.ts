import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scanner } from '../scan/scanner.ts';
import { streamScanner } from '../scan/stream-scanner.ts';
import type { ScanScene } from '../scan/detector.ts';
import { drawnText, seeded } from './drawn-text.ts';
import { SECRET_DETECTORS } from './index.ts';

const SECRETS = scanner(SECRET_DETECTORS);
const random = seeded(7);
/** Made at run time, so that no scanner of repositories takes this file for a leak. */
const drawn = (shape: string): string => drawnText(shape, random);

const RANDOM_32 = drawn('[a-z]{4}[A-Za-z0-9]{26}[0-9]{2}');
const HEX_40 = drawn('[0-9a-f]{38}[0-9][a-f]');
const GITHUB = `ghp_${drawn('[A-Za-z0-9]{36}')}`;
const PASSWORD = drawn('[a-z]{3}[0-9]{2}[A-Z]{3}[!#%][a-z]{2}[0-9]{2}');
const KEY_LINES = Array.from({ length: 12 }, () => drawn('[A-Za-z0-9+/]{64}'));
const JWT = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ sub: '8842', iat: 1_700_000_000 })}.${drawn('[A-Za-z0-9_-]{43}')}`;

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** What the findings cover, or null where there are none. */
function covered(text: string, path: string | null = null): string | null {
  const scene: ScanScene = { source: 'repository-file', path };
  const findings = SECRETS.scanText(text, scene);
  if (findings.length === 0) return null;
  return findings.map(({ startUtf16, endUtf16 }) => text.slice(startUtf16, endUtf16)).join(' ');
}

const HITS: readonly {
  readonly name: string;
  readonly text: string;
  readonly secret: string;
  readonly path?: string;
}[] = [
  { name: 'a random value given to a key, in a program', text: `const apiKey = "${RANDOM_32}";`, secret: RANDOM_32 },
  { name: 'the same, in Go', text: `var apiKey string = "${RANDOM_32}"`, secret: RANDOM_32 },
  { name: 'the same, in a shell', text: `export SERVICE_API_KEY=${RANDOM_32}\n`, secret: RANDOM_32 },
  { name: 'the same, in YAML', text: `client_secret: ${RANDOM_32}\n`, secret: RANDOM_32 },
  {
    name: 'the same, in JSON within JSON',
    text: `{"c": "{\\"access_token\\": \\"${RANDOM_32}\\"}"}`,
    secret: RANDOM_32,
  },
  { name: 'the same, in XML', text: `<accessToken>\n  ${RANDOM_32}\n</accessToken>`, secret: RANDOM_32 },
  { name: 'the same, in a property list', text: `<key>apiKey</key>\n<string>${RANDOM_32}</string>`, secret: RANDOM_32 },
  { name: 'the same, passed to a call', text: `System.setProperty("API_TOKEN", "${RANDOM_32}")`, secret: RANDOM_32 },
  { name: 'a provider known by the name alone', text: `datadog: "${HEX_40}"`, secret: HEX_40 },
  { name: 'a password with a mark and digits', text: `password = "${PASSWORD}"`, secret: PASSWORD },
  { name: 'a password of a connection string', text: `Server=db;User Id=sa;Password=${PASSWORD};`, secret: PASSWORD },
  {
    name: 'a password in a URL',
    text: `postgres://app:${PASSWORD.replace('#', '!')}@db.corp.net:5432/x`,
    secret: PASSWORD.replace('#', '!'),
  },
  {
    name: 'a password in a URL with an at sign in it',
    text: `ftp://app:a1B@${RANDOM_32}@files.corp.net/`,
    secret: `a1B@${RANDOM_32}`,
  },
  { name: 'a token in a header', text: `-H 'Authorization: Bearer ${RANDOM_32}'`, secret: RANDOM_32 },
  {
    name: 'a pair in a header',
    text: `Authorization: Basic ${Buffer.from(`u:${PASSWORD}`).toString('base64')}\n`,
    secret: Buffer.from(`u:${PASSWORD}`).toString('base64'),
  },
  { name: 'a user of curl', text: `curl -s -u bob:${PASSWORD} https://x.corp.net`, secret: PASSWORD },
  { name: 'a JSON web token', text: `token ${JWT} `, secret: JWT },
  {
    name: 'a hash of shadow',
    text: `root:$6$${drawn('[A-Za-z0-9]{16}')}$${drawn('[A-Za-z0-9./]{86}')}:19000:0:99999:7:::`,
    secret: '$6$',
  },
  {
    name: 'a Secret of Kubernetes',
    text: `apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n  pw: ${Buffer.from(PASSWORD).toString('base64')}\n`,
    secret: Buffer.from(PASSWORD).toString('base64'),
  },
  {
    name: 'a token in base64',
    text: `x: ${Buffer.from(`deploy ${GITHUB} now`).toString('base64')}`,
    secret: Buffer.from(`deploy ${GITHUB} now`).toString('base64'),
  },
  {
    name: 'a token in hex',
    text: `x: ${Buffer.from(`t=${GITHUB}`).toString('hex')}`,
    secret: Buffer.from(GITHUB).toString('hex'),
  },
  { name: 'an entry of netrc', text: 'machine h.corp.net login bob password sesame\n', secret: 'sesame' },
  { name: 'a word in a file of credentials', text: 'h:5432:db:bob:sesame\n', path: '.pgpass', secret: 'sesame' },
  { name: 'a word in a file of settings', text: '[ftp]\npassword=sesame\n', path: 'etc/a.ini', secret: 'sesame' },
  {
    name: 'a word among the settings of a connection',
    text: '{\n "host": "ftp.corp.net",\n "user": "bob",\n "password": "sesame1"\n}',
    secret: 'sesame1',
  },
  { name: 'a word in data', text: 'db:\n  name: main\n  password: correcthorse\n  pool: 5\n', secret: 'correcthorse' },
  { name: 'a password passed to a call', text: `new NetworkCredential("bob", "${PASSWORD}")`, secret: PASSWORD },
  { name: 'a password of an option', text: `tool --user bob --password ${PASSWORD} run`, secret: PASSWORD },
  { name: 'a password of mysql', text: `mysql -h db -uroot -p${PASSWORD} main`, secret: PASSWORD },
  { name: 'a password in a sentence', text: `The password is ${PASSWORD}.`, secret: PASSWORD },
  { name: 'a value beside its name', text: `- name: API_TOKEN\n  value: "${RANDOM_32}"`, secret: RANDOM_32 },
  { name: 'the default of a variable', text: `variable "token" {\n  default = "${RANDOM_32}"\n}`, secret: RANDOM_32 },
];
for (const { name, text, secret, path } of HITS) {
  test(`${name} is found`, () => {
    assert.ok(covered(text, path ?? null)?.includes(secret) === true);
  });
}

const NEAR_MISSES: readonly (readonly [name: string, text: string])[] = [
  ['a reference to the environment', 'password = process.env.DB_PASSWORD\napiKey: os.environ["API_KEY_PRODUCTION"]'],
  ['a variable of the shell', 'curl -u "$USER:$PASSWORD" -H "Authorization: Bearer $TOKEN" https://x.corp.net'],
  [
    'a template',
    'password: {{ .Values.database.password }}\ntoken: ${{ secrets.DEPLOY_TOKEN }}\nurl: https://${u}:${p}@h',
  ],
  [
    'a place to fill in',
    'API_KEY=<your-api-key>\ntoken = "xxxxxxxxxxxxxxxxxxxxxxxx"\npassword: changeme\nkey: "YOUR_API_KEY"',
  ],
  ['the key of a documentation', ['AKIAIOSFODNN7', 'EXAMPLE'].join('')],
  ['an identifier given to a key', 'const tokenKey = "authenticationTokenForUser";\nkey = sessionKeyFromRequest'],
  ['a type', 'password: string;\nsecret?: Buffer;\ntoken: Promise<AccessToken>'],
  ['a path', 'keyFile: "/etc/ssl/private/server.key"\ntokenPath = "~/.config/tool/token.json"'],
  [
    'a hash of a commit or of a package',
    `uses: a/b@${HEX_40}\n"integrity": "sha512-${drawn('[A-Za-z0-9+/]{86}')}=="\nrev: ${HEX_40}`,
  ],
  [
    'a public key',
    `-----BEGIN PUBLIC KEY-----\n${KEY_LINES[0] ?? ''}\n-----END PUBLIC KEY-----\npublicKey = "${RANDOM_32}"`,
  ],
  ['a private key of one word', '-----BEGIN PRIVATE KEY-----\nanything\n-----END PRIVATE KEY-----'],
  ['the salt of a list of hashes', `"salt": "${drawn('[0-9a-f]{64}')}",\n  "hashes": []`],
  ['a URL with a port', 'https://corp.net:8443/a@b and git@github.com:a/b.git and http://[::1]:80/@x'],
  ['a URL of documentation', 'https://user:password@example.com/ mongodb://root:example@localhost'],
  ['a user without a password', 'curl -u bob https://x.corp.net; docker run -u 1000:1000 image'],
  ['dots and base64 that are no JSON web token', `eyJ.eyJ.eyJ eyJhbGci.${RANDOM_32}.x`],
  ['a test password', "login('bob', 'password123'); const password = 'test1234';"],
  ['prose', 'The password must have a digit. Secret: keep the token safe. API key rotation is explained below.'],
  ['a key of a map', 'for (const key of keys) map.set(key, value); primary_key: "user_id"; cacheKey: "a-b-c-d-e-f-g"'],
  ['a Secret without values', 'kind: Secret\nmetadata:\n  name: app-credentials-production\ntype: Opaque\n'],
  ['the label of a field', '{\n "name": "Name",\n "password": "Passphrase",\n "mail": "Mail"\n}'],
  [
    'a sentence on passwords',
    'The password is required and the token is invalid. Identified by name, with password reset.',
  ],
  ['a list of names', '["api_key", "h2_auth_password", "sodium_crypto_pwhash_str_verify_12"]'],
];
for (const [name, text] of NEAR_MISSES) {
  test(`${name} is no secret`, () => {
    const scene: ScanScene = { source: 'repository-file', path: null };
    assert.deepEqual(
      SECRETS.scanText(text, scene).map((each) => each.detectorId),
      [],
    );
  });
}

for (const kind of [
  'RSA PRIVATE KEY',
  'PRIVATE KEY',
  'EC PRIVATE KEY',
  'OPENSSH PRIVATE KEY',
  'ENCRYPTED PRIVATE KEY',
  'PGP PRIVATE KEY BLOCK',
]) {
  const lines = [`-----BEGIN ${kind}-----`, ...KEY_LINES, `${drawn('[A-Za-z0-9]{30}')}==`, `-----END ${kind}-----`];
  for (const [how, text] of [
    ['in lines', lines.join('\n')],
    ['with CR LF', lines.join('\r\n')],
    ['with escaped line ends', `"key": "${lines.join('\\n')}"`],
    ['indented', lines.map((line) => `    ${line}`).join('\n')],
    ['as joined literals', lines.map((line) => `"${line}\\n" +`).join('\n  ')],
    ['without its end', lines.slice(0, -1).join('\n')],
  ] as const) {
    test(`a key of kind ${kind} is covered to its last line, ${how}`, () => {
      assert.ok(covered(text)?.includes(lines.at(-2)?.slice(0, 20) ?? '?') === true);
    });
  }
}

test('what is found does not depend on how the text is cut', () => {
  const pieces = [
    GITHUB,
    JWT,
    `password="${PASSWORD}"`,
    `x://u:${RANDOM_32}@h.net`,
    'some words\n',
    'é',
    ' = ',
    '"',
    KEY_LINES.join('\n'),
    `-----BEGIN RSA PRIVATE KEY-----\n${KEY_LINES.join('\n')}\n-----END RSA PRIVATE KEY-----\n`,
    Buffer.from(`deploy ${GITHUB} now`).toString('base64'),
  ];
  const scene: ScanScene = { source: 'tool-result', path: null };
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...pieces.keys()), { maxLength: 12 }),
      fc.integer({ min: 1, max: 300 }),
      (parts, size) => {
        const bytes = Buffer.from(parts.map((part) => pieces[part]).join(' '));
        const stream = streamScanner(SECRETS, { scene, gatherBytes: 1 });
        const told = [];
        for (let from = 0; from < bytes.length; from += size)
          told.push(...stream.push(bytes.subarray(from, from + size)));
        told.push(...stream.end());
        const places = (all: readonly { start: number; end: number }[]): Set<number> =>
          new Set(all.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, index) => start + index)));
        const whole = SECRETS.scan(bytes, scene).map(({ startByte, endByte }) => ({ start: startByte, end: endByte }));
        assert.deepEqual(places(told), places(whole));
      },
    ),
    { numRuns: 40 },
  );
});

test('bytes of any kind are scanned without an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      SECRETS.scan(bytes, { source: 'web-page', path: null });
    }),
    { numRuns: 200 },
  );
});

test('a finding says where and never what', () => {
  const findings = SECRETS.scanText(`${GITHUB} ${JWT}`, { source: 'tool-result', path: null });
  assert.ok(findings.length >= 2);
  assert.ok(!JSON.stringify(findings).includes(GITHUB.slice(4, 20)));
});
