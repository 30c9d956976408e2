import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startScriptedModel, turns } from '../drill/scripted-model.ts';
import type { Script, ScriptedModel, Turn } from '../drill/scripted-model.ts';
import { ASK, BEDROCK_PATH, errorMessage, post, TOKEN, usingRig, wire } from './gateway-rig.ts';
import type { GatewayRig, GatewayRigOptions } from './gateway-rig.ts';

function withRig(
  options: GatewayRigOptions & { readonly script: Script },
  use: (rig: GatewayRig<ScriptedModel>) => Promise<void>,
): Promise<void> {
  return usingRig(startScriptedModel({ script: options.script }), options, use);
}

for (const { name, request, status, message, why } of [
  {
    name: 'no token',
    request: 'POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n',
    status: 403,
    message: /no session token/,
    why: 'no-token',
  },
  {
    name: 'a token that nobody gave',
    request: 'GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer nope\r\n\r\n',
    status: 403,
    message: /does not know this session token/,
    why: 'unknown-token',
  },
  { name: 'an unknown path', request: post('/v1/complete', ASK), status: 404, message: /path/, why: 'unknown-path' },
  {
    name: 'a path with a doubled slash',
    request: post('/v1//messages', ASK),
    status: 404,
    message: /path/,
    why: 'unknown-path',
  },
  {
    name: 'a path that climbs',
    request: post('/v1/models/../messages', ASK),
    status: 404,
    message: /path/,
    why: 'unknown-path',
  },
  {
    name: 'an absolute target',
    request: post('http://evil.test/v1/messages', ASK),
    status: 404,
    message: /path/,
    why: 'unknown-path',
  },
  {
    name: "the other provider's path",
    request: post(BEDROCK_PATH, ASK),
    status: 400,
    message: /speaks to anthropic/,
    why: 'wrong-provider',
  },
  {
    name: 'a compressed body',
    request: post('/v1/messages', ASK, ['Content-Encoding: gzip']),
    status: 400,
    message: /compressed/,
    why: 'unreadable-request',
  },
  {
    name: 'a body that is no JSON',
    request: post('/v1/messages', '{"messages":[}'),
    status: 400,
    message: /no JSON object/,
    why: 'unreadable-request',
  },
  {
    name: 'a body that is an array',
    request: post('/v1/messages', '[]'),
    status: 400,
    message: /no JSON object/,
    why: 'unreadable-request',
  },
  {
    name: 'messages twice',
    request: post('/v1/messages', '{"messages":[],"messages":[]}'),
    status: 400,
    message: /twice/,
    why: 'unreadable-request',
  },
  {
    name: 'tools twice, once escaped',
    request: post('/v1/messages', '{"messages":[],"tools":[],"t\\u006fols":[]}'),
    status: 400,
    message: /twice/,
    why: 'unreadable-request',
  },
  {
    name: 'nesting without end',
    request: post('/v1/messages', `{"messages":[],"a":${'['.repeat(100_000)}`),
    status: 400,
    message: /nested/,
    why: 'unreadable-request',
  },
  {
    name: 'bytes that are no UTF-8',
    request: post('/v1/messages', Buffer.from('{"messages":[],"a":"\xff"}', 'latin1')),
    status: 400,
    message: /UTF-8/,
    why: 'unreadable-request',
  },
  {
    name: 'a header that names another client session than the body',
    request: post('/v1/messages', { ...ASK, metadata: { user_id: '{"session_id":"other"}' } }),
    status: 400,
    message: /different client sessions/,
    why: 'unreadable-request',
  },
  {
    name: 'the token in the query',
    request: post(`/v1/messages?t=${TOKEN}`, ASK),
    status: 400,
    message: /token/,
    why: 'unreadable-request',
  },
  {
    name: 'HTTP/1.0, in which a cut reply looks whole',
    request: `GET /v1/models HTTP/1.0\r\nHost: x\r\nx-api-key: ${TOKEN}\r\n\r\n`,
    status: 400,
    message: /HTTP\/1\.1/,
    why: 'unreadable-request',
  },
]) {
  test(`refused and recorded: ${name}`, async () => {
    await withRig({ script: turns([]) }, async (rig) => {
      const reply = await wire(rig.gateway.url, request);
      assert.equal(reply.status, status);
      assert.match(errorMessage(reply.body), message);
      assert.deepEqual(
        rig.bodies('refused').map((body) => body['why']),
        [why],
      );
      assert.equal(JSON.stringify(rig.records).includes(TOKEN), false);
      assert.equal(rig.model.requests.length, 0);
    });
  });
}

test('hello is answered without a token and without the upstream', async () => {
  await withRig({ script: turns([]) }, async (rig) => {
    for (const head of ['HEAD /api/hello', 'GET /api/hello', 'HEAD /']) {
      const reply = await wire(rig.gateway.url, `${head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.equal(reply.status, 200);
    }
    assert.equal(rig.model.requests.length, 0);
  });
});

test('a body over the bound is 413, also in chunks and with more to come', async () => {
  await withRig({ script: turns([]), limits: { maxBodyBytes: 1_000 } }, async (rig) => {
    const plain = await wire(rig.gateway.url, post('/v1/messages', ' '.repeat(200_000)));
    assert.equal(plain.status, 413);
    const head = `POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: ${TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const chunked = await wire(rig.gateway.url, `${head}${`400\r\n${' '.repeat(1024)}\r\n`.repeat(20)}`);
    assert.equal(chunked.status, 413);
    assert.match(errorMessage(chunked.body), /over 1000 bytes/);
  });
});

for (const [name, lines] of [
  ['a length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked']],
  ['two lengths', ['Content-Length: 5', 'Content-Length: 6']],
  ['chunks that are not the last coding', ['Transfer-Encoding: chunked, identity']],
] as const) {
  test(`smuggling by ${name} ends at the parser`, async () => {
    await withRig({ script: turns([]) }, async (rig) => {
      const head = ['POST /v1/messages HTTP/1.1', 'Host: x', `x-api-key: ${TOKEN}`, ...lines].join('\r\n');
      const reply = await wire(rig.gateway.url, `${head}\r\n\r\n0\r\n\r\nPOST /v1/messages HTTP/1.1\r\n\r\n`);
      assert.equal(reply.status, 400);
      assert.equal(rig.model.requests.length, 0);
    });
  });
}

for (const { name, turn, why } of [
  {
    name: 'text that is no JSON',
    turn: { status: 200, body: 'plain', headers: { 'content-type': 'text/plain' } },
    why: 'unreadable-reply',
  },
  {
    name: 'a stream under the wrong type',
    turn: { status: 200, body: 'data: {"type":"content_block_stop","index":0}\n\n' },
    why: 'unreadable-reply',
  },
  {
    name: 'a redirect',
    turn: { status: 307, body: '', headers: { location: 'http://evil.test/' } },
    why: 'upstream-failed',
  },
  {
    name: 'an unknown coding',
    turn: { status: 200, body: 'x', headers: { 'content-encoding': 'x-odd' } },
    why: 'unreadable-reply',
  },
  {
    name: 'a call whose input is nested without end',
    turn: {
      status: 200,
      body: `{"content":[{"type":"tool_use","id":"t","name":"n","input":${'['.repeat(50_000)}${']'.repeat(50_000)}}]}`,
    },
    why: 'unreadable-reply',
  },
  {
    name: 'a call under an id of ours',
    turn: {
      status: 200,
      body: { content: [{ type: 'tool_use', id: 'toolu_sallyport_0000', name: 'Bash', input: {} }] },
    },
    why: 'unreadable-reply',
  },
] satisfies readonly { name: string; turn: Turn; why: string }[]) {
  test(`a reply that cannot be trusted is refused: ${name}`, async () => {
    await withRig({ script: turns([turn]) }, async (rig) => {
      const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
      assert.ok(reply.status >= 400, String(reply.status));
      assert.deepEqual(
        rig.bodies('refused').map((body) => body['why']),
        [why],
      );
    });
  });
}

test('nothing set up for a session is a refusal that says so', async () => {
  await withRig({ script: turns([]) }, async (rig) => {
    rig.upstream = () => Promise.resolve(null);
    const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
    assert.equal(reply.status, 403);
    assert.match(errorMessage(reply.body), /no anthropic upstream or credential/);
    rig.upstream = () => Promise.reject(new Error('AKIA-SECRET'));
    const thrown = await wire(rig.gateway.url, post('/v1/messages', ASK));
    assert.equal(thrown.status, 403);
    assert.doesNotMatch(thrown.body.toString(), /AKIA/);
  });
});

for (const { name, provider, path, asked } of [
  {
    name: 'a model that the policy denies is not asked',
    provider: 'anthropic',
    path: '/v1/messages',
    asked: 'claude-x',
  },
  { name: 'nor are its tokens counted', provider: 'anthropic', path: '/v1/messages/count_tokens', asked: 'claude-x' },
  { name: 'nor on Bedrock, where the path names it', provider: 'bedrock', path: BEDROCK_PATH, asked: 'us\\.x-v1:0' },
] as const) {
  test(name, () =>
    withRig({ provider, script: turns([]) }, async (rig) => {
      const seen: (string | null)[] = [];
      rig.mayUseModel = (model) => {
        seen.push(model);
        return false;
      };
      const answer = await wire(rig.gateway.url, post(path, ASK));
      assert.equal(answer.status, provider === 'bedrock' ? 400 : 403);
      assert.match(errorMessage(answer.body), /policy does not allow this model/);
      assert.equal(rig.bodies('refused').at(-1)?.['why'], 'model-denied');
      assert.equal(seen.length, 1);
      assert.match(seen[0] ?? '', new RegExp(asked));
    }),
  );
}
