import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { arrayElements, MAX_JSON_DEPTH, objectMembers, stringAt } from './json-spans.ts';

const RUNS = process.env['SLOW'] === '1' ? 100_000 : 1_000;

function whole(text: string): {
  readonly bytes: Buffer;
  readonly span: { readonly start: number; readonly end: number };
} {
  const bytes = Buffer.from(text);
  return { bytes, span: { start: 0, end: bytes.length } };
}

test('the spans of an object and of an array are those that a parser sees', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })),
      fc.constantFrom(undefined, 1, '\t', '\r\n'),
      (value, space) => {
        const text = JSON.stringify(value, null, space);
        const { bytes, span } = whole(text);
        const members = objectMembers(bytes, span);
        // A parser sees `__proto__` as a member too, though assignment does not make it one.
        const parsed = JSON.parse(text) as Record<string, unknown>;
        assert.deepEqual([...(members?.keys() ?? [])].sort(), Object.keys(parsed).sort());
        for (const [key, member] of members ?? []) {
          assert.deepEqual(JSON.parse(bytes.toString('utf8', member.start, member.end)), parsed[key]);
        }
        const list = whole(JSON.stringify(Object.values(parsed), null, space));
        const elements = arrayElements(list.bytes, list.span)?.map(
          ({ start, end }) => JSON.parse(list.bytes.toString('utf8', start, end)) as unknown,
        );
        assert.deepEqual(elements, Object.values(parsed));
      },
    ),
    { numRuns: RUNS },
  );
});

test('what a parser takes is never refused, and what is given reads back, on broken text too', () => {
  const shard = fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', '1', '-', 'true', ' ', '"a"', '\\u0061', '\n');
  fc.assert(
    fc.property(fc.array(shard, { maxLength: 12 }), (shards) => {
      const { bytes, span } = whole(`{${shards.join('')}}`);
      const parsed = parse(bytes.toString());
      const members = objectMembers(bytes, span);
      if (parsed !== undefined && members !== null)
        assert.deepEqual([...members.keys()].sort(), Object.keys(parsed as object).sort());
    }),
    { numRuns: RUNS },
  );
});

for (const { name, text } of [
  { name: 'a key twice', text: '{"a":1,"a":1}' },
  { name: 'a key twice, once escaped', text: '{"a":1,"\\u0061":1}' },
  { name: 'a comma at the end', text: '{"a":1,}' },
  { name: 'no comma', text: '{"a":1 "b":1}' },
  { name: 'no colon', text: '{"a" 1}' },
  { name: 'text behind', text: '{"a":1}{}' },
  { name: 'nothing', text: '' },
  { name: 'a blank', text: ' ' },
  { name: 'an open object', text: '{' },
  { name: 'an open string', text: '{"a' },
  { name: 'a string whose end is escaped', text: '{"a":"\\"}' },
  { name: 'brackets that cross', text: '{"a":[{]}}' },
  { name: 'a word that is none', text: '{"a":nul}' },
  { name: 'a number that is none', text: '{"a":01}' },
  { name: 'a key that is no string', text: '{1:1}' },
  { name: 'a comment', text: '{/*"*/"a":1}' },
  { name: 'a byte order mark', text: '\ufeff{}' },
  {
    name: 'nesting beyond the bound',
    text: `{"a":${'['.repeat(MAX_JSON_DEPTH + 1)}${']'.repeat(MAX_JSON_DEPTH + 1)}}`,
  },
]) {
  test(`no object: ${name}`, () => {
    const { bytes, span } = whole(text);
    assert.equal(objectMembers(bytes, span), null);
  });
}

test('nesting up to the bound is read', () => {
  const { bytes, span } = whole(`{"a":${'['.repeat(MAX_JSON_DEPTH)}${']'.repeat(MAX_JSON_DEPTH)}}`);
  assert.equal(objectMembers(bytes, span)?.size, 1);
});

test('a span of something else than a string gives none', () => {
  const { bytes } = whole('12"a\\n"');
  assert.equal(stringAt(bytes, { start: 0, end: 2 }), null);
  assert.equal(stringAt(bytes, { start: 2, end: bytes.length }), 'a\n');
});

test('a megabyte of backslashes and quotes takes linear time', () => {
  const { bytes, span } = whole(`{"a":"${'\\"'.repeat(500_000)}","b":"${'\\\\'.repeat(500_000)}"}`);
  const before = process.cpuUsage().user;
  assert.equal(objectMembers(bytes, span)?.size, 2);
  assert.ok(process.cpuUsage(undefined).user - before < 1_000_000);
});

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    assert.ok(error instanceof SyntaxError);
    return undefined;
  }
}
