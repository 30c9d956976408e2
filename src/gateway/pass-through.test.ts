import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import zlib from 'node:zlib';

import { startScriptedModel, turns } from '../drill/scripted-model.ts';
import type { Script, ScriptedModel, Turn } from '../drill/scripted-model.ts';
import { ASK, BEDROCK_PATH, post, PROVEN, recorded, TOKEN, usingRig, wire } from './gateway-rig.ts';
import type { GatewayRig, GatewayRigOptions } from './gateway-rig.ts';

function withRig(
  options: GatewayRigOptions & { readonly script: Script },
  use: (rig: GatewayRig<ScriptedModel>) => Promise<void>,
): Promise<void> {
  return usingRig(startScriptedModel({ script: options.script }), options, use);
}

test('a request goes up byte for byte, but for the token and what belongs to the connection', async () => {
  await withRig({ script: turns([{ text: 'hi' }]) }, async (rig) => {
    const body = `  {"model" : "m","messages":[ {"role":"user","content":"h\\u00e9 \u{1f600}"} ], "unknown":1e2,\n"stream":true}\n`;
    const request = post('/v1/messages?beta=true&x=%2F..%2f', body, [
      'Anthropic-Beta: a,b',
      'anthropic-beta: c',
      'Accept-Encoding: gzip, br',
      'Connection: keep-alive, X-Hop',
      'X-Hop: 1',
      'TE: trailers',
      'X-Odd:  spaced \xe9 ',
    ]);
    const reply = await wire(rig.gateway.url, request);
    assert.equal(reply.status, 200);
    const [seen] = rig.model.requests;
    assert.equal(seen?.url, '/v1/messages?beta=true&x=%2F..%2f');
    assert.equal(seen?.bodyBytes.toString(), body);
    const raw = seen?.rawHeaders ?? [];
    assert.deepEqual(
      raw.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${raw[at + 1] ?? ''}`] : [])),
      [
        `Host: ${new URL(rig.model.url).host}`,
        'x-api-key: upstream-key',
        'Content-Type: application/json',
        `X-Claude-Code-Session-Id: ${PROVEN}`,
        'Anthropic-Beta: a,b',
        'anthropic-beta: c',
        'Accept-Encoding: identity',
        'X-Odd: spaced \xe9',
        `Content-Length: ${Buffer.byteLength(body)}`,
        'Connection: keep-alive',
      ],
    );
    assert.equal(JSON.stringify(seen?.rawHeaders).includes(TOKEN), false);
  });
});

test('a reply comes down byte for byte, with its headers in order and case', async () => {
  const body =
    'event: x-unknown\ndata: {"a":1}\n\nevent: ping\ndata: {"type": "ping"}\r\n\r\n: note\n\ndata:{"type":"new","k":[]}\n\n';
  const turn: Turn = {
    status: 200,
    body,
    headers: { 'Content-Type': 'text/event-stream', 'X-Unknown': 'V', 'request-id': 'req_1', Date: 'yesterday' },
  };
  await withRig({ script: turns([turn]) }, async (rig) => {
    const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
    assert.equal(reply.body.toString(), body);
    assert.equal(reply.isWhole, true);
    assert.match(reply.head, /X-Unknown: V\r\nDate: yesterday/);
    assert.match(reply.head, /request-id: req_1/);
    assert.equal(rig.bodies('response')[0]?.['requestId'], 'req_1');
  });
});

for (const { name, turn, status, want } of [
  { name: 'an overload', turn: { status: 529, body: { type: 'error' } }, status: 529, want: '{"type":"error"}' },
  { name: 'a 401', turn: { status: 401, body: 'no' }, status: 401, want: 'no' },
  {
    name: 'a page of HTML',
    turn: { status: 503, body: '<html>', headers: { 'content-type': 'text/html' } },
    status: 503,
    want: '<html>',
  },
] satisfies readonly { name: string; turn: Turn; status: number; want: string }[]) {
  test(`an error of the service passes untouched: ${name}`, async () => {
    await withRig({ script: turns([turn]) }, async (rig) => {
      const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
      assert.deepEqual([reply.status, reply.body.toString()], [status, want]);
    });
  });
}

for (const [coding, encode] of [
  ['gzip', zlib.gzipSync],
  ['br', zlib.brotliCompressSync],
  ['zstd', zlib.zstdCompressSync],
  ['deflate', zlib.deflateSync],
] as const) {
  test(`a reply that comes compressed all the same is read and passed on plain: ${coding}`, async () => {
    const text = 'event: ping\ndata: {"type":"ping"}\n\n';
    const headers = { 'content-type': 'text/event-stream', 'content-encoding': coding };
    await withRig({ script: turns([{ status: 200, body: encode(Buffer.from(text)), headers }]) }, async (rig) => {
      const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
      assert.equal(reply.body.toString(), text);
      assert.doesNotMatch(reply.head, /content-encoding/i);
    });
  });
}

test('requests sent one behind the other on a connection are answered in order', async () => {
  const script = turns([{ text: 'first' }, { text: 'second' }]);
  await withRig({ script }, async (rig) => {
    const plain = { ...ASK, stream: false };
    const later = {
      ...plain,
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: 'c' },
      ],
    };
    const both = Buffer.concat([post('/v1/messages', plain), post('/v1/messages', later)]);
    const { hostname, port } = new URL(rig.gateway.url);
    const socket = net.connect(Number(port), hostname);
    let text = '';
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('second')) resolve();
      });
      socket.write(both);
    });
    socket.destroy();
    assert.ok(text.indexOf('first') < text.indexOf('second'));
  });
});

test('an upstream that is down is 502, which the client repeats', async () => {
  await withRig({ script: turns([]) }, async (rig) => {
    await rig.model.close();
    const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
    assert.equal(reply.status, 502);
    assert.equal(rig.bodies('response')[0]?.['ended'], 'upstream-failed');
  });
});

test('an upstream that never answers is given up after the idle time', async () => {
  await withRig({ script: turns([{ silent: true }]), limits: { idleTimeoutMs: 50 } }, async (rig) => {
    const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
    assert.equal(reply.status, 502);
  });
});

test('an upstream that breaks off within an event leaves the client with whole events and a broken connection', async () => {
  const event = 'event: ping\ndata: {"type":"ping"}\n\n';
  const headers = { 'content-type': 'text/event-stream' };
  const turn: Turn = { status: 200, body: `${event}event: content_bl`, headers, isCutAtEnd: true };
  await withRig({ script: turns([turn]) }, async (rig) => {
    const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
    assert.equal(reply.body.toString(), event);
    assert.equal(reply.isWhole, false);
  });
});

test('a client that leaves takes its upstream request with it', async () => {
  const headers = { 'content-type': 'text/event-stream' };
  const turn: Turn = { status: 200, body: 'event: ping\ndata: {"type":"ping"}\n\n'.repeat(100_000), headers };
  await withRig({ script: turns([turn]) }, async (rig) => {
    await wire(rig.gateway.url, post('/v1/messages', ASK), (_, socket) => socket.destroy());
    await recorded(rig, 'response');
    assert.equal(rig.bodies('response')[0]?.['ended'], 'client-gone');
  });
});

test('model lists and token counts pass through, and are recorded', async () => {
  await withRig({ script: turns([]) }, async (rig) => {
    const get = `GET /v1/models?limit=1000 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;
    assert.match((await wire(rig.gateway.url, get)).body.toString(), /scripted/);
    assert.match((await wire(rig.gateway.url, post('/v1/messages/count_tokens', ASK))).body.toString(), /input_tokens/);
    assert.deepEqual(rig.events(), ['request', 'response', 'request', 'response']);
    assert.equal(rig.model.requests[0]?.headers['authorization'], undefined);
    assert.equal(rig.model.requests[0]?.headers['x-api-key'], 'upstream-key');
  });
});

test('to Bedrock a request goes signed anew, and the client learns nothing of the keys', async () => {
  await withRig({ script: turns([{ text: 'hi' }]), provider: 'bedrock' }, async (rig) => {
    const keys = { accessKeyId: 'AKID', secretAccessKey: 'very-secret', sessionToken: 'passing' };
    const upstream = { provider: 'bedrock', baseUrl: rig.model.url, region: 'us-east-1' } as const;
    rig.upstream = () => Promise.resolve({ ...upstream, credentials: () => Promise.resolve(keys) });
    const old = ['X-Amz-Date: 19990101T000000Z', 'X-Amz-Security-Token: old', 'X-Amzn-Bedrock-Trace: ENABLED'];
    const reply = await wire(rig.gateway.url, post(BEDROCK_PATH, ASK, old));
    assert.equal(reply.status, 200);
    const headers = rig.model.requests[0]?.headers ?? {};
    assert.match(
      headers.authorization ?? '',
      /^AWS4-HMAC-SHA256 Credential=AKID\/19700101\/us-east-1\/bedrock\/aws4_request/,
    );
    assert.match(
      headers.authorization ?? '',
      /SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token,/,
    );
    assert.equal(headers['x-amz-date'], '19700101T001640Z');
    assert.equal(headers['x-amz-security-token'], 'passing');
    assert.equal(headers['x-amzn-bedrock-trace'], 'ENABLED');
    assert.equal(rig.model.requests[0]?.url, BEDROCK_PATH);
    assert.doesNotMatch(`${reply.head}${reply.body.toString()}${JSON.stringify(rig.records)}`, /very-secret|passing/);

    rig.upstream = () => Promise.resolve({ ...upstream, credentials: null, bearer: 'bedrock-key' });
    await wire(rig.gateway.url, post(BEDROCK_PATH, ASK));
    assert.equal(rig.model.requests[1]?.headers.authorization, 'Bearer bedrock-key');
  });
});

test('credentials that cannot be had are a refusal that does not quote the fault', async () => {
  await withRig({ script: turns([]), provider: 'bedrock' }, async (rig) => {
    rig.upstream = () =>
      Promise.resolve({
        provider: 'bedrock',
        baseUrl: rig.model.url,
        region: 'us-east-1',
        credentials: () => Promise.reject(new Error('profile very-secret not found')),
      });
    const reply = await wire(rig.gateway.url, post(BEDROCK_PATH, ASK));
    assert.equal(reply.status, 400);
    assert.match(reply.head, /x-amzn-errortype: ValidationException/);
    assert.doesNotMatch(reply.body.toString(), /very-secret/);
    assert.deepEqual(rig.events(), ['refused']);
  });
});

test('a central gateway gets the proof of this host instead of a signature, and nothing that a client says of it', async () => {
  await withRig({ script: turns([{ text: 'a' }]), provider: 'bedrock' }, async (rig) => {
    const asked: string[] = [];
    rig.upstream = () =>
      Promise.resolve({
        provider: 'bedrock',
        baseUrl: rig.model.url,
        region: 'us-east-1',
        credentials: null,
        proof: (host, sessionId) => {
          asked.push(host);
          return Promise.resolve([
            ['x-sallyport-identity', 'v1.proof'],
            ['x-sallyport-session', sessionId],
          ]);
        },
      });
    const own = ['X-Sallyport-Identity: v1.forged', 'X-Sallyport-Session: ses_forged', 'X-Sallyport-Gateway: other'];
    assert.equal((await wire(rig.gateway.url, post(BEDROCK_PATH, ASK, own))).status, 200);
    assert.deepEqual(asked, ['127.0.0.1']);
    const { rawHeaders = [], headers = {} } = rig.model.requests[0] ?? {};
    assert.equal(headers['x-sallyport-identity'], 'v1.proof');
    assert.equal(headers['x-sallyport-session'], rig.sessionId);
    assert.equal(headers['x-sallyport-gateway'], undefined);
    assert.equal(headers.authorization, undefined);
    assert.ok(!rawHeaders.join('\n').includes('forged') && !rawHeaders.join('\n').includes(TOKEN));
  });
});
