import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';

import { DEFAULT_GATEWAY_RULES } from '../../core/gateway-rules.ts';
import type { GatewayRules } from '../../core/gateway-rules.ts';
import { stringField } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import { startScriptedModel, turns } from '../../drill/scripted-model.ts';
import type { Script, ScriptedModel } from '../../drill/scripted-model.ts';
import { ASK, nextTurn, NO_CONTENT, post, recorded, usingRig, wire } from '../gateway-rig.ts';
import type { GatewayRig, GatewayRigOptions } from '../gateway-rig.ts';
import { byName } from './calls-rig.ts';
import { rigScanner } from './word-rig.ts';

const FRESH = 'client-session-fresh';
const HOT = 'HOT1234';

function withRig(
  rules: Partial<GatewayRules>,
  options: GatewayRigOptions & { readonly script: Script },
  use: (rig: GatewayRig<ScriptedModel>) => Promise<void>,
): Promise<void> {
  const content = { ...NO_CONTENT, rules: () => ({ gateway: { ...DEFAULT_GATEWAY_RULES, ...rules }, bundle: 'b' }) };
  const calls = {
    decide: (_: unknown, { name }: { readonly name: string }) => byName(name),
    scanner: () => rigScanner(),
  };
  return usingRig(
    startScriptedModel({ script: options.script }),
    { ...options, content, calls: { ...calls, ...options.calls } },
    use,
  );
}

/** A request of a client session whose hooks nobody has seen, or of none. */
function ask(body: JsonObject, client: string | null = FRESH, path = '/v1/messages'): Buffer {
  const line = client === null ? '' : `X-Claude-Code-Session-Id: ${client}\r\n`;
  const text = post(path, body).toString('latin1');
  return Buffer.from(text.replace(/X-Claude-Code-Session-Id: [^\r]*\r\n/, line), 'latin1');
}

const CALLS = turns([{ toolUses: ['read', 'ask', 'deny'].map((name) => ({ name, input: {} })) }]);
const NO_BASH = { ...ASK, tools: [{ name: 'mcp__files__read', input_schema: {} }] };

for (const { name, client, body } of [
  { name: 'a client without a session of its own', client: null, body: ASK },
  { name: 'a client whose tools no liveness check can use', client: FRESH, body: NO_BASH },
  { name: 'a client that offers no tools', client: FRESH, body: { ...ASK, tools: [] } },
])
  for (const stream of [true, false])
    test(`where the policy decides without hooks, what it allows passes: ${name}, ${stream ? 'stream' : 'whole'}`, async () => {
      await withRig({ withoutHooks: 'decide' }, { script: CALLS }, async (rig) => {
        const reply = await wire(rig.gateway.url, ask({ ...body, stream }, client));
        assert.equal(reply.status, 200);
        assert.ok(reply.isWhole);
        const text = reply.body.toString();
        assert.match(text, /"name":"read"/);
        assert.match(text, /refused the call ask \(rule rig\/ask\)/);
        assert.match(text, /refused the call deny \(rule rig\/deny\)/);
        assert.doesNotMatch(text, /"name":"(ask|deny)"/);
        await recorded(rig, 'response');
        assert.deepEqual(
          rig.bodies('call-refused').map((record) => record['name']),
          ['ask', 'deny'],
        );
        assert.deepEqual(
          rig.bodies('tool_use').map((record) => [record['name'], record['verdict'], record['ruleId']]),
          [['read', 'allow', 'rig/allow']],
        );
        // The guard never hears of the call, and its result is no sign that something is wrong.
        const id = stringField(rig.bodies('tool_use')[0] ?? {}, 'toolUseId') ?? '';
        const next = await wire(rig.gateway.url, ask({ ...body, stream, messages: answered(id) }, client));
        assert.equal(next.status, 200);
      });
    });

function answered(id: string): readonly JsonObject[] {
  return [
    { role: 'user', content: 'go' },
    { role: 'assistant', content: [{ type: 'tool_use', id, name: 'read', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'done' }] },
  ];
}

test('where the policy decides without hooks, a client is asked for its hooks once, and if they answer they see to it', async () => {
  await withRig({ withoutHooks: 'decide' }, { script: CALLS }, async (rig) => {
    const canary = await wire(rig.gateway.url, ask(ASK));
    assert.match(canary.body.toString(), /sallyport-canary/);
    const unanswered = { ...ASK, messages: answered(rig.issued[0] ?? '') };
    for (const body of [unanswered, ASK, unanswered]) {
      const reply = await wire(rig.gateway.url, ask(body));
      assert.match(reply.body.toString(), /refused the call ask/);
    }
    assert.deepEqual(
      rig.events().filter((event) => event.startsWith('canary')),
      ['canary-issued', 'canary-unanswered'],
    );
    rig.proven.add(FRESH);
    const hooked = await wire(rig.gateway.url, ask(ASK));
    assert.doesNotMatch(hooked.body.toString(), /refused/);
  });
});

test('where the policy does not decide without hooks, it refuses as before', async () => {
  await withRig({}, { script: CALLS }, async (rig) => {
    assert.equal((await wire(rig.gateway.url, ask(ASK, null))).status, 403);
    assert.equal((await wire(rig.gateway.url, ask(NO_BASH))).status, 403);
    const { tools: _, ...without } = ASK;
    const cut = await wire(rig.gateway.url, ask(without));
    assert.match(cut.body.toString(), /before the session's hooks were seen to work/);
  });
});

test('with hooks, nothing is refused here unless the policy says so, and the verdict is on record', async () => {
  for (const deniedCalls of ['hooks', 'gateway'] as const)
    await withRig({ deniedCalls }, { script: CALLS }, async (rig) => {
      const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
      assert.equal(reply.body.includes('refused the call deny'), deniedCalls === 'gateway');
      assert.deepEqual(
        rig.bodies('tool_use').map((record) => record['verdict']),
        deniedCalls === 'gateway' ? ['allow', 'ask'] : ['allow', 'ask', 'deny'],
      );
    });
});

for (const stream of [true, false])
  test(`words of the model: an alert is on record, a block cuts, ${stream ? 'stream' : 'whole'}`, async () => {
    const script = turns([{ text: `it is ${HOT}.` }]);
    await withRig({}, { script }, async (rig) => {
      const reply = await wire(rig.gateway.url, post('/v1/messages', { ...ASK, stream }));
      assert.ok(reply.isWhole && reply.status === 200);
      await recorded(rig, 'reply-finding');
      assert.deepEqual(rig.bodies('reply-finding')[0]?.['findings'], [
        { detectorId: 'secret/hot', fate: 'alerted', count: 1 },
      ]);
    });
    await withRig({ replies: { secret: 'block', company: 'alert' } }, { script }, async (rig) => {
      const reply = await wire(rig.gateway.url, post('/v1/messages', { ...ASK, stream }));
      assert.equal(stream ? reply.isWhole : reply.status === 200, false);
      assert.match(reply.body.toString(), /the model's words hold a credential/);
      assert.doesNotMatch(reply.body.toString(), /HOT/);
      await recorded(rig, 'reply-finding');
      assert.equal(rig.bodies('response')[0]?.['ended'], 'reply-blocked');
    });
  });

test('of a client that goes while its call is decided nothing is recorded but that', async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const calls = {
    decide: async (_: unknown, { name }: { readonly name: string }) => {
      asked.resolve();
      await answer.promise;
      return byName(name);
    },
  };
  const script = turns([{ text: 'now', toolUses: [{ name: 'read', input: {} }] }]);
  await withRig({ deniedCalls: 'gateway' }, { script, calls }, async (rig) => {
    const reached = Promise.withResolvers<Socket>();
    const reply = wire(rig.gateway.url, post('/v1/messages', ASK), (_, socket) => reached.resolve(socket));
    await asked.promise;
    (await reached.promise).destroy();
    await reply;
    for (let n = 0; n < 5; n += 1) await nextTurn();
    answer.resolve();
    await recorded(rig, 'response');
    assert.equal(rig.bodies('response')[0]?.['ended'], 'client-gone');
    assert.deepEqual(rig.bodies('call-refused'), []);
  });
});
