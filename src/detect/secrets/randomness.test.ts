import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawnText, seeded } from './drawn-text.ts';
import { isPlaceholder } from './placeholder.ts';
import { entropyBits, isRandom } from './randomness.ts';

const random = seeded(11);

for (const { alphabet, length, least } of [
  { alphabet: '[A-Za-z0-9]', length: 16, least: 0.95 },
  { alphabet: '[A-Za-z0-9]', length: 40, least: 0.98 },
  { alphabet: '[a-z0-9]', length: 32, least: 0.93 },
  { alphabet: '[0-9a-f]', length: 32, least: 0.97 },
  { alphabet: '[A-Za-z0-9+/]', length: 44, least: 0.98 },
])
  test(`${least * 100} % of texts of ${length} characters of ${alphabet} are seen to be random`, () => {
    let seen = 0;
    for (let draw = 0; draw < 1000; draw += 1) if (isRandom(drawnText(`${alphabet}{${length}}`, random))) seen += 1;
    assert.ok(seen >= 1000 * least, `${seen} of 1000`);
  });

for (const text of [
  'authenticationTokenProvider',
  'getAccessTokenFromRequest',
  'src/components/password-input.tsx',
  'SOME_LONG_CONSTANT_NAME_2',
  'application-properties-v2',
  'com.corporation.product.module',
  '00000000000000000000000000000000',
  '12345678901234567890',
  'deadbeef',
])
  test(`${text} is not random`, () => assert.equal(isRandom(text), false));

for (const text of [
  'changeme',
  '<your token>',
  '${TOKEN}',
  '$TOKEN',
  '{{ token }}',
  '%TOKEN%',
  'xxxxxxxxxxxx',
  '************',
  'my-secret-key',
  'password123',
  'INSERT_KEY_HERE',
  'process.env.KEY',
  '[REDACTED]',
])
  test(`${text} stands for a secret`, () => assert.equal(isPlaceholder(text), true));

test('the entropy of nothing and of one character is none', () => {
  assert.equal(entropyBits(''), 0);
  assert.equal(entropyBits('aaaa'), 0);
  assert.equal(entropyBits('abab'), 1);
});
