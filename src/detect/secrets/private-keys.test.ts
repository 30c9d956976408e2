import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scanner } from '../scan/scanner.ts';
import { streamScanner } from '../scan/stream-scanner.ts';
import type { ScanScene } from '../scan/detector.ts';
import { drawnText, seeded } from './drawn-text.ts';
import { SECRET_DETECTORS } from './index.ts';

const SECRETS = scanner(SECRET_DETECTORS);
const SCENE: ScanScene = { source: 'tool-result', path: null };
const random = seeded(23);
/** Made at run time, so that no scanner of repositories takes this file for a leak. */
const line = (length: number): string => drawnText(`[A-Za-z0-9+/]{${length}}`, random);
const pem = (kind: string, width: number, lines: number): readonly string[] => [
  `-----BEGIN ${kind}-----`,
  ...Array.from({ length: lines }, () => line(width)),
  `${line(22)}==`,
  `-----END ${kind}-----`,
];

const KEYS: Readonly<Record<string, readonly string[]>> = {
  'PKCS 8': pem('PRIVATE KEY', 64, 25),
  'PKCS 1 of 4096 bits': pem('RSA PRIVATE KEY', 64, 49),
  OpenSSH: pem('OPENSSH PRIVATE KEY', 70, 37),
  PGP: [
    '-----BEGIN PGP PRIVATE KEY BLOCK-----',
    'Version: 1',
    '',
    ...pem('', 64, 60).slice(1, -1),
    '=aB3d',
    '-----END PGP PRIVATE KEY BLOCK-----',
  ],
};

const json = JSON.stringify;
const at = (index: number): string => String(index + 1);
const time = (index: number): string => `2024-05-06T07:08:${String((index % 50) + 10)}.123Z`;

/** How tools show the lines of a file. */
const FORMS: Readonly<Record<string, (lines: readonly string[]) => string>> = {
  'numbered by cat': (lines) => lines.map((each, index) => `${at(index).padStart(6)}\t${each}`).join('\n'),
  'numbered by nl': (lines) => lines.map((each, index) => `${at(index).padStart(6)}  ${each}`).join('\n'),
  'numbered with an arrow': (lines) => lines.map((each, index) => `${at(index).padStart(6)}→${each}`).join('\n'),
  'numbered by grep': (lines) => lines.map((each, index) => `${at(index)}:${each}`).join('\n'),
  'around a hit of grep': (lines) =>
    lines.map((each, index) => `${at(index)}${index === 0 ? ':' : '-'}${each}`).join('\n'),
  'of a file named by grep': (lines) =>
    lines.map((each, index) => `/srv/project/secrets/server.key:${at(index)}:${each}`).join('\n'),
  'in the colours of grep': (lines) =>
    lines
      .map(
        (each, index) =>
          `\u001b[32m\u001b[K${at(index)}\u001b[m\u001b[K:${each.replace(/(PRIVATE KEY)/, '\u001b[01;31m\u001b[K$1\u001b[m\u001b[K')}`,
      )
      .join('\n'),
  'on the left of a diff': (lines) => lines.map((each) => `< ${each}`).join('\n'),
  'on the right of a diff': (lines) => lines.map((each) => `> ${each}`).join('\n'),
  'removed in a patch': (lines) => lines.map((each) => `-${each}`).join('\n'),
  'added in a patch': (lines) => lines.map((each) => `+${each}`).join('\n'),
  'blamed on someone': (lines) =>
    lines.map((each, index) => `^3f2a9c8 (A B 2024-01-02 03:04:05 +0100 ${at(index).padStart(2)}) ${each}`).join('\n'),
  'blamed with whole hashes': (lines) =>
    lines
      .map((each, index) => `${'3f2a9c81d0'.repeat(4)} (A B 2024-01-02 ${at(index).padStart(2)}) ${each}`)
      .join('\n'),
  'behind slashes': (lines) => lines.map((each) => `// ${each}`).join('\n'),
  'behind a number sign': (lines) => lines.map((each) => `# ${each}`).join('\n'),
  'behind a star': (lines) => lines.map((each) => ` * ${each}`).join('\n'),
  'in the log of a container': (lines) => lines.map((each) => `web-1  | ${each}`).join('\n'),
  'among the lines of another container': (lines) =>
    lines.map((each, index) => `web-1  | ${each}\ndb-1   | checkpoint ${index} complete`).join('\n'),
  'behind times': (lines) => lines.map((each, index) => `${time(index)} ${each}`).join('\n'),
  'in a log of JSON': (lines) =>
    lines.map((each, index) => json({ log: `${each}\n`, stream: 'stdout', time: time(index) })).join('\n'),
  'as a list of JSON': (lines) => json(lines),
  'as a list of JSON in lines': (lines) => json(lines, null, 2),
  'as a text of JSON': (lines) => json({ key: lines.join('\n') }),
  'as a text of JSON within one': (lines) => json(json({ key: lines.join('\n') })),
  'with escaped slashes': (lines) => json({ key: lines.join('\n') }).replaceAll('/', '\\/'),
  'indented in YAML': (lines) => `key: |\n${lines.map((each) => `      ${each}`).join('\n')}`,
  'with CR LF': (lines) => lines.join('\r\n'),
  'in one line': (lines) => lines.join(' '),
  'with breaks of HTML': (lines) => lines.join('<br/>'),
  'as a part of a URL': (lines) => encodeURIComponent(lines.join('\n')),
  'as calls of a program': (lines) => lines.map((each) => `key.append("${each}").append("\\n");`).join('\n'),
};

/** Lines out of the middle are told by their length, and by a line end between them. */
const MIDDLE_MISSED = new Set(['in one line', 'as a part of a URL', 'with escaped slashes']);

/** How many of the lines are not covered, judged by characters from the middle of each. */
function uncovered(text: string, lines: readonly string[]): number {
  const findings = SECRETS.scanText(text, SCENE);
  return lines.filter((each) => {
    const probe = /[A-Za-z0-9]{4,}/.exec(each.slice(each.length / 2))?.[0] ?? each.slice(0, 4);
    const from = text.indexOf(probe);
    return !findings.some(({ startUtf16, endUtf16 }) => startUtf16 <= from && endUtf16 >= from + probe.length);
  }).length;
}

const inText = (shown: string): string => `some words before\n${shown}\nand some after`;

for (const [kind, key] of Object.entries(KEYS)) {
  const body = key.filter((each) => /^[A-Za-z0-9+/=]{20,}$/.test(each));
  const [first] = body;
  for (const [how, form] of Object.entries(FORMS)) {
    test(`a key of ${kind} is covered from its begin to its end, ${how}`, () => {
      const text = inText(form(key));
      assert.equal(uncovered(text, body), 0);
      const from = text.search(/-----BEGIN/);
      assert.ok(
        SECRETS.scanText(text, SCENE).some(
          ({ startUtf16, endUtf16 }) => startUtf16 <= from && endUtf16 > text.lastIndexOf('END'),
        ),
        'the marks are in the finding',
      );
    });
    test(`a key of ${kind} that is cut is covered as far as it goes, ${how}`, () => {
      assert.equal(uncovered(inText(form(key.slice(0, -1))), body), 0, 'without its end mark');
      const half = key.slice(0, 12);
      assert.equal(
        uncovered(
          inText(form(half)),
          half.filter((each) => body.includes(each)),
        ),
        0,
        'its first lines',
      );
      assert.equal(uncovered(inText(form(key.slice(key.indexOf(first ?? '')))), body), 0, 'without its begin mark');
      const rest = key.slice(-9);
      assert.equal(
        uncovered(
          inText(form(rest)),
          rest.filter((each) => body.includes(each)),
        ),
        0,
        'its last lines',
      );
    });
    if (MIDDLE_MISSED.has(how)) continue;
    test(`lines from the middle of a key of ${kind} are found, ${how}`, () => {
      const part = body.slice(3, 13);
      assert.equal(uncovered(inText(form(part)), part), 0);
    });
  }
}

for (const [how, form] of Object.entries(FORMS))
  test(`the private lines of PuTTY are covered, ${how}`, () => {
    const body = [...Array.from({ length: 7 }, () => line(64)), `${line(30)}==`];
    const file = [
      'PuTTY-User-Key-File-3: ssh-rsa',
      'Encryption: none',
      'Comment: a',
      'Public-Lines: 1',
      'AAAAB3NzaC1yc2EA',
      'Private-Lines: 8',
      ...body,
      `Private-MAC: ${drawnText('[0-9a-f]{64}', random)}`,
    ];
    assert.equal(uncovered(inText(form(file)), body), 0);
  });

for (const [how, form] of Object.entries(FORMS))
  for (const [name, lines] of [
    ['a certificate', pem('CERTIFICATE', 64, 20)],
    ['a public key', pem('PUBLIC KEY', 64, 6)],
    ['a public block of PGP', pem('PGP PUBLIC KEY BLOCK', 64, 30)],
    ['a message of PGP', pem('PGP MESSAGE', 64, 30)],
    [
      'prose on the marks',
      [
        'It begins with -----BEGIN PRIVATE KEY----- and',
        'the base64 of the key follows, in lines of 64',
        'characters, up to -----END PRIVATE KEY----- or',
        'to the end of the file.',
      ],
    ],
    [
      'the marks in a program',
      [
        "const begin = '-----BEGIN RSA PRIVATE KEY-----';",
        'createPrivateKeyFromEncodedDocument(begin);',
        "const end = '-----END RSA PRIVATE KEY-----';",
      ],
    ],
    ['hashes of packages', Array.from({ length: 12 }, () => `--hash=sha256:${drawnText('[0-9a-f]{64}', random)}`)],
    ['an image', ['iVBORw0KGgo' + line(53), ...Array.from({ length: 12 }, () => line(64))]],
    ['lines of mail', Array.from({ length: 20 }, () => line(76))],
    ['four lines', Array.from({ length: 4 }, () => line(64))],
    ['lines of any length', Array.from({ length: 20 }, (_, index) => line(40 + index))],
  ] as const)
    test(`${name} is no private key, ${how}`, () => {
      const ids = SECRETS.scanText(inText(form(lines)), SCENE).map(({ detectorId }) => detectorId);
      assert.deepEqual(
        ids.filter((id) => id.includes('private-key')),
        [],
      );
    });

test('a key is covered alike however a stream is cut', () => {
  const shown = Object.entries(FORMS).flatMap(([how, form]) =>
    Object.values(KEYS)
      .slice(0, 2)
      .flatMap((key) => [form(key), form(key.slice(0, 9)), MIDDLE_MISSED.has(how) ? '' : form(key.slice(4, 15))]),
  );
  const places = (all: readonly { start: number; end: number }[]): ReadonlySet<number> =>
    new Set(all.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, index) => start + index)));
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...shown, 'some words of a text '.repeat(900)), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 500, max: 9000 }),
      (parts, size) => {
        const bytes = Buffer.from(parts.join('\n'));
        const stream = streamScanner(SECRETS, { scene: SCENE, gatherBytes: 1 });
        const told = [];
        for (let from = 0; from < bytes.length; from += size)
          told.push(...stream.push(bytes.subarray(from, from + size)));
        told.push(...stream.end());
        const whole = SECRETS.scan(bytes, SCENE).map(({ startByte, endByte }) => ({ start: startByte, end: endByte }));
        assert.deepEqual(places(told), places(whole));
      },
    ),
    { numRuns: 40 },
  );
});
