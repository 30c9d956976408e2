import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from './json.ts';
import type { Json } from './json.ts';

// RFC 8785, section 3.2.3: the order of keys is by UTF-16 code units, not by code points.
test('keys are ordered as RFC 8785 orders them', () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter',
    '1': 'One',
    '\ud83d\ude00': 'Smiley',
    '\u0080': 'Control',
    '\u00f6': 'o',
  };
  assert.equal(
    canonicalJson(value),
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"o","\u20ac":"Euro Sign","\ud83d\ude00":"Smiley","\ufb33":"Hebrew Letter"}',
  );
});

for (const { name, value } of [
  { name: 'an infinity', value: Infinity },
  { name: 'no number', value: Number.NaN },
  { name: 'half a surrogate pair', value: '\ud800' },
]) {
  test(`${name} has no canonical form`, () => assert.throws(() => canonicalJson(value), TypeError));
}

test('the canonical form is read back as the same value, and is its own canonical form', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const text = canonicalJson(value as Json);
      assert.equal(canonicalJson(JSON.parse(text) as Json), text);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    }),
  );
});
