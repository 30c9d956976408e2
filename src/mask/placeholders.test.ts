import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { test } from 'node:test';
import fc from 'fast-check';
import { placeholderKey, placeholders } from './index.ts';
import { keyOf } from './mask-fixtures.ts';
import { TOKEN_CLASSES } from './token-class.ts';
import { TAG_ALPHABET } from './token-shape.ts';
import { tokenSpace } from './token-space.ts';

const RUNS = process.env['SLOW'] === '1' ? 5_000 : 300;
const values = fc.string({ unit: 'binary', maxLength: 12 });
const classed = fc.tuple(fc.constantFrom(...TOKEN_CLASSES), values);

test('a token is the mark, the class and 80 bits of the keyed hash', () => {
  const hash = createHmac('sha256', new Uint8Array(32).fill(1))
    .update(
      Buffer.concat([Buffer.from('sallyport/placeholder/1\0EMAIL\x000\0'), Buffer.from('a@b.example', 'utf16le')]),
    )
    .digest();
  let bits = BigInt(`0x${hash.subarray(0, 10).toString('hex')}`);
  let tag = '';
  for (let digit = 0; digit < 16; digit += 1, bits >>= 5n) tag = (TAG_ALPHABET[Number(bits & 31n)] ?? '') + tag;
  assert.equal(placeholders(keyOf(1)).tokenFor('EMAIL', 'a@b.example'), `qzEMAIL${tag}`);
});

test('order never counts, the key always does, and each token has its value', () => {
  fc.assert(
    fc.property(fc.array(classed), fc.nat(), (list, turn) => {
      const [one, two, other] = [placeholders(keyOf(1)), placeholders(keyOf(1)), placeholders(keyOf(2))];
      const turned = list.map((_, index) => list[(index + turn) % list.length] as (typeof list)[number]).toReversed();
      const tokens = new Map(list.map(([kind, value]) => [`${kind}${value}`, one.tokenFor(kind, value)]));
      for (const [kind, value] of turned) {
        const token = two.tokenFor(kind, value);
        assert.equal(token, tokens.get(`${kind}${value}`));
        assert.equal(two.valueOf(token ?? ''), value);
        assert.notEqual(other.tokenFor(kind, value), token);
        assert.equal(other.valueOf(token ?? ''), null);
      }
      assert.equal(new Set(tokens.values()).size, tokens.size);
    }),
    { numRuns: RUNS },
  );
});

test('100,000 values have as many tokens', () => {
  const space = placeholders(keyOf(3));
  const tokens = new Set(Array.from({ length: 100_000 }, (_, index) => space.tokenFor('PHONE', String(index))));
  assert.equal(tokens.size, 100_000);
  assert.equal(space.tokenFor('PHONE', 'one more'), null);
  assert.notEqual(space.tokenFor('PHONE', '7'), null);
});

test('where hashes are the same, no token has two values, and who finds none gets none', () => {
  fc.assert(
    fc.property(fc.array(classed, { maxLength: 60 }), fc.array(fc.nat(31), { maxLength: 10 }), (list, standing) => {
      // 32 tags for each class: with some dozen values, hashes collide all the time.
      const tagOf = (_: string, value: string, attempt: number): string =>
        '0'.repeat(15) + (TAG_ALPHABET[(value.length * 7 + (value.codePointAt(0) ?? 0) + attempt) % 32] ?? '');
      const space = tokenSpace(tagOf);
      const reserved = standing.map((digit) => `qzEMAIL${'0'.repeat(15)}${TAG_ALPHABET[digit] ?? ''}`);
      for (const token of reserved) space.reserve(token.toUpperCase());
      const given = new Map<string, string>();
      for (const [kind, value] of list) {
        const token = space.tokenFor(kind, value);
        if (token === null) continue;
        assert.equal(given.get(token) ?? `${kind} ${value}`, `${kind} ${value}`);
        given.set(token, `${kind} ${value}`);
        assert.equal(space.valueOf(token), value);
        assert.equal(space.tokenFor(kind, value), token);
      }
      for (const token of reserved) assert.equal(space.valueOf(token), null);
    }),
    { numRuns: RUNS },
  );
});

test('a token that was given is not reserved later', () => {
  const space = placeholders(keyOf(1));
  const token = space.tokenFor('EMAIL', 'a@b.example') ?? '';
  space.reserve(token);
  assert.equal(space.valueOf(token), 'a@b.example');
});

test('a session holds so many values and characters, and no more', () => {
  const few = placeholders(keyOf(1), { maxValues: 2 });
  assert.notEqual(few.tokenFor('EMAIL', 'a'), null);
  assert.notEqual(few.tokenFor('EMAIL', 'b'), null);
  assert.equal(few.tokenFor('EMAIL', 'c'), null);
  assert.equal(placeholders(keyOf(1), { maxCharacters: 3 }).tokenFor('EMAIL', 'abcd'), null);
});

test('a key prints nothing of itself and has 32 bytes', () => {
  const bytes = new Uint8Array(32).fill(0x41);
  assert.ok(!/AAAA|4141|65, ?65/.test(inspect(placeholderKey(bytes), { depth: 9, showHidden: true })));
  assert.equal(JSON.stringify(placeholderKey(bytes)), '{"secret":{}}');
  assert.throws(() => placeholderKey(new Uint8Array(31)), TypeError);
});
