import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { MAX_JSON_DEPTH } from '../json-spans.ts';
import { MAX_MESSAGE_VALUES } from './json-node.ts';
import { amidst, told } from './leaves-fixtures.ts';
import { messageLeaves, systemLeaves } from './message-leaves.ts';

const RUNS = process.env['SLOW'] === '1' ? 100_000 : 2_000;
const FORMATS = ['messages', 'converse'] as const;

const nested = (depth: number, inner: string): string => `${'{"a":['.repeat(depth)}${inner}${']}'.repeat(depth)}`;

for (const { name, json } of [
  { name: 'a key twice', json: '{"role":"user","content":"a","content":"b"}' },
  { name: 'a key twice, once escaped', json: '{"role":"user","content":"a","cont\\u0065nt":"b"}' },
  { name: 'a key twice in a block', json: '{"role":"user","content":[{"type":"text","text":"a","text":"b"}]}' },
  {
    name: 'a key twice in what is never a leaf',
    json: '{"role":"assistant","content":[{"type":"a_tool_result","content":{"x":1,"x":1}}]}',
  },
  {
    name: 'a key twice in the input of a tool',
    json: '{"role":"assistant","content":[{"type":"tool_use","input":{"a":1,"a":2}}]}',
  },
  {
    name: 'a key twice in JSON that a tool gave',
    json: '{"role":"user","content":[{"toolResult":{"content":[{"json":{"a":1,"a":1}}]}}]}',
  },
  { name: 'a key with an escape that is none', json: '{"\\x":1}' },
  { name: 'a leaf with an escape that is none', json: '{"role":"user","content":"a\\x"}' },
  { name: 'a leaf with half an escape', json: '{"role":"user","content":"a\\u12"}' },
  { name: 'a leaf with a control character', json: '{"role":"user","content":"a\nb"}' },
  { name: 'a type with an escape that is none', json: '{"role":"user","content":[{"type":"t\\ext","text":"a"}]}' },
  { name: 'half an object', json: '{"role":"user"' },
  { name: 'half a string', json: '{"role":"us' },
  { name: 'a string whose end is escaped', json: '{"role":"user\\"}' },
  { name: 'brackets that cross', json: '{"content":[{]}}' },
  { name: 'a comma at the end of an object', json: '{"role":"user",}' },
  { name: 'a comma at the end of a list', json: '{"content":["a",]}' },
  { name: 'no comma in a list', json: '{"content":["a" "b"]}' },
  { name: 'no colon', json: '{"content" "a"}' },
  { name: 'a number that is none', json: '{"content":[01]}' },
  { name: 'a word that is none', json: '{"content":nul}' },
  { name: 'a key that is no string', json: '{1:"a"}' },
  { name: 'a comment', json: '{/*"*/"a":1}' },
  { name: 'text behind', json: '{} {}' },
  { name: 'nothing', json: '' },
  { name: 'blanks', json: ' ' },
  { name: 'nesting beyond the bound', json: nested(MAX_JSON_DEPTH / 2 + 1, '"x"') },
  { name: 'nesting one beyond the bound', json: `${'['.repeat(MAX_JSON_DEPTH + 1)}${']'.repeat(MAX_JSON_DEPTH + 1)}` },
  { name: 'nesting without an end', json: '['.repeat(100_000) },
  {
    name: 'nesting in what is never a leaf',
    json: `{"role":"assistant","content":[{"type":"a_tool_result","content":${'['.repeat(600)}${']'.repeat(600)}}]}`,
  },
  { name: 'more values than the bound', json: `[${'1,'.repeat(MAX_MESSAGE_VALUES)}1]` },
]) {
  test(`cannot be read: ${name}`, () => {
    const { bytes, span } = amidst(json);
    for (const format of FORMATS) assert.equal(messageLeaves(bytes, span, format), null);
  });
}

test('a system prompt with a key twice cannot be read', () => {
  const { bytes, span } = amidst('[{"type":"text","text":"a","text":"b"}]');
  assert.equal(systemLeaves(bytes, span, 'messages'), null);
});

test('nesting up to the bound is read to its end', () => {
  const { bytes, span } = amidst(nested(MAX_JSON_DEPTH / 2, '"x"'));
  for (const format of FORMATS)
    assert.deepEqual(
      messageLeaves(bytes, span, format)?.leaves.map((leaf) => leaf.text),
      ['x'],
    );
});

test('results of tools within results of tools are read to the bound', () => {
  const open = '{"type":"tool_result","tool_use_id":"t","content":[';
  const depth = (MAX_JSON_DEPTH - 4) / 2;
  const { bytes, span } = amidst(`{"content":[${open.repeat(depth)}{"type":"text","text":"x"}${']}'.repeat(depth)}]}`);
  const found = messageLeaves(bytes, span, 'messages');
  assert.deepEqual(found === null ? null : told(found), ['x <- tool-result t']);
});

test('a lone surrogate is read as one, and what is never a leaf is not decoded', () => {
  const { bytes, span } = amidst(
    '{"role":"assistant","content":[{"type":"text","text":"a\\ud800"},{"type":"thinking","thinking":"\\x"}]}',
  );
  assert.deepEqual(
    messageLeaves(bytes, span, 'messages')?.leaves.map((leaf) => leaf.text),
    ['a\ud800'],
  );
});

test('slashes may be escaped in ids and signatures', () => {
  const { bytes, span } = amidst(
    '{"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"a\\/b="},{"type":"tool_use","id":"a\\/b","name":"a\\u0020b"}]}',
  );
  const found = messageLeaves(bytes, span, 'messages');
  assert.deepEqual(found === null ? null : told(found), ['a b <- unknown tool_use']);
});

test('no string of any JSON at all is missed: it is a leaf, or the file of a block', () => {
  const keys = fc.constantFrom(
    'content',
    'text',
    'type',
    'source',
    'input',
    'tool_use_id',
    'toolResult',
    'citations',
    'x y',
  );
  const words = fc.constantFrom(
    'text',
    'tool_use',
    'tool_result',
    'document',
    'image',
    'content',
    'base64',
    'hologram',
  );
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 8 },
      fc.constantFrom<unknown>('my secret', 5, null, true),
      words,
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(keys, tie('node'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(node, fc.constantFrom(...FORMATS), (value, format) => {
      const json = JSON.stringify({ role: 'user', content: value });
      const { bytes, span } = amidst(json);
      const found = messageLeaves(bytes, span, format);
      assert.ok(found !== null);
      const leaves = found.leaves.filter((leaf) => leaf.text === 'my secret').length;
      const files = found.opaque.filter(
        ({ data }) => data !== null && bytes.toString('utf8', data.start, data.end) === '"my secret"',
      ).length;
      assert.equal(leaves + files, json.split('"my secret"').length - 1);
    }),
    { numRuns: RUNS },
  );
});

test('text that no parser takes is never read, and never thrown at', () => {
  const shard = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ':',
    ',',
    '1',
    '-',
    'true',
    ' ',
    '"a"',
    '"content":',
    '"type":"text",',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(shard, { maxLength: 14 }), (shards) => {
      const json = `{"role":"user",${shards.join('')}}`;
      const { bytes, span } = amidst(json);
      for (const format of FORMATS) {
        if (messageLeaves(bytes, span, format) !== null) assert.doesNotThrow(() => JSON.parse(json) as unknown);
      }
    }),
    { numRuns: RUNS },
  );
});

for (const { name, json } of [
  { name: 'backslashes and quotes', json: `{"content":"${'\\"\\\\'.repeat(250_000)}"}` },
  { name: 'short strings', json: `{"content":[${'"a",'.repeat(250_000)}"a"]}` },
  { name: 'keys of one object', json: `{${Array.from({ length: 100_000 }, (_, n) => `"k${n}":1`).join()}}` },
  {
    name: 'the beginnings of billing headers',
    json: `[{"type":"text","text":"x-anthropic-billing-header:${'a='.repeat(500_000)}"}]`,
  },
  { name: 'what could be base64', json: `{"content":[{"type":"x","y":"${'A'.repeat(1_000_000)}!"}]}` },
  { name: 'blanks', json: `{"content":${' '.repeat(1_000_000)}"a"}` },
]) {
  test(`a megabyte takes linear time: ${name}`, () => {
    const { bytes, span } = amidst(json);
    const before = process.cpuUsage().user;
    assert.ok(messageLeaves(bytes, span, 'messages') !== null);
    assert.ok(systemLeaves(bytes, span, 'messages') !== null);
    assert.ok(process.cpuUsage().user - before < 2_000_000);
  });
}
