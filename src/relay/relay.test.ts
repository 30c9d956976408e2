import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import https from 'node:https';
import { test } from 'node:test';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import { hostCertificates, makeAuthority } from '../ca/index.ts';
import { AuditUnavailable } from '../core/error.ts';
import { PROOF_HEADER, SESSION_HEADER } from '../identity/index.ts';
import {
  HOST_CALLER,
  hostRequest,
  messageOf,
  NAME,
  NAMED_MODEL,
  PATH,
  PROOF,
  relayRig,
  sendRaw,
  usingRelay,
} from './relay-rig.ts';
import type { RelayRig } from './relay-rig.ts';

const SESSION = 'ses_01jcx3v8k0w5z7q2m4n6p8r0st';
const BODY = '{"anthropic_version":"bedrock-2023-05-31","messages":[{"role":"user","content":"é"}]}';

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

function frame(event: object): Buffer {
  const bytes = Buffer.from(JSON.stringify(event)).toString('base64');
  const text = (value: string) => ({ type: 'string' as const, value });
  const headers = {
    ':event-type': text('chunk'),
    ':message-type': text('event'),
    ':content-type': text('application/json'),
  };
  return Buffer.from(codec.encode({ headers, body: Buffer.from(JSON.stringify({ bytes })) }));
}

const STREAM = Buffer.concat([
  frame({ type: 'message_start', message: { id: 'm', usage: { input_tokens: 12, cache_read_input_tokens: 3 } } }),
  frame({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'x'.repeat(5_000) } }),
  frame({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } }),
  frame({ type: 'message_stop' }),
]);

test('a request of a host goes to Bedrock signed by the gateway, and the stream comes back byte for byte', () =>
  usingRelay(async (rig) => {
    rig.bedrock = ({ reply }) => {
      reply.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': 'req-7' });
      for (let at = 0; at < STREAM.length; at += 997) reply.write(STREAM.subarray(at, at + 997));
      reply.end();
    };
    const reply = await sendRaw(
      rig.relay.url,
      hostRequest(BODY, {
        more: [`${SESSION_HEADER}: ${SESSION}`, 'X-Claude-Code-Session-Id: client-1', 'Accept: */*'],
      }),
    );
    assert.equal(reply.status, 200);
    assert.ok(reply.isWhole && reply.body.equals(STREAM));
    const [asked] = rig.asked;
    assert.ok(asked?.isSigned, 'signed by the role of the task, as other code computes it');
    assert.equal(asked.url, PATH);
    assert.equal(asked.body.toString(), BODY);
    const [request] = rig.bodies('relay-request');
    assert.deepEqual(request, {
      event: 'relay-request',
      path: PATH,
      model: 'eu.anthropic.claude-opus-x-v1:0',
      stream: true,
      bytes: Buffer.byteLength(BODY),
      requestSha256: sha256(BODY),
      caller: { ...HOST_CALLER },
      claimed: { sessionId: SESSION, clientSessionId: 'client-1' },
      bundle: 'b'.repeat(64),
    });
    const [response] = rig.bodies('relay-response');
    assert.deepEqual(response, {
      event: 'relay-response',
      requestIndex: 0,
      status: 200,
      bytes: STREAM.length,
      responseSha256: sha256(STREAM),
      usage: { input_tokens: 12, cache_creation_input_tokens: 0, cache_read_input_tokens: 3, output_tokens: 7 },
      requestId: 'req-7',
      durationMs: 0,
      ended: 'complete',
    });
  }));

for (const { name, segment, want } of [
  {
    name: 'with a colon that is not escaped',
    segment: 'eu.anthropic.claude-opus-x-v1:0',
    want: 'eu.anthropic.claude-opus-x-v1%3A0',
  },
  {
    name: 'that the policy names by its whole id',
    segment: NAMED_MODEL.replace('/', '%2F'),
    want: encodeURIComponent(NAMED_MODEL),
  },
]) {
  test(`a model ${name} is asked for and signed in one spelling`, () =>
    usingRelay(async (rig) => {
      assert.equal((await sendRaw(rig.relay.url, hostRequest(BODY, { path: `/model/${segment}/invoke` }))).status, 200);
      assert.equal(rig.asked[0]?.url, `/model/${want}/invoke`);
      assert.ok(rig.asked[0].isSigned);
      const [request] = rig.bodies('relay-request');
      assert.equal(request?.['model'], decodeURIComponent(want));
    }));
}

test('an id that tells no model is refused with what to do, however wide the patterns of the policy are', () =>
  usingRelay(async (rig) => {
    rig.rules = { ...rig.rules, mayUseModel: () => true };
    const path = '/model/arn:aws:bedrock:eu-central-1:111122223333:provisioned-model%2Fabc123def456/invoke';
    const reply = await sendRaw(rig.relay.url, hostRequest(BODY, { path }));
    assert.equal(reply.status, 400);
    assert.match(messageOf(reply), /name it whole in `models\.allow`/);
    assert.equal(rig.asked.length, 0);
  }));

test('a model that the policy names and denies is refused', () =>
  usingRelay(async (rig) => {
    rig.rules = { ...rig.rules, mayUseModel: () => false };
    const path = `/model/${encodeURIComponent(NAMED_MODEL)}/invoke`;
    assert.equal((await sendRaw(rig.relay.url, hostRequest(BODY, { path }))).status, 400);
    assert.equal(rig.asked.length, 0);
  }));

test('nothing of who asks, pays or came in between reaches Bedrock', () =>
  usingRelay(async (rig) => {
    await sendRaw(
      rig.relay.url,
      hostRequest(BODY, {
        more: [
          'Authorization: Bearer of-the-client',
          'X-Api-Key: of-the-client',
          'Cookie: a=b',
          'X-Amz-Security-Token: of-the-client',
          'X-Amz-Date: 19700101T000000Z',
          'X-Forwarded-For: 10.0.0.1',
          `${SESSION_HEADER}: ${SESSION}`,
          'X-Sallyport-Gateway: other',
          'Connection: close, x-named',
          'X-Named: per-connection',
          'X-Claude-Code-Session-Id: client-1',
          `X-Amzn-Bedrock-Trace: ${PROOF}`,
          'X-Amzn-Bedrock-GuardrailIdentifier: g-1',
          'User-Agent: claude-cli',
        ],
      }),
    );
    const [asked] = rig.asked;
    assert.ok(asked !== undefined);
    assert.deepEqual(Object.keys(asked.headers).sort(), [
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
      'x-amz-content-sha256',
      'x-amz-date',
      'x-amz-security-token',
      'x-amzn-bedrock-guardrailidentifier',
    ]);
    assert.ok(asked.isSigned);
    assert.ok(!asked.rawHeaders.join('\n').includes('of-the-client'));
    assert.ok(!asked.rawHeaders.join('\n').includes(PROOF));
  }));

test('the count of a reply that is no stream is taken from its head', () =>
  usingRelay(async (rig) => {
    rig.bedrock = ({ reply }) => {
      reply.writeHead(200, {
        'content-type': 'application/json',
        'x-amzn-bedrock-input-token-count': '9',
        'x-amzn-bedrock-output-token-count': '4',
      });
      reply.end('{}');
    };
    const path = PATH.replace('invoke-with-response-stream', 'invoke');
    assert.equal((await sendRaw(rig.relay.url, hostRequest(BODY, { path }))).status, 200);
    assert.deepEqual(rig.bodies('relay-response')[0]?.['usage'], { input_tokens: 9, output_tokens: 4 });
  }));

for (const { name, stream } of [
  { name: 'garbage', stream: Buffer.alloc(50_000, 0xff) },
  { name: 'a frame that says it is huge', stream: Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]) },
  { name: 'half a frame', stream: STREAM.subarray(0, 40) },
]) {
  test(`a stream of ${name} is passed on as it is and counts nothing`, () =>
    usingRelay(async (rig) => {
      rig.bedrock = ({ reply }) => {
        reply.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
        reply.end(stream);
      };
      const reply = await sendRaw(rig.relay.url, hostRequest(BODY));
      assert.ok(reply.isWhole && reply.body.equals(stream));
      assert.deepEqual(rig.bodies('relay-response')[0]?.['usage'], {});
    }));
}

test('an error of Bedrock is passed on as it is', () =>
  usingRelay(async (rig) => {
    rig.bedrock = ({ reply }) => {
      reply.writeHead(429, { 'content-type': 'application/json', 'x-amzn-errortype': 'ThrottlingException' });
      reply.end('{"message":"slow down"}');
    };
    const reply = await sendRaw(rig.relay.url, hostRequest(BODY));
    assert.equal(reply.status, 429);
    assert.match(reply.head, /x-amzn-errortype: ThrottlingException/);
    assert.equal(reply.body.toString(), '{"message":"slow down"}');
  }));

for (const { name, bedrock, want } of [
  {
    name: 'answers with a redirect',
    bedrock: ({ reply }: RelayRig['asked'][number]) =>
      void reply.writeHead(307, { location: 'https://evil.example/' }).end(),
    want: 'upstream-failed',
  },
  {
    name: 'closes without an answer',
    bedrock: ({ reply }: RelayRig['asked'][number]) => void reply.destroy(),
    want: 'upstream-failed',
  },
]) {
  test(`where Bedrock ${name} the host gets an error that it may repeat`, () =>
    usingRelay(async (rig) => {
      rig.bedrock = bedrock;
      const reply = await sendRaw(rig.relay.url, hostRequest(BODY));
      assert.equal(reply.status, 503);
      assert.ok(!reply.head.includes('location'));
      assert.equal(rig.bodies('relay-response')[0]?.['ended'], want);
    }));
}

test('a stream that Bedrock cuts is cut for the host too', () =>
  usingRelay(async (rig) => {
    rig.bedrock = ({ reply }) => {
      reply.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
      reply.write(STREAM.subarray(0, 500), () => reply.destroy());
    };
    const reply = await sendRaw(rig.relay.url, hostRequest(BODY));
    assert.equal(reply.isWhole, false);
    assert.ok(reply.body.equals(STREAM.subarray(0, 500)));
    assert.equal(rig.bodies('relay-response')[0]?.['ended'], 'upstream-cut');
  }));

test('a host that goes away ends the request at Bedrock, and the record says so', () =>
  usingRelay(async (rig) => {
    const isCut = Promise.withResolvers<void>();
    const isGoing = Promise.withResolvers<void>();
    rig.bedrock = ({ reply }) => {
      reply.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
      reply.write(STREAM.subarray(0, 500));
      reply.once('close', () => isCut.resolve());
      isGoing.resolve();
    };
    const { hostname, port } = new URL(rig.relay.url);
    const { connect } = await import('node:net');
    const socket = connect(Number(port), hostname);
    socket.write(hostRequest(BODY));
    await isGoing.promise;
    await once(socket, 'data');
    socket.destroy();
    await isCut.promise;
    while (rig.bodies('relay-response').length === 0) await new Promise(setImmediate);
    assert.equal(rig.bodies('relay-response')[0]?.['ended'], 'client-gone');
  }));

test('a request whose record is not durable goes nowhere', () =>
  usingRelay(async (rig) => {
    rig.onAppend = () => Promise.reject(new AuditUnavailable('the disk is full'));
    const reply = await sendRaw(rig.relay.url, hostRequest(BODY));
    assert.equal(reply.status, 400);
    assert.match(messageOf(reply), /log cannot be written/);
    assert.equal(rig.asked.length, 0);
  }));

test('the record is durable before Bedrock is asked', () =>
  usingRelay(async (rig) => {
    const durable = Promise.withResolvers<void>();
    rig.onAppend = ({ body }) => (body['event'] === 'relay-request' ? durable.promise : Promise.resolve());
    const reply = sendRaw(rig.relay.url, hostRequest(BODY));
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    assert.equal(rig.asked.length, 0);
    durable.resolve();
    assert.equal((await reply).status, 200);
  }));

test('a reply whose end is not recorded does not look whole', () =>
  usingRelay(async (rig) => {
    rig.onAppend = ({ body }) =>
      body['event'] === 'relay-response' ? Promise.reject(new AuditUnavailable('full')) : Promise.resolve();
    rig.bedrock = ({ reply }) => {
      reply.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
      reply.end(STREAM);
    };
    assert.equal((await sendRaw(rig.relay.url, hostRequest(BODY))).isWhole, false);
  }));

test('load balancers are told whether it is ready, by whatever name they ask', () =>
  usingRelay(async (rig) => {
    const ask = Buffer.from('GET /healthz HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n');
    assert.equal((await sendRaw(rig.relay.url, ask)).status, 200);
    rig.isReady = false;
    assert.equal((await sendRaw(rig.relay.url, ask)).status, 503);
    assert.equal(rig.records.length, 0);
  }));

test('told to end, it lets a reply under way come to its end and takes no new connection', async () => {
  const rig = await relayRig();
  const isAsked = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  rig.bedrock = ({ reply }) => {
    reply.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    reply.write(STREAM.subarray(0, 500));
    isAsked.resolve();
    void goOn.promise.then(() => reply.end(STREAM.subarray(500)));
  };
  const reply = sendRaw(rig.relay.url, hostRequest(BODY));
  await isAsked.promise;
  const closed = rig.close();
  assert.equal((await sendRaw(rig.relay.url, hostRequest(BODY))).status, 0);
  goOn.resolve();
  assert.ok((await reply).body.equals(STREAM));
  await closed;
  assert.equal(rig.bodies('relay-response')[0]?.['ended'], 'complete');
});

test('what does not end in time is broken off, and its record is written', async () => {
  const rig = await relayRig({ drainMs: 50 });
  const isAsked = Promise.withResolvers<void>();
  rig.bedrock = ({ reply }) => {
    reply.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    reply.write(STREAM.subarray(0, 500));
    isAsked.resolve();
  };
  const reply = sendRaw(rig.relay.url, hostRequest(BODY));
  await isAsked.promise;
  await rig.close();
  assert.equal((await reply).isWhole, false);
  assert.equal(rig.bodies('relay-response')[0]?.['ended'], 'client-gone');
});

test('it speaks TLS with the certificate that it is given, and with another one when that is renewed', async () => {
  const made = () => {
    const nowMs = Date.now();
    const authority = makeAuthority({ hosts: [NAME], nowMs, days: 2 });
    const tls = hostCertificates(authority).of(NAME, nowMs);
    assert.ok(tls !== null);
    return { tls, ca: authority.certificate.toString() };
  };
  const [first, second] = [made(), made()];
  const rig = await relayRig({}, first.tls);
  try {
    assert.equal(await tlsStatus(rig, first.ca), 200);
    await assert.rejects(tlsStatus(rig, second.ca));
    rig.relay.renew(second.tls);
    assert.equal(await tlsStatus(rig, second.ca), 200);
  } finally {
    await rig.close();
  }
});

async function tlsStatus({ relay }: RelayRig, ca: string): Promise<number | undefined> {
  const request = https.request(`${relay.url}${PATH}`, {
    method: 'POST',
    agent: new https.Agent(),
    ca,
    servername: NAME,
    headers: {
      host: NAME,
      [PROOF_HEADER]: PROOF,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(BODY),
    },
  });
  request.end(BODY);
  const [reply] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  reply.resume();
  await once(reply, 'end');
  return reply.statusCode;
}
