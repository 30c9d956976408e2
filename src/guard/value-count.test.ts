import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { valueCount } from './value-count.ts';

for (const { name, text, want } of [
  { name: 'a scalar is one', text: '1', want: 1 },
  { name: 'members and elements count', text: '{"a":[1,2,3],"b":{}}', want: 7 },
  { name: 'what stands in strings does not', text: String.raw`["a,b[{","\",",",\\"]`, want: 4 },
  { name: 'a string without an end ends the count', text: '[1,2,"', want: 4 },
]) {
  test(name, () => assert.equal(valueCount(Buffer.from(text), 100), want));
}

test('no value of JSON goes uncounted', () => {
  const values = (value: unknown): number => {
    if (value === null || typeof value !== 'object') return 1;
    return Object.values(value).reduce<number>((sum, each) => sum + values(each), 1);
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const count = valueCount(Buffer.from(JSON.stringify(value)), Number.POSITIVE_INFINITY);
      assert.ok(count >= values(value));
    }),
  );
});

test('counting stops where it is enough', () => {
  assert.equal(valueCount(Buffer.from(`[${'1,'.repeat(1_000)}1]`), 10), 11);
});

test('8 MiB of quotes and backslashes are read in linear time', { timeout: 5_000 }, () => {
  assert.equal(valueCount(Buffer.from(JSON.stringify({ a: '\\"'.repeat(2_000_000) })), 100), 2);
});
