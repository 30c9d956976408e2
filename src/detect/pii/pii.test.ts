import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { scanner } from '../scan/scanner.ts';
import { streamScanner } from '../scan/stream-scanner.ts';
import type { KindMatch, ScanScene } from '../scan/detector.ts';
import { PII_DETECTORS } from './index.ts';

const TEXT: ScanScene = { source: 'user-prompt', path: null };
const CODE: ScanScene = { source: 'repository-file', path: 'src/a.ts' };
const pii = scanner(PII_DETECTORS);

/** Kinds and texts that are found, without the area's name. */
function found(text: string, scene = TEXT): readonly string[] {
  return pii
    .scanText(text, scene)
    .map(({ detectorId, startUtf16, endUtf16 }) => `${detectorId.slice(4)} ${text.slice(startUtf16, endUtf16)}`);
}

/** A text, and what must be found in it. The numbers are made up; those with check digits pass them. */
const CASES: readonly (readonly [name: string, text: string, ...expected: string[]])[] = [
  ['mail in a sentence', 'write to ann.lee+x@mail.example.org.', 'email ann.lee+x@mail.example.org'],
  ['mail in brackets', '<a@xn--bcher-kva.example>', 'email a@xn--bcher-kva.example'],
  ['mail behind an assignment', 'to=bob@site.example', 'email bob@site.example'],
  ['a package with its version is no mail', 'npm i @scope/name@1.2.3 left-pad@1.3.0'],
  ['a remote and a login are no mail', 'git@host.example:a/b.git https://user@host.example/x'],
  ['a connection string is no mail', 'postgres://app:hunter2@db.example.com/x'],
  ['an image is no mail', 'icon@2x.png'],
  ['card', 'card 4539 1488 0343 6467', 'payment-card 4539 1488 0343 6467'],
  ['card without a word', '4539148803436467', 'payment-card 4539148803436467'],
  ['card of fifteen digits', 'amex 3782-822463-10005', 'payment-card 3782-822463-10005'],
  ['a card with a wrong digit is none', 'card 4539 1488 0343 6468'],
  ['twelve digits are a card by words alone', 'my card 676770000005', 'payment-card 676770000005'],
  ['twelve digits without words', 'count 676770000005'],
  ['account in groups', 'pay DE89 3704 0044 0532 0130 00 now', 'iban DE89 3704 0044 0532 0130 00'],
  ['account at once', 'GB82WEST12345698765432', 'iban GB82WEST12345698765432'],
  ['an account with a wrong digit is none', 'GB82WEST12345698765433'],
  ['social security', 'ssn 536-90-4399', 'us-ssn 536-90-4399'],
  ['social security without hyphens, by words', 'SSN: 536904399', 'us-ssn 536904399'],
  ['areas that were never given out', 'ssn 666-12-3456 or 000-12-3456'],
  ['telephone in international form', 'tel:+14155550132', 'phone +14155550132'],
  ['telephone with groups', 'ring +44 (20) 7123 4567', 'phone +44 (20) 7123 4567'],
  ['telephone in brackets', '(415) 555-0132 ext. 12', 'phone (415) 555-0132 ext. 12'],
  ['national number by its zero', 'reach us: 0961-7596216', 'phone 0961-7596216'],
  ['national number by words', 'please call 72 128 827', 'phone 72 128 827'],
  ['number with a word behind it', '416 60 039 office', 'phone 416 60 039'],
  ['dates, times and versions are no telephone', '2024-05-21 14:30:00, 21.05.2024, 10.2.33, build 20240521.3'],
  ['identifiers are no telephone', 'user_4155550132 order 4815162342 #12345678'],
  ['address of a machine', 'from 84.17.5.220 port 22', 'ip-address 84.17.5.220'],
  ['private address', 'host 10.20.30.40', 'local-address 10.20.30.40'],
  ['IPv6', 'from 2a01:4f8:c17::5054:ff:fe1b:b031.', 'ip-address 2a01:4f8:c17::5054:ff:fe1b:b031'],
  ['a version is no address', 'v1.2.3.4 and version 10.4.0.1, 1.2.3.4.5'],
  ['a scope of code is no address', 'std::cout a::b Face::new()'],
  ['hardware address', 'mac 00:1b:44:11:3a:b7', 'mac-address 00:1b:44:11:3a:b7'],
  ['hardware address with hyphens', 'AA-1B-44-11-3A-B7', 'mac-address AA-1B-44-11-3A-B7'],
  ['a fingerprint is no hardware address', '00:1b:44:11:3a:b7:00:1b:44:11:3a:b7'],
  ['licence to drive', "driver's license D1234-56789-01234", 'driver-licence D1234-56789-01234'],
  ['a licence of software', 'MIT License 2.0, Apache License 2004'],
  ['passport', 'passport number: X1234567', 'passport X1234567'],
  ['date of birth', 'DOB: 1985-03-12', 'birth-date 1985-03-12'],
  ['birth in words', 'born on March 3, 1980', 'birth-date March 3, 1980'],
  ['bank account', 'account number 12345678', 'bank-account 12345678'],
  ['postal code', 'ZIP: 394 13', 'postal-code 394 13'],
  ['wallet', 'btc 1BoatSLRHtKNngkdXEeobR76b53LETtpyT', 'crypto-address 1BoatSLRHtKNngkdXEeobR76b53LETtpyT'],
  ['identifiers of software', '123e4567-e89b-12d3-a456-426614174000 d41d8cd98f00b204e9800998ecf8427e 1732190400000'],
];

for (const [name, text, ...expected] of CASES) {
  test(`text: ${name}`, () => {
    assert.deepEqual(found(text), expected);
  });
}

/** National numbers, each with words that name it. All check digits were worked out for these. */
const NATIONAL: readonly (readonly [kind: string, text: string])[] = [
  ['us-itin', 'itin 911-70-1234'],
  ['us-ein', 'EIN 12-3456789'],
  ['us-npi', 'NPI 1234567893'],
  ['us-mbi', 'Medicare 1EG4-TE5-MK73'.replace('EG4-TE5', 'AG4-TE5')],
  ['us-aba-routing', 'routing 021000021'],
  ['ca-sin', 'SIN 130 692 544'],
  ['br-cpf', '529.982.247-25'],
  ['br-cnpj', '11.222.333/0001-81'],
  ['cl-rut', '12.345.678-5'],
  ['uk-nino', 'AB 12 34 56 C'],
  ['uk-nhs', 'NHS 943 476 5919'],
  ['de-tax-id', 'Steuer-ID 86095742719'],
  ['de-vat-id', 'USt-IdNr. DE136695976'],
  ['fr-nir', '2 55 08 14 168 025 38'],
  ['es-nif', '12345678Z'],
  ['es-nie', 'X1234567L'],
  ['it-fiscal-code', 'RSSMRA85T10A562S'],
  ['nl-bsn', 'BSN 111222333'],
  ['pl-pesel', '44051401359'],
  ['pl-nip', 'NIP 123-456-32-18'],
  ['fi-hetu', '131052-308T'],
  ['se-personnummer', '811218-9876'],
  ['ch-ahv', '756.9217.0769.85'],
  ['in-aadhaar', 'Aadhaar 3123 4567 8909'],
  ['in-pan', 'PAN ABCPD1234F'],
  ['au-tfn', 'TFN 876 543 210'],
  ['au-abn', 'ABN 51 824 753 556'],
  ['sg-nric', 'S1234567D'],
  ['kr-rrn', '960121-1234567'],
  ['th-national-id', 'Thai ID 1234567890121'],
  ['tr-national-id', '10000000146'],
  ['za-id', 'ID 8001015009087'],
  ['cn-resident-id', '11010519491231002X'],
  ['be-national-number', '85.07.30-033.28'],
];

for (const [kind, text] of NATIONAL) {
  test(`national number: ${kind}`, () => {
    assert.ok(
      found(text).some((each) => each.startsWith(`${kind} `)),
      'not found',
    );
  });
}

test('in a file of code, a number needs words or a check digit that nothing else has', () => {
  const bare = ['44051401359', '811218-9876', '12345678Z', 'DE136695976', '07700 900123', '127.0.0.1', '192.168.1.7'];
  for (const text of bare) assert.deepEqual(found(`const a = '${text}';`, CODE), [], text.slice(0, 2));
  assert.equal(found('// card 4539148803436467', CODE).length, 1);
});

test('matches in windows are those in the whole, wherever it is cut', () => {
  const pieces = [
    ...CASES.map(([, text]) => text),
    'Aa Bb Cc Dd ',
    '12 34 56 ',
    '1234-',
    'Anna ',
    '12 Oak Street Apt. 4\n',
  ];
  const piece = fc.tuple(fc.constantFrom(...pieces), fc.integer({ min: 1, max: 40 }));
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 900 }), (parts, size) => {
      const bytes = Buffer.from(parts.map(([text, times]) => text.repeat(times)).join('\n'));
      const stream = streamScanner(pii, { scene: TEXT, gatherBytes: 700 });
      const streamed: KindMatch[] = [];
      for (let at = 0; at < bytes.length; at += size) streamed.push(...stream.push(bytes.subarray(at, at + size)));
      streamed.push(...stream.end());
      const place = ({ id, start, end }: KindMatch): string => `${id} ${start} ${end}`;
      assert.deepEqual(streamed.map(place).sort(), pii.rawMatches(bytes, 0, bytes.length, TEXT).map(place).sort());
    }),
    { numRuns: 40 },
  );
});

test('no text makes it throw', () => {
  const unit = fc.constantFrom(
    ...Array.from('0123456789aAZz:.-/+()@ #x\n'),
    'é',
    '😀',
    '::',
    'DE',
    'Mr. ',
    'Anna ',
    'Street ',
    'passport ',
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 200 }), (text) => {
      for (const each of pii.scanText(text, TEXT)) assert.ok(each.startByte < each.endByte);
    }),
    { numRuns: 400 },
  );
});

const WORST: readonly string[] = [
  '1',
  '1 ',
  '1-',
  '1.',
  '12.',
  '(1) ',
  '+1 ',
  '123 ',
  '1234 ',
  '1234-',
  '12:',
  'a:',
  ':',
  '::',
  'a::',
  'ab:cd:',
  '-',
  'AB-',
  'AB1',
  'DE12 ',
  'a@',
  '@',
  'a.b@c.',
  'a@b-',
  'A ',
  'Aa ',
  'Aa-',
  "A'",
  'Anna ',
  'Anna Smith ',
  'Mr. ',
  '12 Main ',
  'Main Street ',
  'Apt. 1 ',
  '1 rue de ',
  'É',
  'name is ',
  'name: a ',
  'license ',
  'license 1',
  'passport ',
  'account ',
  'born ',
  'dob 1/1',
  'zip ',
  '\n\n',
  '> ',
  '"',
  '`',
  '1\n',
  'Aa\n',
  '0x0',
  'bc1q',
  '3Q',
  '\u0000',
  'call 1 ',
  'in A ',
];

for (const piece of WORST) {
  test(`worst input of 100 kB takes no long time: ${JSON.stringify(piece)}`, () => {
    const bytes = Buffer.from(piece.repeat(Math.ceil(100_000 / piece.length)));
    const before = process.cpuUsage();
    pii.scan(bytes, TEXT);
    const { user, system } = process.cpuUsage(before);
    // Quadratic time would take minutes; the bound leaves room for a busy machine.
    assert.ok(user + system < 2_000_000, `${user + system} µs`);
  });
}
