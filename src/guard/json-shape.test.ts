import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonShapeFault } from './json-shape.ts';

const SLOW = process.env['SLOW'] === '1' ? 20 : 1;
const TWICE = 'an object has one key twice';

for (const { name, text, want } of [
  { name: 'different keys are fine', text: '{"a":1,"b":{"a":2}}', want: null },
  { name: 'the same key in two objects is fine', text: '[{"a":1},{"a":2}]', want: null },
  { name: 'a value equal to a key is fine', text: '{"a":"a","b":"a"}', want: null },
  { name: 'text that looks like keys is fine', text: String.raw`{"a":"\"b\":1,\"b\":2"}`, want: null },
  { name: 'strings in a list are no keys', text: '{"a":["x","x"],"b":["x","x"]}', want: null },
  { name: 'a scalar is fine', text: '"a"', want: null },
  { name: 'a key twice is seen', text: '{"a":1,"a":2}', want: TWICE },
  { name: 'a key twice deep inside is seen', text: '{"x":[{"command":"ls","command":"rm"}]}', want: TWICE },
  { name: 'a key twice after an object is seen', text: '{"a":{"b":[]},"c":1,"a":2}', want: TWICE },
  { name: 'escapes do not hide a key', text: String.raw`{"command":1,"comm\u0061nd":2}`, want: TWICE },
  { name: 'an empty key counts', text: '{"":1,"":2}', want: TWICE },
  { name: 'blanks do not hide a key', text: '{ "a" : 1 ,\n "a" : 2 }', want: TWICE },
  { name: '64 levels are fine', text: `${'['.repeat(64)}${']'.repeat(64)}`, want: null },
  { name: '65 levels are too deep', text: `${'['.repeat(65)}${']'.repeat(65)}`, want: 'nested deeper than 64 levels' },
]) {
  test(name, () => {
    JSON.parse(text);
    assert.equal(jsonShapeFault(text), want);
  });
}

test('too many keys are seen', () => {
  const text = `{${Array.from({ length: 200_001 }, (_, index) => `"${index}":0`).join(',')}}`;
  assert.equal(jsonShapeFault(text), 'more than 200000 keys');
});

test('what JSON.stringify writes has no fault of shape', () => {
  const shallow = fc.jsonValue({ maxDepth: 5 });
  fc.assert(
    fc.property(shallow, (value) => assert.equal(jsonShapeFault(JSON.stringify(value)), null)),
    { numRuns: 200 * SLOW },
  );
});

test('a member written a second time is always seen', () => {
  const member = fc.record({ key: fc.string(), value: fc.jsonValue({ maxDepth: 2 }) });
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), member, (object, { key, value }) => {
      const once = JSON.stringify({ ...object, [key]: value });
      const twice = `${once.slice(0, -1)},${JSON.stringify(key)}:${JSON.stringify(value)}}`;
      assert.equal(jsonShapeFault(twice), Object.hasOwn(JSON.parse(once), key) ? TWICE : null);
    }),
    { numRuns: 200 * SLOW },
  );
});

test('8 MiB of quotes are read in linear time', { timeout: 5_000 }, () => {
  assert.equal(jsonShapeFault(JSON.stringify({ content: '"'.repeat(4_000_000) })), null);
});
