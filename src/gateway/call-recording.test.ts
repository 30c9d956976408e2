import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startScriptedModel, turns } from '../drill/scripted-model.ts';
import type { Script, ScriptedModel } from '../drill/scripted-model.ts';
import {
  ASK,
  BEDROCK_PATH,
  errorMessage,
  failingAppend,
  nextTurn,
  post,
  PROVEN,
  recorded,
  usingRig,
  wire,
} from './gateway-rig.ts';
import type { GatewayRig, GatewayRigOptions } from './gateway-rig.ts';

function withRig(
  options: GatewayRigOptions & { readonly script: Script },
  use: (rig: GatewayRig<ScriptedModel>) => Promise<void>,
): Promise<void> {
  return usingRig(startScriptedModel({ script: options.script }), options, use);
}

const LS = { name: 'Bash', input: { command: 'ls' } };
const USAGE_OF_FIVE = {
  input_tokens: 43,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 53,
};

test('what a request did is recorded: request before it goes up, calls, then the reply', async () => {
  await withRig({ script: turns([{ toolUses: [LS, LS, LS, LS, LS], text: 'now' }]) }, async (rig) => {
    const reply = await wire(rig.gateway.url, post('/v1/messages', ASK, ['x-claude-code-agent-id: agent-1']));
    assert.match(reply.body.toString(), /message_stop/);
    assert.deepEqual(rig.events(), ['request', ...Array<string>(5).fill('tool_use'), 'response']);
    const [request, first] = rig.records.map((record) => record.body);
    assert.deepEqual(
      [request?.['path'], request?.['model'], request?.['clientSessionId'], request?.['agentId'], request?.['stream']],
      ['/v1/messages', 'claude-x', PROVEN, 'agent-1', true],
    );
    assert.deepEqual([first?.['toolUseId'], first?.['name'], first?.['requestIndex']], ['toolu_drill_0_0', 'Bash', 0]);
    const [response] = rig.bodies('response');
    assert.equal(response?.['ended'], 'complete');
    assert.equal(response?.['stopReason'], 'tool_use');
    assert.deepEqual(response?.['usage'], USAGE_OF_FIVE);
    assert.equal(response?.['bytes'], reply.body.length);
    assert.ok(rig.records.every((record) => record.kind === 'model' && record.sessionId === rig.sessionId));
  });
});

for (const provider of ['anthropic', 'bedrock'] as const) {
  const path = provider === 'anthropic' ? '/v1/messages' : BEDROCK_PATH;
  const stopsOf = (body: Buffer): number =>
    provider === 'anthropic'
      ? body.toString().split('content_block_stop').length >> 1
      : body.toString().split(Buffer.from('{"type":"content_block_stop"').toString('base64').slice(0, 36)).length - 1;

  test(`no byte that completes a call leaves before its record is durable: ${provider}`, async () => {
    await withRig({ script: turns([{ toolUses: [LS] }]), provider }, async (rig) => {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      let bodyWhileHeld: Buffer = Buffer.alloc(0);
      let seen: Buffer = Buffer.alloc(0);
      rig.onAppend = async (record) => {
        if (record.body['event'] !== 'tool_use') return;
        // Everything before the completing event has been written; it is on its way while the record is not yet durable.
        while (!seen.includes(provider === 'anthropic' ? '\\"ls\\"}' : 'chunk')) await nextTurn();
        await nextTurn();
        bodyWhileHeld = seen;
        release();
        await held;
      };
      const reply = await wire(rig.gateway.url, post(path, ASK), (body) => {
        seen = body;
      });
      assert.equal(stopsOf(bodyWhileHeld), 0);
      assert.ok(bodyWhileHeld.length > 0);
      assert.equal(stopsOf(reply.body), 1);
      assert.equal(reply.isWhole, true);
    });
  });

  test(`a session ended in mid-stream never gets a complete call: ${provider}`, async () => {
    await withRig({ script: turns([{ toolUses: [LS] }]), provider }, async (rig) => {
      rig.onAppend = async (record) => {
        if (record.body['event'] === 'tool_use') rig.endedReason = 'stopped by ada';
      };
      const reply = await wire(rig.gateway.url, post(path, ASK));
      assert.equal(stopsOf(reply.body), 0);
      assert.equal(reply.isWhole, false);
      assert.match(reply.body.toString(), /Sallyport ended this session: stopped by ada/);
      assert.equal(rig.bodies('response')[0]?.['ended'], 'session-ended');
      const after = await wire(rig.gateway.url, post(path, ASK));
      assert.equal(after.status, provider === 'anthropic' ? 403 : 400);
      assert.match(errorMessage(after.body), /stopped by ada/);
    });
  });

  test(`a log that fails for a call cuts the stream before it: ${provider}`, async () => {
    await withRig({ script: turns([{ toolUses: [LS] }]), provider }, async (rig) => {
      rig.onAppend = async (record) => {
        if (record.body['event'] === 'tool_use') await failingAppend();
      };
      const reply = await wire(rig.gateway.url, post(path, ASK));
      assert.equal(stopsOf(reply.body), 0);
      assert.equal(reply.isWhole, false);
      assert.match(reply.body.toString(), /audit log unavailable/);
    });
  });

  test(`a log that fails at once lets nothing up: ${provider}`, async () => {
    await withRig({ script: turns([{ toolUses: [LS] }]), provider }, async (rig) => {
      rig.onAppend = failingAppend;
      const reply = await wire(rig.gateway.url, post(path, ASK));
      assert.equal(reply.status, provider === 'anthropic' ? 403 : 400);
      assert.match(errorMessage(reply.body), /audit log unavailable/);
      assert.equal(rig.model.requests.length, 0);
    });
  });

  test(`a reply cut after a complete call is cut for the client too, and the call is on record: ${provider}`, async () => {
    await withRig({ script: turns([{ cutAfterToolUse: [LS] }]), provider }, async (rig) => {
      const reply = await wire(rig.gateway.url, post(path, ASK));
      assert.equal(stopsOf(reply.body), 1);
      assert.equal(reply.isWhole, false);
      await recorded(rig, 'response');
      assert.deepEqual(rig.events(), ['request', 'tool_use', 'response']);
      assert.equal(rig.bodies('response')[0]?.['ended'], 'upstream-cut');
    });
  });

  test(`a call in a whole reply is recorded before it goes, and held when the log fails: ${provider}`, async () => {
    await withRig({ script: turns([{ toolUses: [LS] }]), provider }, async (rig) => {
      const whole = provider === 'anthropic' ? path : '/model/us.x-v1:0/invoke';
      const good = await wire(rig.gateway.url, post(whole, { ...ASK, stream: false }));
      assert.match(good.body.toString(), /toolu_drill_0_0/);
      rig.onAppend = async (record) => {
        if (record.body['event'] === 'tool_use') await failingAppend();
      };
      const bad = await wire(rig.gateway.url, post(whole, { ...ASK, stream: false }));
      assert.match(errorMessage(bad.body), /audit log unavailable/);
      assert.doesNotMatch(bad.body.toString(), /toolu_drill/);
    });
  });
}

test('a session ended while its request is recorded sends nothing up', async () => {
  await withRig({ script: turns([{ text: 'hi' }]) }, async (rig) => {
    rig.onAppend = async () => {
      rig.endedReason = 'stopped by ada';
      await nextTurn();
    };
    const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
    assert.equal(reply.status, 403);
    assert.match(errorMessage(reply.body), /stopped by ada/);
    assert.equal(rig.model.requests.length, 0);
  });
});
