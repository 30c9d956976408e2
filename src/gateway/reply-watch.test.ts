import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { canonicalJson } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { replyWatch, toolUsesIn } from './reply-watch.ts';

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function start(index: Json, more: JsonObject = {}): JsonObject {
  return {
    type: 'content_block_start',
    index,
    content_block: { type: 'tool_use', id: `t${JSON.stringify(index)}`, name: 'Bash', input: {}, ...more },
  };
}

function delta(index: number, partial: string): JsonObject {
  return { type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: partial } };
}

function completed(events: readonly JsonObject[]): readonly (readonly [at: number, id: string, inputSha256: string])[] {
  const watch = replyWatch(1_000);
  return events.flatMap((event, at) => {
    const step = watch.see(event);
    return step.kind === 'completes' ? step.toolUses.map((use) => [at, use.id, use.inputSha256] as const) : [];
  });
}

for (const { name, events, want } of [
  {
    name: 'a call is complete at its stop, with the digest of its joined input',
    events: [start(0), delta(0, ''), delta(0, '{"b":1,'), delta(0, '"a":2}'), { type: 'content_block_stop', index: 0 }],
    want: [[4, 't0', digest(canonicalJson({ a: 2, b: 1 }))]],
  },
  {
    name: 'an input that came with the start counts where no pieces follow',
    events: [start(0, { input: { a: 1 } }), { type: 'content_block_stop', index: 0 }],
    want: [[1, 't0', digest('{"a":1}')]],
  },
  {
    name: 'an input that the token limit cut short is digested as it came',
    events: [start(0), delta(0, '{"a'), { type: 'content_block_stop', index: 0 }],
    want: [[2, 't0', digest('{"a')]],
  },
  {
    name: 'calls that lie in one another are told apart by index',
    events: [
      start(0),
      start(1),
      delta(1, '{}'),
      { type: 'content_block_stop', index: 1 },
      { type: 'content_block_stop', index: 0 },
    ],
    want: [
      [3, 't1', digest('{}')],
      [4, 't0', digest('{}')],
    ],
  },
  {
    name: 'the end of the message completes what no stop has',
    events: [start(0), { type: 'message_stop' }],
    want: [[1, 't0', digest('{}')]],
  },
  {
    name: 'a stop reason completes what no stop has',
    events: [start(0), { type: 'message_delta', delta: { stop_reason: 'tool_use' } }],
    want: [[1, 't0', digest('{}')]],
  },
  {
    name: 'a stop without a number completes all',
    events: [start(0), { type: 'content_block_stop' }],
    want: [[1, 't0', digest('{}')]],
  },
  {
    name: 'a message that starts with a call in it completes it',
    events: [{ type: 'message_start', message: { content: [{ type: 'tool_use', id: 'x', name: 'n', input: {} }] } }],
    want: [[0, 'x', digest('{}')]],
  },
  {
    name: 'a call within an event that nobody knows is complete at once',
    events: [{ type: 'new', list: [{ deep: { type: 'mcp_tool_use', id: 'x', name: 'n', input: { q: 1 } } }] }],
    want: [[0, 'x', digest('{"q":1}')]],
  },
  {
    name: 'text that speaks of a call is none',
    events: [{ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: '{"type":"tool_use"}' } }],
    want: [],
  },
] satisfies readonly {
  name: string;
  events: readonly JsonObject[];
  want: readonly (readonly [number, string, string])[];
}[]) {
  test(name, () => assert.deepEqual(completed(events), want));
}

for (const { name, events } of [
  { name: 'a call without an id', events: [start(0, { id: null }), { type: 'content_block_stop', index: 0 }] },
  { name: 'a call without an index', events: [start(null)] },
  { name: 'two calls under one index', events: [start(0), start(0)] },
  { name: 'an input over the bound', events: [start(0), delta(0, 'x'.repeat(1_001))] },
  { name: 'a start without a block', events: [{ type: 'content_block_start', index: 0 }] },
]) {
  test(`not certain: ${name}`, () => assert.throws(() => completed(events), { name: 'UnreadableReply' }));
}

test('all calls of a whole reply are found, in order', () => {
  const content = [0, 1, 2].map((n) => ({ type: 'tool_use', id: `t${n}`, name: 'Bash', input: { type: 'tool_use' } }));
  assert.deepEqual(
    toolUsesIn({ content }).map((use) => use.id),
    ['t0', 't1', 't2'],
  );
});

test('usage and stop reason are gathered over the stream', () => {
  const watch = replyWatch(10);
  watch.see({ type: 'message_start', message: { id: 'm', usage: { input_tokens: 5, output_tokens: 1, note: 'x' } } });
  watch.see({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } });
  const want = { messageId: 'm', stopReason: 'end_turn', usage: { input_tokens: 5, output_tokens: 9 } };
  assert.deepEqual(watch.summary(), want);
});

test('a call that no later request could carry is cut, and one that just could is not', () => {
  const nested = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
  for (const [depth, isCut] of [
    [480, false],
    [481, true],
    [20_000, true],
  ] as const) {
    const watch = replyWatch(1_000_000);
    watch.see(start(0));
    watch.see(delta(0, nested(depth)));
    const stop = (): unknown => watch.see({ type: 'content_block_stop', index: 0 });
    if (isCut) assert.throws(stop, /nested too deeply/);
    else assert.doesNotThrow(stop);
    const whole = { content: [{ type: 'tool_use', id: 't', name: 'x', input: JSON.parse(nested(depth)) as Json }] };
    if (isCut) assert.throws(() => toolUsesIn(whole), /nested too deeply/);
    else assert.equal(toolUsesIn(whole).length, 1);
  }
});
