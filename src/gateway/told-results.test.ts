import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '../core/json.ts';
import { startScriptedModel } from '../drill/scripted-model.ts';
import { ASK, post, usingRig, wire } from './gateway-rig.ts';
import { newResults } from './tool-results.ts';
import { arrayElements } from './json-spans.ts';

const use = (id: string): JsonObject => ({ type: 'tool_use', id, name: 'Bash', input: {} });
const result = (id: string, more: JsonObject = {}): JsonObject => ({
  type: 'tool_result',
  tool_use_id: id,
  content: 'x',
  ...more,
});

/** The `results` of the records of requests, in order. */
async function told(...transcripts: readonly (readonly JsonObject[])[]): Promise<readonly unknown[]> {
  const model = startScriptedModel({ script: () => ({ text: 'done' }) });
  const found: unknown[] = [];
  await usingRig(model, {}, async (rig) => {
    for (const messages of transcripts) {
      const reply = await wire(rig.gateway.url, post('/v1/messages', { ...ASK, messages: [...messages] }));
      assert.equal(reply.status, 200);
    }
    found.push(...rig.bodies('request').map(({ results, callsBy }) => [callsBy, results]));
  });
  return found;
}

const FIRST: readonly JsonObject[] = [{ role: 'user', content: 'go' }];
const SECOND = [
  ...FIRST,
  { role: 'assistant', content: [use('toolu_a'), use('toolu_b')] },
  { role: 'user', content: [result('toolu_a'), result('toolu_b', { is_error: true })] },
];
const THIRD = [
  ...SECOND,
  { role: 'assistant', content: [use('toolu_c')] },
  { role: 'user', content: [result('toolu_c'), { type: 'text', text: 'and now' }] },
  { role: 'user', content: 'go on' },
];

test('a request’s record names the results that are new, by how they came out', async () => {
  assert.deepEqual(await told(FIRST, SECOND, THIRD), [
    ['hooks', undefined],
    ['hooks', { ok: ['toolu_a'], error: ['toolu_b'] }],
    ['hooks', { ok: ['toolu_c'], error: [] }],
  ]);
});

test('of a conversation that comes whole only the results behind the model’s last words are told', async () => {
  assert.deepEqual(await told(THIRD), [['hooks', { ok: ['toolu_c'], error: [] }]]);
});

test('a canary’s result is none', async () => {
  const canary = 'toolu_sallyport_0001';
  const transcript = [
    ...FIRST,
    { role: 'assistant', content: [use(canary)] },
    { role: 'user', content: [result(canary, { is_error: true })] },
  ];
  assert.deepEqual(await told(transcript), [['hooks', undefined]]);
});

function newIn(messages: readonly JsonObject[], format: 'messages' | 'converse' = 'messages'): unknown {
  const bytes = Buffer.from(JSON.stringify(messages));
  const elements = arrayElements(bytes, { start: 0, end: bytes.length });
  assert.ok(elements);
  return newResults(bytes, format, elements, () => false);
}

test('results of Converse are told as well', () => {
  const block = (toolUseId: string, status: string): JsonObject => ({ toolResult: { toolUseId, status, content: [] } });
  assert.deepEqual(newIn([{ role: 'user', content: [block('a', 'success'), block('b', 'error')] }], 'converse'), {
    told: [
      { id: 'a', outcome: 'ok' },
      { id: 'b', outcome: 'error' },
    ],
    untold: 0,
  });
});

test('more results than a record holds, and ids that no service gives, are counted', () => {
  const many = Array.from({ length: 70 }, (_, nth) => result(`toolu_${nth}`));
  const odd = [result('x'.repeat(129)), result('\ud800')];
  const { told: named, untold } = newIn([{ role: 'user', content: [...odd, ...many] }]) as {
    told: readonly unknown[];
    untold: number;
  };
  assert.deepEqual([named.length, untold], [64, 8]);
});

test('content of an odd shape holds no result', () => {
  for (const content of [
    'text',
    7,
    null,
    [7, 'x', null, { type: 'tool_result' }, { type: 'tool_result', tool_use_id: 7 }],
  ]) {
    assert.deepEqual(newIn([{ role: 'user', content }]), { told: [], untold: 0 });
  }
});
