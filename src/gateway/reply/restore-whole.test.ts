import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../core/json.ts';
import { restoreJson, restoreText } from '../../mask/index.ts';
import type { MessageFormat } from '../message-format.ts';
import { escaped } from './reply-corpus.ts';
import { FORGED, LOOKUP, MAIL, SECRET, TOKENS, VALUES } from './reply-fixtures.ts';
import { restoreWhole } from './restore-whole.ts';

const RUNS = process.env['SLOW'] === '1' ? 10_000 : 500;
const [VALUE, HARD] = VALUES;

function restored(body: string, format: MessageFormat = 'messages'): string {
  return restoreWhole(Buffer.from(body), format, LOOKUP).toString();
}

function message(...content: readonly Json[]): string {
  return JSON.stringify({ id: MAIL, model: MAIL, content, stop_sequence: MAIL });
}

function converse(...content: readonly Json[]): string {
  return JSON.stringify({ output: { message: { role: 'assistant', content } }, stopReason: 'tool_use', trace: MAIL });
}

for (const { name, body, want } of [
  {
    name: 'a text',
    body: message({ type: 'text', text: `to ${MAIL}` }),
    want: message({ type: 'text', text: `to ${VALUE}` }),
  },
  {
    name: 'a text with quotes in its value',
    body: message({ type: 'text', text: SECRET }),
    want: message({ type: 'text', text: HARD }),
  },
  {
    name: 'a text in escapes',
    body: `{"content":[{"type":"text","text":"${escaped(MAIL)}\\u00e9"}]}`,
    want: `{"content":[{"type":"text","text":"${VALUE}\\u00e9"}]}`,
  },
  {
    name: 'an input, keys too',
    body: message({ type: 'tool_use', id: MAIL, name: MAIL, input: { [MAIL]: [1, SECRET] } }),
    want: message({ type: 'tool_use', id: MAIL, name: MAIL, input: { [VALUE]: [1, HARD] } }),
  },
  {
    name: 'a call of the service, not its result',
    body: message(
      { type: 'server_tool_use', input: { query: MAIL } },
      { type: 'web_search_tool_result', content: [{ title: MAIL }] },
    ),
    want: message(
      { type: 'server_tool_use', input: { query: VALUE } },
      { type: 'web_search_tool_result', content: [{ title: MAIL }] },
    ),
  },
  {
    name: 'citations, not their addresses',
    body: message({
      type: 'text',
      text: 'a',
      citations: [{ cited_text: MAIL, url: MAIL, encrypted_index: MAIL, title: null }, MAIL],
    }),
    want: message({
      type: 'text',
      text: 'a',
      citations: [{ cited_text: VALUE, url: MAIL, encrypted_index: MAIL, title: null }, VALUE],
    }),
  },
  {
    name: 'bytes around a text stay, though they could be written otherwise',
    body: `{ "x" : 1.0e2, "content" :\n[ {"type":"text" , "text":"\\/${MAIL}", "n":1e999 } ] }\n`,
    want: `{ "x" : 1.0e2, "content" :\n[ {"type":"text" , "text":"\\/${VALUE}", "n":1e999 } ] }\n`,
  },
])
  test(`restored in a whole reply: ${name}`, () => assert.equal(restored(body), want));

for (const { name, body, want } of [
  {
    name: 'texts, inputs and citations',
    body: converse(
      { text: MAIL },
      { toolUse: { toolUseId: MAIL, name: MAIL, input: { a: { [MAIL]: MAIL } } } },
      {
        citationsContent: {
          content: [{ text: MAIL }],
          citations: [{ title: MAIL, sourceContent: [{ text: MAIL }], location: { web: { url: MAIL } } }],
        },
      },
    ),
    want: converse(
      { text: VALUE },
      { toolUse: { toolUseId: MAIL, name: MAIL, input: { a: { [VALUE]: VALUE } } } },
      {
        citationsContent: {
          content: [{ text: VALUE }],
          citations: [{ title: VALUE, sourceContent: [{ text: VALUE }], location: { web: { url: MAIL } } }],
        },
      },
    ),
  },
  {
    name: 'not what the model thinks',
    body: converse({ reasoningContent: { reasoningText: { text: MAIL, signature: MAIL } } }, { text: '' }),
    want: converse({ reasoningContent: { reasoningText: { text: MAIL, signature: MAIL } } }, { text: '' }),
  },
])
  test(`restored in a Converse reply: ${name}`, () => assert.equal(restored(body, 'converse'), want));

for (const { name, body } of [
  { name: 'no tokens', body: message({ type: 'text', text: 'quiz' }) },
  { name: 'a forged one', body: message({ type: 'text', text: FORGED }) },
  {
    name: 'thinking',
    body: message({ type: 'thinking', thinking: MAIL, signature: MAIL }, { type: 'redacted_thinking', data: MAIL }),
  },
  { name: 'a block that nobody knows', body: message({ type: 'x', text: MAIL }) },
  { name: 'wrong types', body: message(5, null, MAIL, [MAIL], { type: 5, text: MAIL }, { type: 'text', text: 5 }) },
  { name: 'content that is no list', body: JSON.stringify({ content: MAIL }) },
  { name: 'no content', body: JSON.stringify({ error: MAIL }) },
])
  test(`a whole reply stays the same buffer: ${name}`, () => {
    const bytes = Buffer.from(body);
    assert.equal(restoreWhole(bytes, 'messages', LOOKUP), bytes);
  });

for (const { name, body } of [
  { name: 'no JSON', body: `hello ${MAIL}` },
  { name: 'no object', body: JSON.stringify([MAIL]) },
  { name: 'cut short', body: message({ type: 'text', text: MAIL }).slice(0, -1) },
  { name: 'content twice', body: `{"content":[],"content":[{"type":"text","text":"${MAIL}"}]}` },
  { name: 'a text twice', body: `{"content":[{"type":"text","text":"","text":"${MAIL}"}]}` },
  { name: 'too deep', body: `{"content":[{"type":"text","text":"${MAIL}","x":${'['.repeat(600)}${']'.repeat(600)}}]}` },
])
  test(`a whole reply that may hold a token and cannot be taken apart is refused: ${name}`, () =>
    assert.throws(() => restored(body), { name: 'UnreadableReply' }));

test('a whole reply is the same JSON with its tokens restored', () => {
  const words = fc
    .array(fc.oneof(fc.constantFrom(...TOKENS, FORGED, 'q', 'qz'), fc.string({ unit: 'binary', maxLength: 4 })), {
      maxLength: 5,
    })
    .map((parts) => parts.join(''));
  const input = fc.dictionary(words, fc.oneof(words, fc.array(words)), { maxKeys: 3 });
  const blocks = fc.array(
    fc.oneof(
      fc.record({ type: fc.constant('text'), text: words }),
      fc.record({ type: fc.constant('thinking'), thinking: words }),
      fc.record({ type: fc.constant('tool_use'), id: words, input }),
    ),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(blocks, fc.constantFrom(0, 1, '\t'), (content, blank) => {
      const body = JSON.stringify({ content }, null, blank);
      const want = content.map((block): JsonObject => {
        if ('text' in block) return { ...block, text: restoreText(block.text, LOOKUP) };
        return 'input' in block ? { ...block, input: restoreJson(block.input, LOOKUP) } : block;
      });
      assert.deepEqual(JSON.parse(restored(body)), JSON.parse(JSON.stringify({ content: want })));
    }),
    { numRuns: RUNS },
  );
});
