import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '../core/json.ts';
import { startScriptedModel, turns } from '../drill/scripted-model.ts';
import type { Script, ScriptedModel } from '../drill/scripted-model.ts';
import { REFUSAL_MS } from './canary-watch.ts';
import { ASK, failingAppend, post, usingRig, wire } from './gateway-rig.ts';
import type { GatewayRig, GatewayRigOptions } from './gateway-rig.ts';

const FRESH = 'client-session-fresh';
const FIRST = 'toolu_sallyport_0000';

function withRig(
  options: GatewayRigOptions & { readonly script: Script },
  use: (rig: GatewayRig<ScriptedModel>) => Promise<void>,
): Promise<void> {
  return usingRig(startScriptedModel({ script: options.script }), options, use);
}

/** A request of a client session whose hooks nobody has seen. */
function ask(path: string, body: JsonObject): Buffer {
  const text = post(path, body).toString('latin1');
  return Buffer.from(text.replace(/X-Claude-Code-Session-Id: [^\r]*/, `X-Claude-Code-Session-Id: ${FRESH}`), 'latin1');
}

function answered(id: string, more: readonly JsonObject[] = []): JsonObject {
  return {
    ...ASK,
    messages: [
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id, name: 'Bash', input: { command: `sallyport-canary ${id}` } }],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, is_error: true, content: 'denied' }] },
      ...more,
    ],
  };
}

const STREAMS = [
  { name: 'a Messages stream', provider: 'anthropic', path: '/v1/messages', stream: true },
  { name: 'a Messages reply', provider: 'anthropic', path: '/v1/messages', stream: false },
  { name: 'a Bedrock stream', provider: 'bedrock', path: '/model/m/invoke-with-response-stream', stream: true },
  { name: 'a Bedrock reply', provider: 'bedrock', path: '/model/m/invoke', stream: false },
] as const;

for (const { name, provider, path, stream } of STREAMS) {
  test(`the first request gets a canary, and only its denial opens the way to the model: ${name}`, async () => {
    await withRig({ script: turns([{ text: 'from the model' }]), provider }, async (rig) => {
      const canary = await wire(rig.gateway.url, ask(path, { ...ASK, stream }));
      assert.equal(canary.status, 200);
      const said = provider === 'bedrock' && stream ? plainFrames(canary.body) : canary.body.toString();
      assert.match(said, new RegExp(`"id":"${FIRST}","name":"Bash"`));
      assert.match(said, /sallyport-canary toolu_sallyport_0000/);
      assert.match(said, /"stop_reason":"tool_use"/);
      assert.equal(rig.model.requests.length, 0);
      assert.deepEqual(rig.events(), ['canary-issued']);

      rig.proven.add(FRESH);
      const reply = await wire(rig.gateway.url, ask(path, { ...answered(FIRST), stream }));
      assert.equal(reply.status, 200);
      const up = rig.model.requests[0]?.bodyBytes.toString();
      assert.equal(up, JSON.stringify({ ...ASK, stream, messages: [{ role: 'user', content: 'go' }] }));
      assert.notEqual(rig.bodies('request')[0]?.['forwardedSha256'], undefined);
    });
  });

  test(`a canary that comes back without a denial ends it: ${name}`, async () => {
    await withRig({ script: turns([{ text: 'from the model' }]), provider }, async (rig) => {
      await wire(rig.gateway.url, ask(path, { ...ASK, stream }));
      for (let attempt = 0; attempt < 6; attempt += 1) {
        const reply = await wire(rig.gateway.url, ask(path, { ...answered(FIRST), stream }));
        assert.equal(reply.status, provider === 'anthropic' ? 403 : 400);
        assert.match(reply.body.toString(), /its hooks did not reach the guard/);
      }
      assert.equal(rig.model.requests.length, 0);
      assert.equal(rig.bodies('canary-unanswered').length, 6);
      assert.equal(rig.bodies('refused')[0]?.['why'], 'canary-unanswered');
    });
  });
}

test('a result followed by a system message is still the last word', async () => {
  await withRig({ script: turns([]) }, async (rig) => {
    await wire(rig.gateway.url, ask('/v1/messages', ASK));
    const reply = await wire(
      rig.gateway.url,
      ask('/v1/messages', answered(FIRST, [{ role: 'system', content: 'note' }])),
    );
    assert.equal(reply.status, 403);
  });
});

test('a new prompt after a refusal, or a canary of a process that was killed, gets a canary again', async () => {
  await withRig({ script: turns([]) }, async (rig) => {
    const leftOver = await wire(rig.gateway.url, ask('/v1/messages', answered('toolu_sallyport_9999')));
    assert.match(leftOver.body.toString(), /toolu_sallyport_0000/);
    const unproven = await wire(rig.gateway.url, ask('/v1/messages', answered(FIRST)));
    assert.equal(unproven.status, 403);
    rig.nowMs += REFUSAL_MS;
    const later = await wire(rig.gateway.url, ask('/v1/messages', answered(FIRST)));
    assert.match(later.body.toString(), /toolu_sallyport_0001/);
    const prompt = [
      { role: 'assistant', content: 'x' },
      { role: 'user', content: 'again' },
    ];
    const again = await wire(rig.gateway.url, ask('/v1/messages', answered(FIRST, prompt)));
    assert.match(again.body.toString(), /toolu_sallyport_0002/);
    assert.equal(rig.model.requests.length, 0);
  });
});

test('two first requests at once get a canary each, and either denial proves the session', async () => {
  await withRig({ script: turns([]) }, async (rig) => {
    const both = await Promise.all([0, 1].map(() => wire(rig.gateway.url, ask('/v1/messages', ASK))));
    const ids = new Set(both.map((reply) => /toolu_sallyport_\d+/.exec(reply.body.toString())?.[0]));
    assert.deepEqual(ids, new Set(rig.issued));
    rig.proven.add(FRESH);
    for (const id of rig.issued) {
      assert.equal((await wire(rig.gateway.url, ask('/v1/messages', answered(id)))).status, 200);
    }
  });
});

for (const { name, body, message } of [
  {
    name: 'tools of which none can carry a canary',
    body: { ...ASK, tools: [{ name: 'Edit' }] },
    message: /neither the Bash nor the Read/,
  },
  { name: 'tools that cannot be read', body: { ...ASK, tools: ['Bash'] }, message: /`tools` cannot be read/ },
  { name: 'tools that are no array', body: { ...ASK, tools: { 0: 'Bash' } }, message: /no array/ },
]) {
  test(`an unproven session is refused: ${name}`, async () => {
    await withRig({ script: turns([]) }, async (rig) => {
      const reply = await wire(rig.gateway.url, ask('/v1/messages', body));
      assert.ok(reply.status >= 400);
      assert.match(reply.body.toString(), message);
      assert.equal(rig.model.requests.length, 0);
    });
  });
}

test('tools without any client session are refused, and metadata alone names one', async () => {
  await withRig({ script: turns([]) }, async (rig) => {
    const bare = (body: JsonObject): Buffer =>
      Buffer.from(
        post('/v1/messages', body)
          .toString()
          .replace(/X-Claude-Code-Session-Id: [^\r]*\r\n/, ''),
      );
    const refused = await wire(rig.gateway.url, bare(ASK));
    assert.match(refused.body.toString(), /names no client session/);
    const canary = await wire(rig.gateway.url, bare({ ...ASK, metadata: { user_id: `{"session_id":"${FRESH}"}` } }));
    assert.match(canary.body.toString(), /toolu_sallyport_0000/);
    assert.equal(rig.bodies('canary-issued')[0]?.['clientSessionId'], FRESH);
  });
});

test('without Bash the canary is a Read', async () => {
  await withRig({ script: turns([]) }, async (rig) => {
    const body = { ...ASK, stream: false, tools: [{ name: 'Edit' }, { name: 'Read' }] };
    const reply = await wire(rig.gateway.url, ask('/v1/messages', body));
    assert.match(
      reply.body.toString(),
      /"name":"Read","input":\{"file_path":"\/sallyport-canary\/toolu_sallyport_0000"\}/,
    );
  });
});

for (const stream of [true, false]) {
  test(`a request without tools goes up, but a call in its answer does not come down: stream ${stream}`, async () => {
    const script = turns([{ text: 'plain' }, { toolUses: [{ name: 'Bash', input: {} }] }]);
    await withRig({ script }, async (rig) => {
      const plain = { ...ASK, stream, tools: [] };
      const good = await wire(rig.gateway.url, ask('/v1/messages', plain));
      assert.equal(good.status, 200);
      const messages = [...(answered(FIRST)['messages'] as JsonObject[]), { role: 'assistant', content: 'x' }];
      const bad = await wire(rig.gateway.url, ask('/v1/messages', { ...plain, messages }));
      assert.doesNotMatch(bad.body.toString(), /toolu_drill/);
      assert.match(bad.body.toString(), /before the session's hooks were seen to work/);
    });
  });
}

test('a canary whose record is not durable is not issued', async () => {
  await withRig({ script: turns([]) }, async (rig) => {
    rig.onAppend = failingAppend;
    const reply = await wire(rig.gateway.url, ask('/v1/messages', ASK));
    assert.equal(reply.status, 403);
    assert.doesNotMatch(reply.body.toString(), /toolu_sallyport/);
  });
});

function plainFrames(bytes: Buffer): string {
  return Array.from(bytes.toString('latin1').matchAll(/"bytes":"([^"]+)"/g), ([, text]) =>
    Buffer.from(text ?? '', 'base64').toString(),
  ).join('\n');
}
