import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '../core/json.ts';
import { converseAsMessage } from './converse-reply.ts';
import { summaryOf, toolUsesIn } from './reply-watch.ts';
import { UnreadableReply } from './stream-codec.ts';

const CALL = { toolUseId: 'tooluse_1', name: 'Bash', input: { command: 'ls' } };
const USAGE = { inputTokens: 7, outputTokens: 3, totalTokens: 10, cacheReadInputTokens: 2, cacheWriteInputTokens: 1 };

function reply(content: unknown, more: object = {}): JsonObject {
  const output = { message: { role: 'assistant', content } };
  return { output, stopReason: 'tool_use', usage: USAGE, ...more } as JsonObject;
}

function callsIn(given: JsonObject): readonly string[] {
  return toolUsesIn(converseAsMessage(given)).map(({ id, blockType }) => `${blockType} ${id}`);
}

test('a whole reply reads as a message with its blocks in order', () => {
  const thinking = { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } };
  assert.deepEqual(converseAsMessage(reply([thinking, { text: 'a' }, { toolUse: CALL }])), {
    type: 'message',
    role: 'assistant',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 's' },
      { type: 'text', text: 'a' },
      { type: 'tool_use', id: 'tooluse_1', name: 'Bash', input: { command: 'ls' } },
    ],
    stop_reason: 'tool_use',
    usage: { input_tokens: 7, cache_creation_input_tokens: 1, cache_read_input_tokens: 2, output_tokens: 3 },
  });
  assert.deepEqual(summaryOf(converseAsMessage(reply([]))), {
    messageId: null,
    stopReason: 'tool_use',
    usage: { input_tokens: 7, cache_creation_input_tokens: 1, cache_read_input_tokens: 2, output_tokens: 3 },
  });
});

for (const { name, given, want } of [
  { name: 'a call', given: reply([{ toolUse: CALL }]), want: ['tool_use tooluse_1'] },
  {
    name: 'a call that the service ran',
    given: reply([{ toolUse: { ...CALL, type: 'server_tool_use' } }]),
    want: ['server_tool_use tooluse_1'],
  },
  {
    name: 'a call beside text in one block',
    given: reply([{ text: 'x', toolUse: CALL }]),
    want: ['tool_use tooluse_1'],
  },
  {
    name: 'a call in a block of a new kind',
    given: reply([{ future: [{ toolUse: CALL }] }]),
    want: ['tool_use tooluse_1'],
  },
  { name: 'a call where content is no list', given: reply({ toolUse: CALL }), want: ['tool_use tooluse_1'] },
  {
    name: 'a call beside the message',
    given: { output: { other: { toolUse: CALL } } } as JsonObject,
    want: ['tool_use tooluse_1'],
  },
  { name: 'a call beside the output', given: reply([], { more: { toolUse: CALL } }), want: ['tool_use tooluse_1'] },
  {
    name: 'what looks like a call inside the input of one',
    given: reply([{ toolUse: { ...CALL, input: { toolUse: { ...CALL, toolUseId: 'inner' } } } }]),
    want: ['tool_use tooluse_1'],
  },
  { name: 'no call', given: reply([{ text: 'toolUse' }]), want: [] },
  { name: 'a reply without anything', given: {}, want: [] },
]) {
  test(`the calls in a whole reply: ${name}`, () => assert.deepEqual(callsIn(given), want));
}

for (const { name, given } of [
  { name: 'no object', given: reply([{ toolUse: 'Bash' }]) },
  { name: 'without an id', given: reply([{ toolUse: { name: 'Bash', input: {} } }]) },
  { name: 'without a name', given: reply([{ toolUse: { toolUseId: 't', input: {} } }]) },
]) {
  test(`a call that cannot be read as one refuses the reply: ${name}`, () => {
    assert.throws(() => callsIn(given), UnreadableReply);
  });
}

test('a reply of very many parts is read', () => {
  const parts = Array.from({ length: 300_000 }, () => ({}));
  assert.deepEqual(callsIn(reply([{ toolResult: { content: parts } }], { trace: parts })), []);
});
