import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stringField } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import type { MessageFormat } from '../message-format.ts';
import { LOOKUP, MAIL, VALUES } from '../reply/reply-fixtures.ts';
import { runWhole } from './calls-rig.ts';
import type { CallsSetup } from './calls-rig.ts';

const GATEWAY: CallsSetup = { rules: { deniedCalls: 'gateway' } };
const WITHOUT_HOOKS: CallsSetup = { callsBy: 'gateway' };

/**
 * A reply with these blocks, each a call unless it is text, written with blanks as no program here would.
 *
 * @param without calls in whose place there is a text.
 */
function reply(
  format: MessageFormat,
  blocks: readonly string[],
  without: readonly string[] = [],
  stop = 'tool_use',
): Buffer {
  const written = blocks.map((name, n) => (without.includes(name) ? refused(format, name) : block(format, name, n)));
  const content = `[ ${written.join(' ,\n')} ]`;
  return Buffer.from(
    format === 'messages'
      ? `{"stop_reason" : "${stop}","id":"msg","content":${content}, "new":1.0, "usage":{"output_tokens":1}}`
      : `{"stopReason":"${stop}", "output":{"message":{"role":"assistant", "content":${content}}}, "new":1.0}`,
  );
}

function block(format: MessageFormat, name: string, n: number): string {
  if (name.startsWith('text'))
    return format === 'messages' ? `{"type": "text","text":"${name}"}` : `{"text":"${name}"}`;
  const type = name.startsWith('web') ? 'server_tool_use' : 'tool_use';
  return format === 'messages'
    ? `{ "type":"${type}", "id":"id-${n}","name":"${name}", "input":{"to" :"${MAIL}"} }`
    : `{"toolUse": {"toolUseId":"id-${n}","name":"${name}","type":"${type}","input":{ "to":"${MAIL}"}}}`;
}

function refused(format: MessageFormat, name: string): string {
  const more = name === 'ask' ? ' Somebody would have to be asked, which this client cannot do.' : '';
  const text = `Sallyport refused the call ${name} (rule rig/${name}). So it is.${more}`;
  return JSON.stringify(format === 'messages' ? { type: 'text', text } : { text });
}

for (const format of ['messages', 'converse'] as const) {
  for (const { name, blocks, setup, without, stop } of [
    { name: 'hooks see to denied calls', blocks: ['text', 'deny'], setup: {}, without: [], stop: 'tool_use' },
    {
      name: 'allowed and asked calls with hooks',
      blocks: ['read', 'text', 'ask'],
      setup: GATEWAY,
      without: [],
      stop: 'tool_use',
    },
    { name: 'no calls', blocks: ['text', 'text 2'], setup: WITHOUT_HOOKS, without: [], stop: 'tool_use' },
    { name: 'a call of the service', blocks: ['web', 'text'], setup: WITHOUT_HOOKS, without: [], stop: 'tool_use' },
    { name: 'a denied call alone', blocks: ['text', 'deny'], setup: GATEWAY, without: ['deny'], stop: 'end_turn' },
    {
      name: 'a denied call between two others',
      blocks: ['read', 'deny', 'ask'],
      setup: GATEWAY,
      without: ['deny'],
      stop: 'tool_use',
    },
    {
      name: 'asked and denied calls without hooks',
      blocks: ['deny', 'ask'],
      setup: WITHOUT_HOOKS,
      without: ['deny', 'ask'],
      stop: 'end_turn',
    },
    {
      name: 'a denied call beside one of the service',
      blocks: ['web', 'deny'],
      setup: GATEWAY,
      without: ['deny'],
      stop: 'end_turn',
    },
  ])
    test(`a whole reply keeps every other byte: ${format}, ${name}`, async () => {
      const body = reply(format, blocks);
      const { sent, ended, records } = await runWhole(body, format, setup);
      assert.equal(ended, 'complete');
      assert.equal(sent.toString(), reply(format, blocks, without, stop).toString());
      if (without.length === 0) assert.equal(sent, body);
      assert.deepEqual(
        records.map((record) => `${stringField(record, 'name')}: ${stringField(record, 'event')}`).toSorted(),
        blocks
          .filter((called) => !called.startsWith('text'))
          .map((called) => `${called}: ${without.includes(called) ? 'call-refused' : 'tool_use'}`)
          .toSorted(),
      );
    });

  test(`what is decided in a whole reply is what the client gets: ${format}`, async () => {
    const inputs: unknown[] = [];
    const decide: CallsSetup['decide'] = (_, { input }) => {
      inputs.push(input);
      throw new Error('no policy');
    };
    const { ended, sent } = await runWhole(reply(format, ['read']), format, { ...GATEWAY, lookup: LOOKUP, decide });
    assert.deepEqual(inputs, [{ to: VALUES[0] }]);
    assert.equal(ended, 'complete');
    assert.match(sent.toString(), /refused the call read \(rule gateway\/failed-decision\)/);
    assert.doesNotMatch(sent.toString(), /id-0/);
  });
}

const CALL: JsonObject = { type: 'tool_use', id: 't', name: 'deny', input: {} };
for (const { name, body, want } of [
  { name: 'a call elsewhere than in the content', body: { content: [], new: [CALL] }, want: 'call-denied' },
  { name: 'content that is no list', body: { content: CALL }, want: 'unreadable-reply' },
  {
    name: 'a member that is there twice',
    body: Buffer.from('{"content":[],"content":[{"type":"tool_use","id":"t","name":"deny","input":{}}]}'),
    want: 'unreadable-reply',
  },
  { name: 'no JSON', body: Buffer.from('{"content":[{]}'), want: 'unreadable-reply' },
  {
    name: 'a call without a name',
    body: { content: [{ type: 'tool_use', id: 't', input: {} }] },
    want: 'unreadable-reply',
  },
])
  test(`a whole reply that cannot be taken apart goes nowhere: ${name}`, async () => {
    const { sent, ended } = await runWhole(body, 'messages', GATEWAY);
    assert.equal(sent.length, 0);
    if (want === 'call-denied') assert.equal(ended, want);
    else assert.notEqual(ended, 'complete');
  });

test('a refusal in a whole reply whose record is not durable lets nothing out', async () => {
  const { ended, sent } = await runWhole(reply('messages', ['deny']), 'messages', { ...GATEWAY, isLogBroken: true });
  assert.deepEqual([ended, sent.length], ['audit-unavailable', 0]);
});
