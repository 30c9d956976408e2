import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../core/json.ts';
import { jsonRestorer, restoreJson } from './index.ts';
import { HARD_VALUES, knownSession, tokenText } from './mask-fixtures.ts';

const RUNS = process.env['SLOW'] === '1' ? 5_000 : 300;
const { space, tokens } = knownSession();
const [token = ''] = tokens;
const [value = ''] = HARD_VALUES;

for (const { name, document, want } of [
  {
    name: 'strings and keys',
    document: { [token]: [token, { a: `x${token}` }] },
    want: { [value]: [value, { a: `x${value}` }] },
  },
  { name: 'a string alone', document: token, want: value },
  { name: 'other values stay', document: [1, null, true, -0.5, {}, []], want: [1, null, true, -0.5, {}, []] },
] satisfies readonly { name: string; document: Json; want: Json }[])
  test(name, () => assert.deepEqual(restoreJson(document, space.valueOf), want));

test('a value that is the name of the prototype is a key like any other', () => {
  const made = restoreJson({ [tokens[8] ?? '']: { isAdmin: true } }, space.valueOf);
  assert.equal(JSON.stringify(made), '{"__proto__":{"isAdmin":true}}');
  assert.equal(Object.getPrototypeOf(made), Object.prototype);
});

test('a whole document and its stream are restored alike, and the document given stays', () => {
  const members = fc.dictionary(tokenText(tokens), fc.oneof(tokenText(tokens), fc.integer()), {
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(fc.array(members), (document) => {
      const text = JSON.stringify(document);
      const restored = restoreJson(document, space.valueOf);
      assert.equal(JSON.stringify(document), text);
      assert.deepEqual(restored, JSON.parse(jsonRestorer(space.valueOf).push(text)));
    }),
    { numRuns: RUNS },
  );
});

test('depth is no matter', () => {
  let document: Json = token;
  for (let depth = 0; depth < 200_000; depth += 1) document = [document];
  let made = restoreJson(document, space.valueOf);
  while (Array.isArray(made)) made = made[0] as Json;
  assert.equal(made, value);
});
