import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '../core/json.ts';
import { bodyWithoutCanaries, readBody } from './body-rig.ts';
import { canariesAnswered } from './canary-cut.ts';
import { toolNames } from './messages-body.ts';
import { toolOutcomes } from './tool-results.ts';

const ID = 'toolu_sallyport_1';
const isCanary = (id: string): boolean => /^toolu_sallyport_\d$/.test(id);

const USE = { toolUse: { toolUseId: ID, name: 'Bash', input: {} } };
const RESULT = { toolResult: { toolUseId: ID, content: [{ text: 'no' }], status: 'error' } };
const TEXT = { text: `speaks of ${ID}` };
const CACHE = { cachePoint: { type: 'default' } };
const A: JsonObject = { role: 'user', content: [{ text: 'a' }] };
const CALL: JsonObject = { role: 'assistant', content: [USE] };
const ANSWER: JsonObject = { role: 'user', content: [RESULT] };
const B: JsonObject = { role: 'assistant', content: [{ text: 'b' }] };

function body(members: object): Buffer {
  return Buffer.from(JSON.stringify(members));
}

function cut(messages: readonly JsonObject[]): readonly JsonObject[] | null {
  const out = bodyWithoutCanaries(body({ messages }), 'converse', isCanary);
  return out === null ? null : (JSON.parse(out.toString()) as { messages: readonly JsonObject[] }).messages;
}

for (const { name, messages, want } of [
  { name: 'a pair in the middle', messages: [A, CALL, ANSWER, B], want: [A, B] },
  { name: 'a pair at the end', messages: [A, CALL, ANSWER], want: [A] },
  {
    name: 'a result beside text keeps the text',
    messages: [A, CALL, { role: 'user', content: [RESULT, TEXT] }],
    want: [A, { role: 'user', content: [TEXT] }],
  },
  {
    name: 'a message of which only a mark for the cache is left goes whole',
    messages: [A, CALL, { role: 'user', content: [RESULT, CACHE] }, B],
    want: [A, B],
  },
  {
    name: 'a mark for the cache beside text stays',
    messages: [{ role: 'user', content: [RESULT, TEXT, CACHE] }],
    want: [{ role: 'user', content: [TEXT, CACHE] }],
  },
  { name: 'text that speaks of one stays', messages: [{ role: 'user', content: [TEXT] }], want: null },
  {
    name: 'an id that only looks like one stays',
    messages: [{ role: 'assistant', content: [{ toolUse: { ...USE.toolUse, toolUseId: `${ID}x` } }] }],
    want: null,
  },
  {
    name: 'a block of the other format stays',
    messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: ID, name: 'Bash', input: {} }] }],
    want: null,
  },
] satisfies readonly { name: string; messages: readonly JsonObject[]; want: readonly JsonObject[] | null }[]) {
  test(`canaries in a transcript of Converse: ${name}`, () => assert.deepEqual(cut(messages), want ?? messages));
}

test('a transcript that cannot be read is not guessed at', () => {
  const twice = Buffer.from(`{"messages":[{"role":"user","content":[{"toolUse":1,"toolUse":"${ID}"}]}]}`);
  assert.equal(bodyWithoutCanaries(twice, 'converse', isCanary), null);
});

test('only results after the last message of the model have just come', () => {
  const of = (messages: readonly JsonObject[]): readonly string[] | null => {
    const bytes = body({ messages });
    const read = readBody(bytes, 'converse');
    assert.ok(typeof read === 'object');
    return canariesAnswered(bytes, read, isCanary);
  };
  assert.deepEqual(of([A, CALL, ANSWER]), [ID]);
  assert.deepEqual(of([A, CALL, ANSWER, B, A]), []);
});

for (const { name, blocks, want } of [
  { name: 'success', blocks: [{ toolUseId: 't', content: [], status: 'success' }], want: [['t', 'ok']] },
  { name: 'no status', blocks: [{ toolUseId: 't', content: [] }], want: [['t', 'ok']] },
  { name: 'an error', blocks: [{ toolUseId: 't', content: [], status: 'error' }], want: [['t', 'error']] },
  { name: 'a status that is not known', blocks: [{ toolUseId: 't', status: 'Error' }], want: [['t', 'ok']] },
  {
    name: 'an error and a success',
    blocks: [
      { toolUseId: 't', status: 'success' },
      { toolUseId: 't', status: 'error' },
    ],
    want: [['t', 'ok']],
  },
  { name: 'one that nobody asked for', blocks: [{ toolUseId: 'other' }], want: [] },
  { name: 'one without an id', blocks: [{ status: 'error' }], want: [] },
  { name: 'one that is no object', blocks: ['t'], want: null },
]) {
  test(`the outcome of a call in a transcript of Converse: ${name}`, () => {
    const content = [{ text: 'x' }, ...blocks.map((toolResult) => ({ toolResult }))];
    const bytes = body({ messages: [A, { role: 'user', content }] });
    const read = readBody(bytes, 'converse');
    assert.ok(typeof read === 'object');
    const outcomes = toolOutcomes(bytes, read, (id) => id === 't');
    assert.deepEqual(outcomes === null ? null : [...outcomes], want);
  });
}

const tool = (name: string): JsonObject => ({ toolSpec: { name, inputSchema: { json: { name: 'no' } } } });
for (const { name, members, want } of [
  { name: 'none', members: {}, want: null },
  { name: 'an empty list', members: { toolConfig: { tools: [] } }, want: null },
  {
    name: 'tools and a mark for the cache',
    members: { toolConfig: { tools: [tool('Bash'), CACHE, tool('Read')] } },
    want: ['Bash', 'Read'],
  },
  {
    name: 'a tool of the service',
    members: { toolConfig: { tools: [{ systemTool: { name: 's' } }, tool('Read')] } },
    want: ['Read'],
  },
  {
    name: 'tools of the model’s own making',
    members: { additionalModelRequestFields: { tools: [{ type: 'bash_20250124', name: 'bash' }] } },
    want: ['bash'],
  },
  {
    name: 'both',
    members: { toolConfig: { tools: [tool('Bash')] }, additionalModelRequestFields: { tools: [{ name: 'bash' }] } },
    want: ['Bash'],
  },
  { name: 'fields of the Messages service mean nothing', members: { tools: [{ name: 'Bash' }] }, want: null },
  { name: 'no list', members: { toolConfig: { tools: 'x' } }, want: 'refused' },
]) {
  test(`the tools that a request of Converse offers: ${name}`, () => {
    const bytes = body({ ...members, messages: [A], model: 'm', stream: true, metadata: { user_id: '{}' } });
    const read = readBody(bytes, 'converse');
    if (typeof read === 'string') return assert.equal(want, 'refused');
    const { tools, model, isStream, clientSessionId } = read;
    assert.deepEqual(tools === null ? null : toolNames(bytes, tools), want);
    assert.deepEqual([model, isStream, clientSessionId], [null, false, null]);
  });
}
