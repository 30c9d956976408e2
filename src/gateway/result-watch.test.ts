import assert from 'node:assert/strict';
import { test } from 'node:test';

import { makeSessionId } from '../core/ids.ts';
import type { Sha256 } from '../core/ids.ts';
import type { JsonObject } from '../core/json.ts';
import { startScriptedModel } from '../drill/scripted-model.ts';
import type { ScriptedModel, Turn } from '../drill/scripted-model.ts';
import { ASK, BEDROCK_PATH, errorMessage, failingAppend, post, usingRig, wire } from './gateway-rig.ts';
import type { GatewayRig, GatewayRigOptions, WireReply } from './gateway-rig.ts';
import { resultWatch } from './result-watch.ts';

const REFUSED = /a tool ran without the guard's decision, so its hooks no longer reach the guard/;

/** A rig whose model has called tools under these ids, with nothing decided. */
async function withCalls(
  ids: readonly string[],
  options: GatewayRigOptions,
  use: (rig: GatewayRig<ScriptedModel>, path: string) => Promise<void>,
): Promise<void> {
  const path = options.provider === 'bedrock' ? BEDROCK_PATH : '/v1/messages';
  const calls: Turn = { toolUses: ids.map((id) => ({ id, name: 'Bash', input: { command: 'ls' } })) };
  const model = startScriptedModel({ script: ({ turn }) => (turn === 0 ? calls : { text: 'done' }) });
  await usingRig(model, options, async (rig) => {
    assert.equal((await wire(rig.gateway.url, post(path, ASK))).status, 200);
    assert.equal(rig.bodies('tool_use').length, ids.length);
    await use(rig, path);
  });
}

function result(id: string, more: JsonObject = {}): JsonObject {
  return { type: 'tool_result', tool_use_id: id, content: [{ type: 'text', text: 'a "quoted" word' }], ...more };
}

function transcript(results: readonly JsonObject[], more: readonly JsonObject[] = []): JsonObject {
  const uses = results.map(({ tool_use_id: id }) => ({ type: 'tool_use', id: id ?? '', name: 'Bash', input: {} }));
  const messages = [
    { role: 'user', content: 'go' },
    { role: 'assistant', content: uses },
    { role: 'user', content: results },
    ...more,
  ];
  return { ...ASK, messages };
}

const LATER: readonly JsonObject[] = [
  { role: 'assistant', content: [{ type: 'text', text: 'done' }] },
  { role: 'user', content: 'and now?' },
];

for (const { name, provider, status } of [
  { name: 'Messages', provider: 'anthropic', status: 403 },
  { name: 'Bedrock', provider: 'bedrock', status: 400 },
] as const) {
  const send = (rig: GatewayRig<ScriptedModel>, path: string, body: JsonObject): Promise<WireReply> =>
    wire(rig.gateway.url, post(path, body));

  test(`a result of a decided call passes: ${name}`, async () => {
    await withCalls(['toolu_a'], { provider }, async (rig, path) => {
      rig.decided.add('toolu_a');
      assert.equal((await send(rig, path, transcript([result('toolu_a')]))).status, 200);
      assert.equal(rig.model.requests.length, 2);
    });
  });

  test(`a tool that ran undecided is refused, and as often as its result comes: ${name}`, async () => {
    await withCalls(['toolu_a'], { provider }, async (rig, path) => {
      for (const body of [
        transcript([result('toolu_a')]),
        transcript([result('toolu_a')], LATER),
        transcript([result('toolu_a', { is_error: true })]),
      ]) {
        const reply = await send(rig, path, body);
        assert.equal(reply.status, status);
        assert.match(errorMessage(reply.body), REFUSED);
        rig.decided.add('toolu_a');
      }
      assert.equal(rig.model.requests.length, 1);
      assert.deepEqual(rig.bodies('undecided-result'), [{ event: 'undecided-result', toolUseId: 'toolu_a' }]);
      assert.deepEqual(
        rig.bodies('refused').map((body) => body['why']),
        Array(3).fill('undecided-result'),
      );
    });
  });

  test(`a call that the client refused ahead of its hooks passes, and is recorded once: ${name}`, async () => {
    await withCalls(['toolu_a'], { provider }, async (rig, path) => {
      const failed = [result('toolu_a', { is_error: true })];
      for (const more of [[], LATER]) assert.equal((await send(rig, path, transcript(failed, more))).status, 200);
      assert.deepEqual(rig.bodies('undecided-error'), [{ event: 'undecided-error', toolUseId: 'toolu_a' }]);
      assert.equal(rig.model.requests.length, 3);
    });
  });
}

const FIVE = ['toolu_0', 'toolu_1', 'toolu_2', 'toolu_3', 'toolu_4'];

for (const { name, decided, results, status } of [
  { name: 'five at once, all decided', decided: FIVE, results: FIVE.map((id) => result(id)), status: 200 },
  {
    name: 'five at once in another order, one undecided',
    decided: FIVE.slice(1),
    results: FIVE.toReversed().map((id) => result(id)),
    status: 403,
  },
  { name: 'an undecided call that has no result yet', decided: [], results: [result('toolu_other')], status: 200 },
  { name: 'a result of a call that was Sha256 relayed', decided: FIVE, results: [result('toolu_old')], status: 200 },
  {
    name: 'two results of one call, of which one is no error',
    decided: [],
    results: [result('toolu_0'), result('toolu_0', { is_error: true })],
    status: 403,
  },
  {
    name: 'an error that is no JSON true',
    decided: [],
    results: [result('toolu_0', { is_error: 'true' })],
    status: 403,
  },
  {
    name: 'text that only names the call',
    decided: [],
    results: [result('toolu_old', { content: '{"type":"tool_result","tool_use_id":"toolu_0"}' })],
    status: 200,
  },
] satisfies readonly {
  readonly name: string;
  readonly decided: readonly string[];
  readonly results: readonly JsonObject[];
  readonly status: number;
}[]) {
  test(`${name}: ${status}`, async () => {
    await withCalls(FIVE, {}, async (rig, path) => {
      for (const id of decided) rig.decided.add(id);
      assert.equal((await wire(rig.gateway.url, post(path, transcript(results)))).status, status);
    });
  });
}

test('a count of tokens does not carry an undecided result out either', async () => {
  await withCalls(['toolu_a'], {}, async (rig) => {
    const reply = await wire(rig.gateway.url, post('/v1/messages/count_tokens', transcript([result('toolu_a')])));
    assert.equal(reply.status, 403);
    assert.equal(rig.model.requests.length, 1);
  });
});

test('a subagent of the same session is refused for its own result only', async () => {
  await withCalls(['toolu_a', 'toolu_b'], {}, async (rig, path) => {
    rig.decided.add('toolu_b');
    const agent = ['x-claude-code-agent-id: agent-1'];
    const theirs = await wire(rig.gateway.url, post(path, transcript([result('toolu_b')]), agent));
    assert.equal(theirs.status, 200);
    const ran = await wire(rig.gateway.url, post(path, transcript([result('toolu_a')]), agent));
    assert.equal(ran.status, 403);
  });
});

test('messages that cannot be read are refused while a call in them waits for its result', async () => {
  await withCalls(['toolu_a'], {}, async (rig, path) => {
    const body = JSON.stringify(transcript([result('toolu_a')])).replace(
      '"role":"user"',
      '"role":"user","role":"user"',
    );
    const reply = await wire(rig.gateway.url, post(path, body));
    assert.equal(reply.status, 400);
    assert.match(errorMessage(reply.body), /messages cannot be read/);
  });
});

test('a call that the service runs itself is not looked for', async () => {
  const block = { type: 'server_tool_use', id: 'srvtoolu_a', name: 'web_search', input: {} };
  const body = { id: 'msg_1', type: 'message', role: 'assistant', content: [block], stop_reason: 'end_turn' };
  const model = startScriptedModel({ script: ({ turn }) => (turn === 0 ? { status: 200, body } : { text: 'done' }) });
  await usingRig(model, {}, async (rig) => {
    await wire(rig.gateway.url, post('/v1/messages', { ...ASK, stream: false }));
    assert.equal(rig.bodies('tool_use').length, 1);
    const reply = await wire(rig.gateway.url, post('/v1/messages', transcript([result('srvtoolu_a')])));
    assert.equal(reply.status, 200);
  });
});

test('without its record an undecided error does not pass, and the next one is recorded', async () => {
  await withCalls(['toolu_a'], {}, async (rig, path) => {
    const body = transcript([result('toolu_a', { is_error: true })]);
    const held = rig.onAppend;
    rig.onAppend = failingAppend;
    assert.match(errorMessage((await wire(rig.gateway.url, post(path, body))).body), /audit log unavailable/);
    rig.onAppend = held;
    assert.equal((await wire(rig.gateway.url, post(path, body))).status, 200);
    assert.equal(rig.bodies('undecided-error').length, 1);
  });
});

test('without its record a tool that ran is refused all the same, and the next refusal is recorded', async () => {
  await withCalls(['toolu_a'], {}, async (rig, path) => {
    const held = rig.onAppend;
    for (const onAppend of [failingAppend, held]) {
      rig.onAppend = onAppend;
      assert.equal((await wire(rig.gateway.url, post(path, transcript([result('toolu_a')])))).status, 403);
    }
    assert.equal(rig.bodies('undecided-result').length, 1);
  });
});

test('a gateway that has just started checks nothing that was relayed before', async () => {
  await usingRig(startScriptedModel({ script: () => ({ text: 'done' }) }), {}, async (rig) => {
    const reply = await wire(rig.gateway.url, post('/v1/messages', transcript([result('toolu_a')])));
    assert.equal(reply.status, 200);
    assert.deepEqual(rig.events(), ['request', 'response']);
  });
});

test('of more calls than are remembered the oldest are forgotten, and no other session is touched', async () => {
  const [ours, theirs] = [1, 2].map((time) => makeSessionId(time, new Uint8Array(16)));
  assert.ok(ours !== undefined && theirs !== undefined);
  const never = (): boolean => false;
  const watch = resultWatch({
    isProven: never,
    issue: () => '',
    isCanary: never,
    confirm: () => undefined,
    noteDecision: () => undefined,
    wasDecided: never,
  });
  const use = (id: string): Parameters<typeof watch.relayed>[1][number] => ({
    blockType: 'tool_use',
    id,
    name: 'Bash',
    inputSha256: '0'.repeat(64) as Sha256,
    input: {},
  });
  watch.relayed(theirs, [use('toolu_0')]);
  watch.relayed(
    ours,
    Array.from({ length: 4_097 }, (_, nth) => use(`toolu_${nth}`)),
  );
  const why = async (sessionId: typeof ours, id: string): Promise<string | null> => {
    const bytes = Buffer.from(JSON.stringify([{ role: 'user', content: [result(id)] }]));
    const body = { format: 'messages', messages: { start: 0, end: bytes.length } } as const;
    return (await watch.check({ sessionId, bytes, body }, { record: () => Promise.resolve(0) }))?.why ?? null;
  };
  assert.equal(await why(ours, 'toolu_0'), null);
  assert.equal(await why(ours, 'toolu_1'), 'undecided-result');
  assert.equal(await why(ours, 'toolu_4096'), 'undecided-result');
  assert.equal(await why(theirs, 'toolu_0'), 'undecided-result');
});
