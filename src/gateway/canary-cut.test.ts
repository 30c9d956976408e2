import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import type { JsonObject } from '../core/json.ts';
import { bodyWithoutCanaries, readBody } from './body-rig.ts';
import { canariesAnswered } from './canary-cut.ts';

const RUNS = process.env['SLOW'] === '1' ? 50_000 : 500;
const ID = 'toolu_sallyport_1';
const isCanary = (id: string): boolean => /^toolu_sallyport_\d$/.test(id);

const USE = { type: 'tool_use', id: ID, name: 'Bash', input: {} };
const RESULT = { type: 'tool_result', tool_use_id: ID, content: 'no' };
const TEXT = { type: 'text', text: `speaks of ${ID}` };
const A: JsonObject = { role: 'user', content: 'a' };
const CALL: JsonObject = { role: 'assistant', content: [USE] };
const ANSWER: JsonObject = { role: 'user', content: [RESULT] };
const B: JsonObject = { role: 'assistant', content: [{ type: 'text', text: 'b' }] };

function cut(text: string): string | null {
  return bodyWithoutCanaries(Buffer.from(text), 'messages', isCanary)?.toString() ?? null;
}

for (const { name, messages, want } of [
  { name: 'a pair in the middle', messages: [A, CALL, ANSWER, B], want: [A, B] },
  { name: 'a pair at the end', messages: [A, CALL, ANSWER], want: [A] },
  { name: 'a pair at the start', messages: [CALL, ANSWER, B], want: [B] },
  { name: 'two pairs apart', messages: [A, CALL, ANSWER, B, CALL, ANSWER], want: [A, B] },
  {
    name: 'a result beside text keeps the text',
    messages: [A, CALL, { role: 'user', content: [RESULT, TEXT] }],
    want: [A, { role: 'user', content: [TEXT] }],
  },
  {
    name: 'a result behind text keeps the text',
    messages: [{ role: 'user', content: [TEXT, RESULT] }],
    want: [{ role: 'user', content: [TEXT] }],
  },
  {
    name: 'a call beside another keeps the other',
    messages: [{ role: 'assistant', content: [USE, { ...USE, id: 'toolu_1' }, USE] }],
    want: [{ role: 'assistant', content: [{ ...USE, id: 'toolu_1' }] }],
  },
  {
    name: 'text that speaks of one stays',
    messages: [
      { role: 'user', content: `look at ${ID}` },
      { role: 'user', content: [TEXT] },
    ],
    want: null,
  },
  {
    name: 'an id that only looks like one stays',
    messages: [{ role: 'assistant', content: [{ ...USE, id: `${ID}x` }] }],
    want: null,
  },
  {
    name: 'an input that holds one stays',
    messages: [{ role: 'assistant', content: [{ ...USE, id: 'toolu_1', input: USE }] }],
    want: null,
  },
]) {
  test(name, () => {
    const text = JSON.stringify({ model: 'm', messages, max_tokens: 1 });
    assert.equal(cut(text), want === null ? text : JSON.stringify({ model: 'm', messages: want, max_tokens: 1 }));
  });
}

test('every byte outside of what is cut stays, blanks and order too', () => {
  const text = `{ "messages" : [ ${JSON.stringify(A)} , ${JSON.stringify(CALL)},\n${JSON.stringify(ANSWER)} ,\t${JSON.stringify(B)} ] , "x":1.0e1 }`;
  assert.equal(cut(text), `{ "messages" : [ ${JSON.stringify(A)} , ${JSON.stringify(B)} ] , "x":1.0e1 }`);
});

for (const { name, messages } of [
  { name: 'content twice', messages: `[{"content":[${JSON.stringify(USE)}],"content":[]}]` },
  { name: 'no content', messages: `[{"role":"user","x":"${ID}"}]` },
  { name: 'an element that is no message', messages: `["${ID}"]` },
]) {
  test(`messages with the marker that cannot be read are not guessed at: ${name}`, () => {
    assert.equal(cut(`{"messages":${messages}}`), null);
  });
}

test('a longer transcript gives the same bytes up to where the shorter one ended', () => {
  const message = fc.constantFrom(
    A,
    B,
    CALL,
    ANSWER,
    { role: 'user', content: [RESULT, TEXT] },
    { role: 'user', content: [TEXT, RESULT, TEXT] },
  );
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 8 }),
      fc.array(message, { maxLength: 8 }),
      (before, after) => {
        const shorter = cut(JSON.stringify({ model: 'm', messages: before })) ?? '';
        const longer = cut(JSON.stringify({ model: 'm', messages: [...before, ...after] })) ?? '';
        assert.ok(longer.startsWith(shorter.slice(0, shorter.lastIndexOf(']}'))));
        assert.equal(longer, cut(longer), 'cutting twice changes nothing');
        assert.doesNotThrow(() => JSON.parse(longer) as unknown);
      },
    ),
    { numRuns: RUNS },
  );
});

test('only results after the last assistant message have just come', () => {
  const of = (messages: readonly JsonObject[]): readonly string[] | null => {
    const bytes = Buffer.from(JSON.stringify({ messages }));
    const body = readBody(bytes, 'messages');
    assert.ok(typeof body === 'object');
    return canariesAnswered(bytes, body, isCanary);
  };
  assert.deepEqual(of([A, CALL, ANSWER]), [ID]);
  assert.deepEqual(of([A, CALL, ANSWER, { role: 'system', content: 'x' }, A]), [ID]);
  assert.deepEqual(of([A, CALL, ANSWER, B, A]), []);
  assert.equal(of([{ content: 'no role' }]), null);
});
