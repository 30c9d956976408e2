import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../core/json.ts';
import { sseBytes } from '../../drill/scripted-model-reply.ts';
import { jsonRestorer, LONGEST_TOKEN, MOST_HELD_IN_JSON, restoreText, textRestorer } from '../../mask/index.ts';
import { SSE_CODEC } from '../sse-codec.ts';
import { escaped } from './reply-corpus.ts';
import { contentOf, FORGED, interleavedEvents, LOOKUP, MAIL, replyEvents, SECRET } from './reply-fixtures.ts';
import { staged, textBlock, TOKENS, toolBlock, VALUES } from './reply-fixtures.ts';
import type { ReplyUnit } from './reply-stage.ts';
import { replyRestorer } from './reply-restorer.ts';

const RUNS = process.env['SLOW'] === '1' ? 10_000 : 300;

/** Pieces of which deltas are made: tokens whole, cut, glued, forged, in other cases, and what stands around them. */
const pieces = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TOKENS) },
  fc.constantFrom(...TOKENS).map((token) => token.toUpperCase()),
  fc.tuple(fc.constantFrom(...TOKENS), fc.nat(27)).map(([token, at]) => token.slice(0, at)),
  fc.tuple(fc.constantFrom(...TOKENS), fc.nat(27)).map(([token, at]) => token.slice(at)),
  fc.constantFrom('q', 'Q', 'qz', 'qzEMAIL', FORGED, ' ', '\n', '"', '\\', '😀', '\ud83d', '\ude00'),
  fc.string({ unit: 'binary', maxLength: 5 }),
);
const texts = fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join(''));
const deltas = fc.array(texts, { maxLength: 6 });
/** A tool's input, some letters of it as escapes, in fragments. */
const fragments = fc
  .tuple(
    fc.dictionary(texts, fc.oneof(texts, fc.double(), fc.constant(null)), { maxKeys: 3 }),
    fc.boolean(),
    fc.array(fc.nat(400)),
  )
  .map(([input, isEscaped, at]) => {
    const text = JSON.stringify(input).replaceAll(MAIL, isEscaped ? escaped(MAIL) : MAIL);
    const ends = [...at.map((place) => Math.min(place, text.length)).toSorted((a, b) => a - b), text.length];
    return ends.map((end, n) => text.slice(ends[n - 1] ?? 0, end));
  });

test('each block is restored as its whole text would be, whatever the deltas and their order', () => {
  fc.assert(
    fc.property(deltas, fragments, deltas, fc.boolean(), (first, input, second, isInterleaved) => {
      const blocks = [textBlock(...first), toolBlock('t', ...input), textBlock(...second)];
      const events = isInterleaved ? interleavedEvents(blocks) : replyEvents(blocks);
      const content = contentOf(eventsOf(staged(SSE_CODEC, replyRestorer(SSE_CODEC, LOOKUP), [sseBytes(events)])));
      assert.equal(content[0]?.['text'], restoreText(first.join(''), LOOKUP));
      assert.equal(content[1]?.['inputText'], whole(jsonRestorer(LOOKUP), input.join('')));
      assert.equal(content[2]?.['text'], restoreText(second.join(''), LOOKUP));
    }),
    { numRuns: RUNS },
  );
});

test('what is kept back is no longer than a token that is not whole', () => {
  fc.assert(
    fc.property(deltas, fragments, (ownTexts, input) => {
      const stage = replyRestorer(SSE_CODEC, LOOKUP);
      let [came, left] = ['', ''];
      for (const text of ownTexts) {
        came += text;
        left += textsIn(stage.push(unitOf(delta(0, { type: 'text_delta', text }))));
        assert.ok(
          isPrefixRestored(came, left, LONGEST_TOKEN - 1, () => textRestorer(LOOKUP)),
          came,
        );
      }
      [came, left] = ['', ''];
      for (const partial of input) {
        came += partial;
        left += textsIn(stage.push(unitOf(delta(1, { type: 'input_json_delta', partial_json: partial }))));
        assert.ok(
          isPrefixRestored(came, left, MOST_HELD_IN_JSON, () => jsonRestorer(LOOKUP)),
          came,
        );
      }
    }),
    { numRuns: RUNS },
  );
});

test('a unit in which no token begins leaves at once, as the buffer that came', () => {
  const stage = replyRestorer(SSE_CODEC, LOOKUP);
  const plain = fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', '\n', '😀', 'z', '7'), maxLength: 40 });
  fc.assert(
    fc.property(plain, fc.nat(3), (text, index) => {
      const unit = unitOf(delta(index, { type: 'text_delta', text }));
      const [only, ...others] = stage.push(unit);
      assert.ok(only === unit && others.length === 0);
    }),
    { numRuns: RUNS },
  );
});

const THINKING = { type: 'thinking_delta', thinking: MAIL };
for (const { name, event } of [
  { name: 'thinking', event: delta(0, THINKING) },
  { name: 'a signature', event: delta(0, { type: 'signature_delta', signature: MAIL }) },
  { name: 'a delta that nobody knows', event: delta(0, { type: 'x_delta', text: MAIL, partial_json: MAIL }) },
  { name: 'a delta without a type', event: delta(0, { text: MAIL }) },
  { name: 'a text that is none', event: delta(0, { type: 'text_delta', text: [MAIL] }) },
  { name: 'a delta that is none', event: { type: 'content_block_delta', index: 0, delta: MAIL } },
  { name: 'a name and an id', event: start({ type: 'tool_use', id: MAIL, name: MAIL, input: {} }) },
  { name: 'thinking that came whole', event: start({ type: 'thinking', thinking: MAIL, signature: MAIL }) },
  { name: 'sealed thinking', event: start({ type: 'redacted_thinking', data: MAIL }) },
  { name: 'a result of the service', event: start({ type: 'web_search_tool_result', content: [{ title: MAIL }] }) },
  { name: 'a start without a block', event: { type: 'content_block_start', index: 0 } },
  { name: 'what an error says', event: { type: 'error', error: { message: MAIL } } },
  { name: 'a message that has not begun', event: { type: 'message_start', message: { id: MAIL, content: [] } } },
  { name: 'an event that nobody knows', event: { type: MAIL, text: MAIL } },
] satisfies readonly { name: string; event: JsonObject }[])
  test(`never changed: ${name}`, () => {
    const unit = unitOf(event);
    const [only, ...others] = replyRestorer(SSE_CODEC, LOOKUP).push(unit);
    assert.ok(only === unit && others.length === 0);
  });

for (const { name, event, want } of [
  {
    name: 'a text',
    event: delta(7, { type: 'text_delta', text: `to ${MAIL}!`, more: MAIL }),
    want: delta(7, { type: 'text_delta', text: `to ${VALUES[0]}!`, more: MAIL }),
  },
  {
    name: 'a value with quotes and half a character in an input',
    event: delta(0, { type: 'input_json_delta', partial_json: `{"a":"${SECRET}"}` }),
    want: delta(0, { type: 'input_json_delta', partial_json: JSON.stringify({ a: VALUES[1] }) }),
  },
  {
    name: 'a text that came with its block',
    event: start({ type: 'text', text: `${MAIL}.`, citations: null }),
    want: start({ type: 'text', text: `${VALUES[0]}.`, citations: null }),
  },
  {
    name: 'an input that came whole, with its keys',
    event: start({ type: 'mcp_tool_use', id: MAIL, name: 'n', input: { [MAIL]: [[SECRET]] } }),
    want: start({ type: 'mcp_tool_use', id: MAIL, name: 'n', input: { [VALUES[0]]: [[VALUES[1]]] } }),
  },
  {
    name: 'a citation, but for its address and what is sealed in it',
    event: delta(0, { type: 'citations_delta', citation: { title: MAIL, url: MAIL, parts: [{ text: MAIL }] } }),
    want: delta(0, {
      type: 'citations_delta',
      citation: { title: VALUES[0], url: MAIL, parts: [{ text: VALUES[0] }] },
    }),
  },
  {
    name: 'a message that came whole',
    event: {
      type: 'message_start',
      message: { content: [{ type: 'text', text: MAIL }, 5, { type: 'tool_use', input: MAIL }] },
    },
    want: {
      type: 'message_start',
      message: { content: [{ type: 'text', text: VALUES[0] }, 5, { type: 'tool_use', input: VALUES[0] }] },
    },
  },
] satisfies readonly { name: string; event: JsonObject; want: JsonObject }[])
  test(`restored: ${name}`, () => {
    const [unit, ...others] = replyRestorer(SSE_CODEC, LOOKUP).push(unitOf(event));
    assert.equal(others.length, 0);
    assert.deepEqual(unit?.event, want);
    assert.deepEqual(unit === undefined ? null : SSE_CODEC.read(unit.bytes, false), want);
  });

const HALF = MAIL.slice(0, 9);
const KEPT = delta(3, { type: 'text_delta', text: HALF });
for (const { name, event, isLast } of [
  { name: 'the end of its block', event: { type: 'content_block_stop', index: 3 }, isLast: true },
  { name: 'the end of a block without a number', event: { type: 'content_block_stop' }, isLast: true },
  { name: 'another block in its place', event: { ...start({ type: 'text', text: '' }), index: 3 }, isLast: true },
  { name: 'the end of the answer', event: { type: 'message_delta', delta: {} }, isLast: true },
  { name: 'the end of the message', event: { type: 'message_stop' }, isLast: true },
  { name: 'an error', event: { type: 'error', error: {} }, isLast: true },
  { name: 'another message', event: { type: 'message_start', message: {} }, isLast: true },
  { name: 'the end of another block', event: { type: 'content_block_stop', index: 4 }, isLast: false },
  { name: 'a ping', event: { type: 'ping' }, isLast: false },
  { name: 'a delta of another block', event: delta(4, { type: 'text_delta', text: 'x' }), isLast: false },
] satisfies readonly { name: string; event: JsonObject; isLast: boolean }[])
  test(`what was kept ${isLast ? 'leaves before' : 'waits during'} ${name}`, () => {
    const stage = replyRestorer(SSE_CODEC, LOOKUP);
    stage.push(unitOf(KEPT));
    const got = eventsOf(stage.push(unitOf(event)));
    assert.deepEqual(got, isLast ? [KEPT, event] : [event]);
    assert.deepEqual(eventsOf(stage.end()), isLast ? [] : [KEPT]);
  });

test('a hostile delta costs what its length costs', () => {
  const stage = replyRestorer(SSE_CODEC, LOOKUP);
  const startedAt = process.cpuUsage().user;
  for (const text of ['q'.repeat(100_000), 'qz'.repeat(50_000), 'qzEMAIL'.repeat(15_000), '\\u0071'.repeat(16_000)])
    for (const part of [
      { type: 'text_delta', text },
      { type: 'input_json_delta', partial_json: `["${text}` },
      { type: 'citations_delta', citation: { cited_text: text } },
    ])
      stage.push(unitOf(delta(text.length, part)));
  assert.ok(process.cpuUsage().user - startedAt < 2_000_000);
});

function delta(index: number, part: JsonObject): JsonObject {
  return { type: 'content_block_delta', index, delta: part };
}

function start(block: JsonObject): JsonObject {
  return { type: 'content_block_start', index: 0, content_block: block };
}

function unitOf(event: JsonObject): ReplyUnit {
  return { bytes: SSE_CODEC.write(event), event };
}

/** The events of units, having seen that each has the event that is in its bytes. */
function eventsOf(units: readonly ReplyUnit[]): readonly JsonObject[] {
  return units.flatMap(({ bytes, event }) => {
    assert.deepEqual(SSE_CODEC.read(bytes, false), event);
    return event === null ? [] : [event];
  });
}

function textsIn(units: readonly ReplyUnit[]): string {
  return eventsOf(units)
    .map((event) => event['delta'] as JsonObject)
    .map((part) => (part['text'] ?? part['partial_json']) as string)
    .join('');
}

function whole(restorer: ReturnType<typeof textRestorer>, text: string): string {
  return restorer.push(text) + restorer.end();
}

/** Whether `left` is what comes of all but the last code units of `came`, `most` of them at most. */
function isPrefixRestored(
  came: string,
  left: string,
  most: number,
  restorer: () => ReturnType<typeof textRestorer>,
): boolean {
  return Array.from({ length: most + 1 }, (_, kept) => came.slice(0, Math.max(0, came.length - kept))).some(
    (prefix) => restorer().push(prefix) === left,
  );
}
