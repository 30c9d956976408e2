import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { detectorId } from '../core/ids.ts';
import { knownSession, tokenText } from './mask-fixtures.ts';
import { TOKEN_CLASSES, tokenClassOf } from './token-class.ts';
import {
  canonicalToken,
  LONGEST_TOKEN,
  openTokenAt,
  TAG_ALPHABET,
  TAG_LENGTH,
  tokenOf,
  tokensIn,
} from './token-shape.ts';

const RUNS = process.env['SLOW'] === '1' ? 5_000 : 300;
const { tokens } = knownSession();
const TAG = TAG_ALPHABET.slice(0, TAG_LENGTH);

test('no class begins another, and none holds the mark of a beginning', () => {
  for (const one of TOKEN_CLASSES) {
    assert.match(one, /^[A-PR-Z]+$/);
    assert.deepEqual(
      TOKEN_CLASSES.filter((other) => other !== one && other.startsWith(one)),
      [],
    );
  }
  assert.match(TAG_ALPHABET, /^[0-9a-pr-z]{32}$/);
  assert.equal(new Set(TAG_ALPHABET).size, 32);
});

for (const { name, text, want } of [
  { name: 'a token is found', text: `a ${tokenOf('EMAIL', TAG)} b`, want: 1 },
  { name: 'a token within a word is found', text: `x${tokenOf('EMAIL', TAG)}s_`, want: 1 },
  { name: 'a token in capitals is found', text: tokenOf('EMAIL', TAG).toUpperCase(), want: 1 },
  { name: 'a token begun twice is found once', text: `qzEMAIL${tokenOf('EMAIL', TAG)}`, want: 1 },
  { name: 'two tokens without anything between are two', text: tokenOf('IP', TAG).repeat(2), want: 2 },
  { name: 'a tag that is too short is none', text: tokenOf('EMAIL', TAG).slice(0, -1), want: 0 },
  { name: 'an unknown class is none', text: `qzNOBODY${TAG}`, want: 0 },
  { name: 'a long s is no s', text: tokenOf('SECRET', TAG).replace('S', 'ſ'), want: 0 },
  { name: 'a Kelvin sign is no k', text: tokenOf('EMAIL', 'k'.repeat(16)).replace('k', '\u212a'), want: 0 },
])
  test(name, () => assert.equal([...tokensIn(text)].length, want));

test('a token in any case has one canonical form', () => {
  for (const token of tokens)
    for (const form of [token, token.toUpperCase(), token.toLowerCase()]) assert.equal(canonicalToken(form), token);
});

test('tokens cost few letters', () => {
  assert.equal(LONGEST_TOKEN, Math.max(...TOKEN_CLASSES.map((one) => tokenOf(one, TAG).length)));
  assert.equal(LONGEST_TOKEN, 27);
});

test('every beginning of a token is open, and nothing else', () => {
  for (const tokenClass of TOKEN_CLASSES) {
    const token = tokenOf(tokenClass, TAG);
    for (let end = 1; end < token.length; end += 1)
      for (const form of [token.toLowerCase(), token.toUpperCase()]) {
        assert.equal(openTokenAt(`ab${form.slice(0, end)}`), 2);
        assert.equal(openTokenAt(`ab${form.slice(0, end)}-`), end + 3);
      }
    assert.equal(openTokenAt(token), token.length);
  }
});

test('an open tail is one that some text makes a token of', () => {
  // Any tail of a token shape is made whole by some class and tag.
  const whole = (tail: string): boolean =>
    TOKEN_CLASSES.some((one) => {
      const head = `qz${one}`.toLowerCase();
      const low = tail.toLowerCase();
      return low.length <= head.length
        ? head.startsWith(low)
        : low.startsWith(head) &&
            low.length < head.length + TAG_LENGTH &&
            low
              .slice(head.length)
              .split('')
              .every((c) => TAG_ALPHABET.includes(c));
    });
  fc.assert(
    fc.property(tokenText(tokens), (text) => {
      const starts = Array.from({ length: text.length }, (_, at) => at).filter(
        (at) => /^[ -~]+$/.test(text.slice(at)) && whole(text.slice(at)),
      );
      assert.equal(openTokenAt(text), starts[0] ?? text.length);
      assert.ok(starts.length <= 1);
    }),
    { numRuns: RUNS },
  );
});

for (const [id, want] of [
  ['secret/github-token', 'SECRET'],
  ['pii/email', 'EMAIL'],
  ['pii/iban', 'IBAN'],
  ['pii/person', 'PERSON'],
  ['pii/us-ssn', 'PII'],
  ['company/project-names', 'COMPANY'],
  ['injection/override', 'TEXT'],
  ['constructor/x', 'TEXT'],
] as const)
  test(`${id} is a ${want}`, () => assert.equal(tokenClassOf(detectorId(id)), want));
