import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { allowedHash } from '../detect/index.ts';
import type { WordScanner } from '../gateway/index.ts';
import { parsePolicy } from '../policy/index.ts';
import { wordScanner } from './word-scanner.ts';

/** Tokens of a provider's form, made here so that no file of the project holds one. */
const TOKEN = ['ghp', `${'aB3dE5gH7j'.repeat(3)}k9Lm2P`].join('_');
const SALT = '5a'.repeat(16);
const PLAIN = 'The relay passes a stream on, byte for byte. ';

function scannerFor(text: string): WordScanner | null {
  const result = parsePolicy(`version: 1\nname: test\n${text}`);
  assert.ok(result.ok, JSON.stringify(result));
  return wordScanner(result.policy);
}

function scanned(scanner: WordScanner | null, isPrompt: boolean, pieces: readonly string[]) {
  const scan = scanner?.scan(isPrompt);
  assert.ok(scan !== undefined);
  const seen = [...pieces.map((piece) => scan.push(piece)), scan.end()];
  return { found: seen.flatMap(({ found }) => found), certain: seen.map(({ certainPieces }) => certainPieces) };
}

test('a policy that has no opinion on secrets or company words looks through no replies', () => {
  for (const text of ['', 'dlp: { secret: allow, personal: redact }\n', 'injection: { on_finding: ask }\n'])
    assert.equal(scannerFor(text), null);
});

for (const { name, policy, text, areas, want } of [
  {
    name: 'a secret',
    policy: 'dlp: { secret: mask }\n',
    text: `token ${TOKEN}`,
    areas: ['secret'],
    want: ['secret/github-token'],
  },
  {
    name: 'a company word',
    policy: 'dlp: { company: alert }\ncompany: { words: { names: [falconwing] } }\n',
    text: `project falconwing and ${TOKEN}`,
    areas: ['company'],
    want: ['company/names'],
  },
  {
    name: 'a value that may pass',
    policy: `dlp: { secret: mask, allowed: { salt: '${SALT}', hashes: ['${allowedHash(Buffer.from(SALT, 'hex'), Buffer.from(TOKEN))}'] } }\n`,
    text: `token ${TOKEN}`,
    areas: ['secret'],
    want: [],
  },
  {
    name: 'data about people',
    policy: 'dlp: { secret: mask, personal: mask }\n',
    text: 'jane.doe@example.com',
    areas: ['secret'],
    want: [],
  },
])
  test(`a reply is looked through for what the policy has an opinion on: ${name}`, () => {
    const scanner = scannerFor(policy);
    assert.deepEqual(scanner?.areas, areas);
    for (const isPrompt of [true, false])
      for (const pieces of [[text], inPieces(text), [PLAIN.repeat(900), text, ` ${PLAIN.repeat(900)}`]])
        assert.deepEqual(scanned(scanner, isPrompt, pieces).found, want);
  });

test('pieces become certain in order, none after a secret that begins in it was passed over', () => {
  const scanner = scannerFor('dlp: { secret: mask }\n');
  fc.assert(
    fc.property(fc.array(fc.nat(30_000), { minLength: 1, maxLength: 8 }), fc.nat(60_000), (lengths, at) => {
      const whole = PLAIN.repeat(2_000);
      const text = `${whole.slice(0, at)} ${TOKEN} ${whole.slice(at)}`;
      const ends = lengths.map((length, n) => length + lengths.slice(0, n).reduce((sum, each) => sum + each, 0));
      const pieces = [0, ...ends].map((start, n) => text.slice(start, ends[n]));
      const scan = scanner?.scan(true);
      assert.ok(scan !== undefined);
      let isFound = false;
      let last = 0;
      for (const piece of pieces) {
        const { found, certainPieces } = scan.push(piece);
        isFound ||= found.length > 0;
        assert.ok(certainPieces >= last);
        last = certainPieces;
        const certainTo = certainPieces === 0 ? 0 : (ends[certainPieces - 1] ?? text.length);
        assert.ok(isFound || certainTo <= at + 1);
      }
      const { found, certainPieces } = scan.end();
      assert.ok(isFound || found.length > 0);
      assert.equal(certainPieces, pieces.length);
    }),
    { numRuns: 40 },
  );
});

/** A text letter by letter. */
function inPieces(text: string): readonly string[] {
  return Array.from({ length: text.length }, (_, at) => text.slice(at, at + 1));
}
