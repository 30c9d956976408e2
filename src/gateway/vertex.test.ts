import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '../core/json.ts';
import { startScriptedModel, turns } from '../drill/scripted-model.ts';
import type { Script, ScriptedModel } from '../drill/scripted-model.ts';
import { ASK, errorMessage, post, PROVEN, TOKEN, usingRig, VERTEX_PATH, wire } from './gateway-rig.ts';
import type { GatewayRig } from './gateway-rig.ts';

const MODELS = '/v1/projects/rig-project/locations/us-east5/publishers/anthropic/models';
const LS = { name: 'Bash', input: { command: 'ls' } };
const { model: _, ...BODY } = { ...ASK, anthropic_version: 'vertex-2023-10-16' } as JsonObject;

function withRig(script: Script, use: (rig: GatewayRig<ScriptedModel>) => Promise<void>): Promise<void> {
  return usingRig(startScriptedModel({ script }), { provider: 'vertex' }, use);
}

for (const path of [VERTEX_PATH, `${MODELS}/claude-x@20250929:rawPredict`]) {
  test(`a request goes up and its reply comes down byte for byte: ${path}`, async () => {
    await withRig(turns([{ text: 'héllo', toolUses: [LS] }]), async (rig) => {
      const direct = await wire(rig.model.url, post(path, BODY));
      const reply = await wire(rig.gateway.url, post(path, BODY));
      assert.equal(reply.status, 200);
      assert.ok(reply.isWhole && reply.body.equals(direct.body));
      assert.deepEqual(rig.model.requests[1]?.bodyBytes, rig.model.requests[0]?.bodyBytes);
      assert.deepEqual(rig.events(), ['request', 'tool_use', 'response']);
      const [request] = rig.bodies('request');
      const wanted = path === VERTEX_PATH ? ['claude-x', true] : ['claude-x@20250929', false];
      assert.deepEqual([request?.['model'], request?.['stream']], wanted);
    });
  });
}

test('the upstream gets its own token, and nothing by which the client could say who asks or who pays', async () => {
  await withRig(turns([{ text: 'x' }]), async (rig) => {
    const more = ['x-goog-user-project: other', 'X-Goog-Api-Key: k', 'anthropic-beta: a'];
    await wire(rig.gateway.url, post(VERTEX_PATH, BODY, more));
    const headers = rig.model.requests[0]?.headers ?? {};
    assert.equal(headers.authorization, 'Bearer upstream-token');
    assert.equal(headers['anthropic-beta'], 'a');
    assert.deepEqual(
      [headers['x-goog-user-project'], headers['x-goog-api-key'], headers['x-api-key']],
      [undefined, undefined, undefined],
    );
    assert.ok(!JSON.stringify(rig.model.requests[0]?.rawHeaders).includes(TOKEN));
  });
});

for (const { name, path } of [
  { name: 'project', path: VERTEX_PATH.replace('rig-project', 'other-project') },
  { name: 'location', path: VERTEX_PATH.replace('us-east5', 'europe-west1') },
  { name: 'project, to count tokens', path: `${MODELS.replace('rig-project', 'other')}/count-tokens:rawPredict` },
]) {
  test(`a path that names another ${name} than the policy goes nowhere`, async () => {
    await withRig(turns([{ text: 'x' }]), async (rig) => {
      const reply = await wire(rig.gateway.url, post(path, { ...BODY, model: 'claude-x' }));
      assert.equal(reply.status, 403);
      assert.match(errorMessage(reply.body), /another project or location/);
      assert.equal(rig.model.requests.length, 0);
      assert.deepEqual(
        rig.bodies('refused').map((body) => body['why']),
        ['wrong-provider'],
      );
    });
  });
}

test('tokens are counted of the model that the body names, if the policy allows it', async () => {
  await withRig(turns([]), async (rig) => {
    const counted = await wire(
      rig.gateway.url,
      post(`${MODELS}/count-tokens:rawPredict`, { ...BODY, model: 'claude-x' }),
    );
    assert.match(counted.body.toString(), /"input_tokens":\d+/);
    rig.mayUseModel = (model) => model === 'claude-x';
    const denied = await wire(rig.gateway.url, post(`${MODELS}/count-tokens:rawPredict`, { ...BODY, model: 'other' }));
    assert.equal(denied.status, 403);
    const byPath = await wire(
      rig.gateway.url,
      post(VERTEX_PATH.replace('claude-x', 'claude-y'), { ...BODY, model: 'claude-x' }),
    );
    assert.equal(byPath.status, 403, 'the path names the model, whatever the body says');
  });
});

test('the first request of a client gets a canary', async () => {
  await withRig(turns([{ text: 'from the model' }]), async (rig) => {
    const request = post(VERTEX_PATH, BODY).toString('latin1').replace(PROVEN, 'client-session-fresh');
    const canary = await wire(rig.gateway.url, Buffer.from(request, 'latin1'));
    assert.match(
      canary.body.toString(),
      /event: content_block_start\ndata: .*"id":"toolu_sallyport_0000","name":"Bash"/,
    );
    assert.equal(rig.model.requests.length, 0);
  });
});

test('a session of another provider gets nothing there, and one of Vertex nothing elsewhere', async () => {
  await withRig(turns([{ text: 'x' }]), async (rig) => {
    const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
    assert.match(errorMessage(reply.body), /this session speaks to vertex, not to this path/);
  });
  await usingRig(startScriptedModel({ script: turns([{ text: 'x' }]) }), { provider: 'anthropic' }, async (rig) => {
    const reply = await wire(rig.gateway.url, post(VERTEX_PATH, BODY));
    assert.match(errorMessage(reply.body), /this session speaks to anthropic, not to this path/);
  });
});

test('without a token for the upstream nothing goes up', async () => {
  await withRig(turns([{ text: 'x' }]), async (rig) => {
    rig.upstream = () =>
      Promise.resolve({
        provider: 'vertex',
        baseUrl: rig.model.url,
        project: 'rig-project',
        location: 'us-east5',
        bearer: () => Promise.reject(new Error('secret detail')),
      });
    const reply = await wire(rig.gateway.url, post(VERTEX_PATH, BODY));
    assert.equal(reply.status, 403);
    assert.match(errorMessage(reply.body), /credentials or address could not be had/);
    assert.ok(!reply.body.includes('secret detail'));
    assert.equal(rig.model.requests.length, 0);
  });
});
