import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanner } from '../scan/scanner.ts';
import { drawnText, seeded } from './drawn-text.ts';
import { SECRET_DETECTORS } from './index.ts';

const SECRETS = scanner(SECRET_DETECTORS);
const random = seeded(31);
/** Made at run time, so that no scanner of repositories takes this file for a leak. */
const TOKEN = drawnText('ghp_[A-Za-z0-9]{36}', random);
const OTHER = drawnText('glpat-[A-Za-z0-9]{20}', random);
const VALUE = drawnText('[a-z]{4}[A-Za-z0-9]{26}[0-9]{2}', random);
const PASSWORD = drawnText('[a-z]{3}[0-9]{2}[A-Z]{3}[!#%][a-z]{2}[0-9]{2}', random).replace(/[#%]/, '!');

/** What stands at the two ends of a secret, as far as it is told apart from what is in it. */
interface Hit {
  readonly name: string;
  readonly text: string;
  readonly from: string;
  readonly to: string;
}

const [head, rest, tail] = [TOKEN.slice(0, 14), TOKEN.slice(14), TOKEN.slice(-6)];
const HITS: readonly Hit[] = [
  ...['12\t', '   12\u2192', '12:', '12-  '].map((number) => ({
    name: `behind the number of its line, ${JSON.stringify(number)}`,
    text: `11 a\n${number}DB_PASSWORD=${PASSWORD}\n`,
    from: PASSWORD.slice(0, 6),
    to: PASSWORD.slice(-6),
  })),
  { name: 'with colours in it', text: `a ${head}\u001b[01;31m\u001b[K${rest}\u001b[m\u001b[K b`, from: head, to: tail },
  { name: 'with colours around it', text: `a \u001b[01;31m\u001b[K${TOKEN}\u001b[m\u001b[K b`, from: head, to: tail },
  { name: 'with a colour in its prefix', text: `gh\u001b[31mp_\u001b[0m${TOKEN.slice(4)}`, from: 'gh', to: tail },
  {
    name: 'with colours as escapes of JSON',
    text: JSON.stringify({ o: `${head}\u001b[31m${rest}\u001b[0m` }),
    from: head,
    to: tail,
  },
  { name: 'with a space of no width', text: `x ${head}\u200b${rest} y`, from: head, to: tail },
  { name: 'with a word joiner in its prefix', text: `gh\u2060${TOKEN.slice(2)}`, from: 'gh', to: tail },
  { name: 'with a soft hyphen', text: `${head}\u00ad${rest}`, from: head, to: tail },
  {
    name: 'with an escape of URLs',
    text: `https://x.corp.net/?t=${TOKEN.replace('_', '%5F')}&a=1`,
    from: 'ghp',
    to: tail,
  },
  { name: 'with an escape of HTML', text: `<b>${TOKEN.replace('_', '&#95;')}</b>`, from: 'ghp', to: tail },
  { name: 'with an escape of HTML in hex', text: `<b>${TOKEN.replace('_', '&#x5f;')}</b>`, from: 'ghp', to: tail },
  { name: 'with an escape of JSON', text: `"${TOKEN.replace('_', '\\u005f')}"`, from: 'ghp', to: tail },
  {
    name: 'with another mark as an escape',
    text: `t=${OTHER.replace('-', '%2D')}`,
    from: 'glpat',
    to: OTHER.slice(-6),
  },
  {
    name: 'that is given to a name, with a colour',
    text: `API_KEY=${VALUE.slice(0, 9)}\u001b[1m${VALUE.slice(9)}`,
    from: VALUE.slice(0, 9),
    to: VALUE.slice(-6),
  },
  { name: 'joined to another of its kind', text: `${TOKEN}_${TOKEN}`, from: head, to: `_${TOKEN}` },
  { name: 'joined to one of another kind', text: `${TOKEN}_${OTHER}`, from: head, to: rest },
  { name: 'with a word joined to it', text: `${TOKEN}_backup`, from: head, to: tail },
  {
    name: 'as a pair of YAML in a line',
    text: `{name: DB_PASSWORD, value: ${PASSWORD}}`,
    from: PASSWORD,
    to: PASSWORD,
  },
  {
    name: 'as a quoted pair of YAML',
    text: `{ name: DB_PASSWORD, value: "${PASSWORD}" }`,
    from: PASSWORD,
    to: PASSWORD,
  },
  {
    name: 'as a pair of JSON',
    text: JSON.stringify([{ name: 'DB_PASSWORD', value: PASSWORD }]),
    from: PASSWORD,
    to: PASSWORD,
  },
  {
    name: 'as a pair of JSON in lines',
    text: JSON.stringify([{ name: 'DB_PASSWORD', value: PASSWORD }], null, 2),
    from: PASSWORD,
    to: PASSWORD,
  },
  { name: 'as a pair of a key and a value', text: `{"Key":"API_TOKEN","Value":"${VALUE}"}`, from: VALUE, to: VALUE },
];

for (const { name, text, from, to } of HITS)
  test(`a secret is found ${name}`, () => {
    const [first, last] = [text.indexOf(from), text.lastIndexOf(to) + to.length];
    const findings = SECRETS.scanText(text, { source: 'tool-result', path: null });
    const covered = new Set(
      findings.flatMap(({ startUtf16, endUtf16 }) =>
        Array.from({ length: endUtf16 - startUtf16 }, (_, at) => startUtf16 + at),
      ),
    );
    const joined = text.charAt(TOKEN.length) === '_' ? TOKEN.length : -1;
    assert.ok(first >= 0 && last > first);
    for (let at = first; at < last; at += 1)
      assert.ok(at === joined || covered.has(at), `${at} of ${first} to ${last}`);
  });

for (const [name, text] of [
  [
    'a coloured listing',
    '\u001b[01;34mnode_modules\u001b[0m  \u001b[01;32minstall.sh\u001b[0m \u001b[1mpassword.ts\u001b[0m',
  ],
  ['a coloured log', '\u001b[36mweb-1  |\u001b[0m \u001b[32mINFO\u001b[39m token refreshed for user=42 key=value'],
  [
    'escapes in a URL',
    'https://corp.net/a%20b?redirect=https%3A%2F%2Fcorp.net%2Ftoken%3Fstate%3Dopen%26scope%3Duser_read%2Duser',
  ],
  ['escapes of HTML', 'it&#39;s a &#34;token&#34; &amp; password&#58; see&#95;below&#95;for&#95;the&#95;form'],
  ['words with soft hyphens', 'Ver\u00adschlüs\u00adse\u00adlungs\u00adpass\u00adwort und Ge\u00adheim\u00adnis'],
  ['a sign of several people', 'API token=\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}'],
  [
    'pairs of names and references',
    '{name: DB_PASSWORD, value: ${DB_PASSWORD}} {name: TOKEN, valueFrom: {secretKeyRef: {name: a, key: token}}}',
  ],
  ['pairs of names and stand-ins', '{"name":"DB_PASSWORD","value":"changeme"} {name: API_KEY, value: <your-key>}'],
  ['a list of fields', '{"name":"password","value":"","type":"string"} {"name":"token","value":"string"}'],
] as const)
  test(`${name} hold no secret`, () => {
    assert.deepEqual(
      SECRETS.scanText(text, { source: 'tool-result', path: null }).map(({ detectorId }) => detectorId),
      [],
    );
  });
