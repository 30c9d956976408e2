import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { PROOF_HEADER } from '../identity/index.ts';
import { HOST_CALLER, hostRequest, messageOf, NAME, PATH, PROOF, sendRaw, usingRelay } from './relay-rig.ts';

const CHUNKED = Buffer.concat([
  Buffer.from(
    `POST ${PATH} HTTP/1.1\r\nHost: ${NAME}\r\n${PROOF_HEADER}: ${PROOF}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
  ),
]);

for (const { name, request, status, why } of [
  {
    name: 'no proof',
    request: hostRequest('{}', { instead: { [PROOF_HEADER]: null } }),
    status: 400,
    why: 'no-identity',
  },
  {
    name: 'two proofs',
    request: hostRequest('{}', { more: [`${PROOF_HEADER}: ${PROOF}`] }),
    status: 400,
    why: 'no-identity',
  },
  {
    name: 'a proof that AWS does not take',
    request: hostRequest('{}', { instead: { [PROOF_HEADER]: 'v1.B' } }),
    status: 400,
    why: 'proof-rejected',
  },
  {
    name: "a session's token in place of a proof",
    request: hostRequest('{}', { instead: { [PROOF_HEADER]: null }, more: ['Authorization: Bearer spt_x'] }),
    status: 400,
    why: 'no-identity',
  },
  {
    name: 'a proof in the query',
    request: hostRequest('{}', { path: `${PATH}?${PROOF_HEADER}=${PROOF}`, instead: { [PROOF_HEADER]: null } }),
    status: 404,
    why: 'unknown-path',
  },
  {
    name: 'another host',
    request: hostRequest('{}', { instead: { Host: 'bedrock-runtime.eu-central-1.amazonaws.com' } }),
    status: 404,
    why: 'wrong-host',
  },
  {
    name: 'a host that only begins as ours',
    request: hostRequest('{}', { instead: { Host: `${NAME}.evil.example` } }),
    status: 404,
    why: 'wrong-host',
  },
  {
    name: 'a host that ends as ours',
    request: hostRequest('{}', { instead: { Host: `evil-${NAME}` } }),
    status: 404,
    why: 'wrong-host',
  },
  {
    name: 'a user in front of the host',
    request: hostRequest('{}', { instead: { Host: `x@${NAME}` } }),
    status: 404,
    why: 'wrong-host',
  },
  {
    name: 'an address in place of a path',
    request: hostRequest('{}', { path: `http://${NAME}${PATH}` }),
    status: 404,
    why: 'unknown-path',
  },
  {
    name: 'an address of elsewhere',
    request: hostRequest('{}', { path: 'http://169.254.169.254/latest/meta-data/' }),
    status: 404,
    why: 'unknown-path',
  },
  { name: 'two slashes in front', request: hostRequest('{}', { path: `/${PATH}` }), status: 404, why: 'unknown-path' },
  {
    name: 'a way up',
    request: hostRequest('{}', { path: '/model/../model/eu.anthropic.claude-opus-x/invoke' }),
    status: 404,
    why: 'unknown-path',
  },
  {
    name: 'a way up that is escaped',
    request: hostRequest('{}', { path: '/model/%2e%2e%2fx/invoke' }),
    status: 404,
    why: 'unknown-path',
  },
  {
    name: 'a way up that is escaped twice',
    request: hostRequest('{}', { path: '/model/%252e%252e%252fx/invoke' }),
    status: 404,
    why: 'unknown-path',
  },
  {
    name: 'two slashes in the name of a model',
    request: hostRequest('{}', { path: '/model/claude-opus%2F%2Fx/invoke' }),
    status: 404,
    why: 'unknown-path',
  },
  {
    name: 'a nul in the name of a model',
    request: hostRequest('{}', { path: '/model/claude-opus%00/invoke' }),
    status: 404,
    why: 'unknown-path',
  },
  { name: 'a query', request: hostRequest('{}', { path: `${PATH}?x=1` }), status: 404, why: 'unknown-path' },
  { name: 'a fragment', request: hostRequest('{}', { path: `${PATH}#x` }), status: 404, why: 'unknown-path' },
  {
    name: 'another operation',
    request: hostRequest('{}', { path: '/model/eu.anthropic.claude-opus-x/async-invoke' }),
    status: 404,
    why: 'unknown-path',
  },
  { name: 'batches', request: hostRequest('{}', { path: '/model-invocation-job' }), status: 404, why: 'unknown-path' },
  {
    name: 'guardrails',
    request: hostRequest('{}', { path: '/guardrail/g/version/1/apply' }),
    status: 404,
    why: 'unknown-path',
  },
  {
    name: 'the Messages protocol',
    request: hostRequest('{}', { path: '/v1/messages' }),
    status: 404,
    why: 'unknown-path',
  },
  {
    name: 'a list of profiles',
    request: hostRequest('', { path: '/inference-profiles', method: 'GET' }),
    status: 404,
    why: 'unknown-path',
  },
  { name: 'another method', request: hostRequest('{}', { method: 'PUT' }), status: 404, why: 'unknown-path' },
  {
    name: 'a model that the policy does not allow',
    request: hostRequest('{}', { path: '/model/eu.anthropic.claude-haiku-x/invoke' }),
    status: 400,
    why: 'model-denied',
  },
  {
    name: 'a model of another vendor',
    request: hostRequest('{}', { path: '/model/meta.llama3-70b/invoke' }),
    status: 400,
    why: 'model-denied',
  },
  {
    name: 'a resource that is named as a model',
    request: hostRequest('{}', {
      path: '/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A111122223333%3Acustom-model-deployment%2Fclaude-opus-x/invoke',
    }),
    status: 400,
    why: 'model-denied',
  },
  {
    name: 'a profile with a name of its own',
    request: hostRequest('{}', {
      path: '/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A111122223333%3Aapplication-inference-profile%2Fclaude-opus-x/invoke',
    }),
    status: 400,
    why: 'model-denied',
  },
  ...[
    'provisioned-model/abc123def456',
    'imported-model/claude-opus-x1',
    'custom-model/anthropic.claude-opus-x-v1:0/abc123def456',
    'application-inference-profile/claude-opus-x2',
    'inference-profile/claude-opus-x',
    'prompt/CLAUDE-OPUS:1',
    'prompt-router/claude-opus-x',
    'default-prompt-router/anthropic.claude-opus:1',
  ].map((resource) => ({
    name: `a resource that another model could stand behind: ${resource}`,
    request: hostRequest('{}', {
      path: `/model/${encodeURIComponent(`arn:aws:bedrock:eu-central-1:111122223333:${resource}`)}/invoke`,
    }),
    status: 400,
    why: 'model-denied',
  })),
  {
    name: 'a plain id with a slash behind a name that is allowed',
    request: hostRequest('{}', { path: '/model/eu.anthropic.claude-opus-x%2Fevil/invoke' }),
    status: 400,
    why: 'model-denied',
  },
  {
    name: 'a bare name that is no id',
    request: hostRequest('{}', { path: '/model/claude-opus-x/invoke' }),
    status: 400,
    why: 'model-denied',
  },
  {
    name: 'a letter of the model that is escaped',
    request: hostRequest('{}', { path: '/model/eu.anthropic.%63laude-opus-x/invoke' }),
    status: 404,
    why: 'unknown-path',
  },
  {
    name: 'a slash that is escaped twice',
    request: hostRequest('{}', { path: '/model/eu.anthropic.claude-opus-x%252Fy/invoke' }),
    status: 404,
    why: 'unknown-path',
  },
  {
    name: 'an escape in small letters',
    request: hostRequest('{}', { path: '/model/eu.anthropic.claude-opus-x-v1%3a0/invoke' }),
    status: 404,
    why: 'unknown-path',
  },
  {
    name: 'an ARN of no service',
    request: hostRequest('{}', { path: '/model/arn%3Aevil%2Fclaude-opus-x/invoke' }),
    status: 400,
    why: 'model-denied',
  },
  { name: 'a body without a length', request: CHUNKED, status: 400, why: 'unreadable-request' },
  {
    name: 'a body that is too long',
    request: hostRequest('{}', { instead: { 'Content-Length': '1000001' } }),
    status: 413,
    why: 'body-too-large',
  },
  {
    name: 'a body that is compressed',
    request: hostRequest('{}', { more: ['Content-Encoding: gzip'] }),
    status: 400,
    why: 'unreadable-request',
  },
  {
    name: 'a body of another type',
    request: hostRequest('{}', { instead: { 'Content-Type': 'text/plain' } }),
    status: 400,
    why: 'unreadable-request',
  },
]) {
  test(`refused, recorded and not sent on: ${name}`, () =>
    usingRelay(async (rig) => {
      const reply = await sendRaw(rig.relay.url, request);
      assert.equal(reply.status, status);
      assert.match(messageOf(reply), /^Sallyport/);
      assert.match(reply.head, /content-type: application\/json/);
      assert.deepEqual(
        rig.bodies('relay-refused').map((body) => body['why']),
        [why],
      );
      assert.equal(rig.asked.length, 0);
      assert.equal(rig.bodies('relay-request').length, 0);
    }));
}

for (const { name, bytes } of [
  { name: 'two lengths', bytes: hostRequest('{}', { more: ['Content-Length: 3'] }) },
  { name: 'a length and chunks', bytes: hostRequest('{}', { more: ['Transfer-Encoding: chunked'] }) },
  { name: 'two hosts', bytes: hostRequest('{}', { more: ['Host: other'] }) },
  { name: 'no host', bytes: hostRequest('{}', { instead: { Host: null } }) },
  { name: 'a line that is folded', bytes: hostRequest('{}', { more: ['X-A: b\r\n c'] }) },
  { name: 'a bare line feed', bytes: Buffer.from(`POST ${PATH} HTTP/1.1\nHost: ${NAME}\n\n`) },
  { name: 'a head without end', bytes: hostRequest('{}', { more: [`X-A: ${'a'.repeat(64 * 1024)}`] }) },
  { name: 'no HTTP at all', bytes: Buffer.from('\x16\x03\x01\x02\x00') },
  { name: 'a tunnel', bytes: Buffer.from('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n') },
  { name: 'another protocol', bytes: hostRequest('{}', { more: ['Connection: Upgrade', 'Upgrade: websocket'] }) },
]) {
  test(`ends at the parser: ${name}`, () =>
    usingRelay(async (rig) => {
      const reply = await sendRaw(rig.relay.url, bytes);
      assert.ok(reply.status === 0 || reply.status >= 400, String(reply.status));
      assert.equal(rig.asked.length, 0);
    }));
}

test('two requests in one, by a length that is too short, are two requests', () =>
  usingRelay(async (rig) => {
    const inner = hostRequest('{}', { instead: { [PROOF_HEADER]: null } });
    const outer = hostRequest(Buffer.concat([Buffer.from('{}'), inner]), { instead: { 'Content-Length': '2' } });
    assert.equal((await sendRaw(rig.relay.url, outer)).status, 200);
    while (rig.bodies('relay-refused').length === 0) await new Promise(setImmediate);
    assert.equal(rig.asked.length, 1);
    assert.equal(rig.asked[0]?.body.toString(), '{}');
  }));

test('no path but the four is served, whatever it is', () =>
  usingRelay(async (rig) => {
    const part = fc.constantFrom(
      'model',
      'invoke',
      'converse',
      '..',
      '.',
      '%2e',
      '%2f',
      '\\',
      ';',
      '',
      'claude-opus',
      ':',
      'v1',
      'arn:aws',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), async (parts) => {
        const path = `/${parts.join('/')}`;
        const { status } = await sendRaw(rig.relay.url, hostRequest('{}', { path }));
        const isServed = /^\/model\/[^/]+\/(invoke|converse)$/.test(path) && path.includes('claude-opus');
        assert.equal(status === 200, isServed, path);
      }),
      { numRuns: 150 },
    );
    for (const { url } of rig.asked) assert.match(url, /^\/model\/claude-opus\/(invoke|converse)$/);
  }));

test('a role that is not on the list is named in the record, and told so', () =>
  usingRelay(async (rig) => {
    rig.identify = () => Promise.resolve({ kind: 'refused', why: 'role-not-allowed', caller: HOST_CALLER });
    const reply = await sendRaw(rig.relay.url, hostRequest());
    assert.match(messageOf(reply), /role is not on the gateway's list/);
    assert.deepEqual(rig.bodies('relay-refused')[0]?.['caller'], { ...HOST_CALLER });
  }));

test('while AWS cannot be asked, a host is told to ask again', () =>
  usingRelay(async (rig) => {
    rig.identify = () => Promise.resolve({ kind: 'unchecked', why: 'ETIMEDOUT' });
    assert.equal((await sendRaw(rig.relay.url, hostRequest())).status, 503);
    assert.equal(rig.bodies('relay-refused')[0]?.['why'], 'identity-unchecked');
  }));

test('of one host only so many requests run at one time', () =>
  usingRelay(
    async (rig) => {
      const isAsked = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      rig.bedrock = ({ reply }) => {
        isAsked.resolve();
        void goOn.promise.then(() => reply.writeHead(200, { 'content-length': '2' }).end('{}'));
      };
      const first = sendRaw(rig.relay.url, hostRequest());
      await isAsked.promise;
      const second = await sendRaw(rig.relay.url, hostRequest());
      assert.equal(second.status, 429);
      const userId = 'AROAEXAMPLEEXAMPLE01:i-2';
      rig.identify = () => Promise.resolve({ kind: 'caller', caller: { ...HOST_CALLER, session: 'i-2', userId } });
      const other = sendRaw(rig.relay.url, hostRequest());
      goOn.resolve();
      assert.equal((await other).status, 200, 'another host is not held up');
      assert.equal((await first).status, 200);
    },
    { callerRequestsAtOnce: 1 },
  ));

test('of one host only so many requests are taken in a minute', () =>
  usingRelay(
    async (rig) => {
      const statuses = [];
      for (let at = 0; at < 4; at += 1) statuses.push((await sendRaw(rig.relay.url, hostRequest())).status);
      assert.deepEqual(statuses, [200, 200, 200, 429]);
      rig.passMs(20_000);
      const reply = await sendRaw(rig.relay.url, hostRequest());
      assert.equal(reply.status, 200);
      assert.match((await sendRaw(rig.relay.url, hostRequest())).head, /retry-after: 20/);
    },
    { callerRequestsPerMinute: 3 },
  ));

test('bodies take no more room than there is', () =>
  usingRelay(
    async (rig) => {
      const reply = await sendRaw(rig.relay.url, hostRequest('x'.repeat(101)));
      assert.equal(reply.status, 429);
      assert.equal((await sendRaw(rig.relay.url, hostRequest('x'.repeat(100)))).status, 200);
      assert.equal((await sendRaw(rig.relay.url, hostRequest('x'.repeat(100)))).status, 200, 'room is given back');
    },
    { bodyBytesAtOnce: 100 },
  ));

test('a host that tells of long bodies and sends none leaves room for other hosts', () =>
  usingRelay(
    async (rig) => {
      const other = `v1.${'B'.repeat(40)}`;
      const known = rig.identify;
      const caller = { ...HOST_CALLER, session: 'i-other', userId: 'AROAEXAMPLEEXAMPLE01:i-other' };
      rig.identify = (proof) => (proof === other ? Promise.resolve({ kind: 'caller', caller }) : known(proof));
      const half = hostRequest('{}', { instead: { 'Content-Length': '60' } });
      const idle = [0, 1, 2].map(() => net.connect(Number(new URL(rig.relay.url).port), '127.0.0.1'));
      try {
        for (const socket of idle) socket.on('error', () => undefined).write(half);
        while (rig.bodies('relay-refused').length < 2) await new Promise(setImmediate);
        assert.equal((await sendRaw(rig.relay.url, hostRequest(`"${'x'.repeat(58)}"`))).status, 429);
        const answered = await sendRaw(
          rig.relay.url,
          hostRequest(`"${'x'.repeat(58)}"`, { instead: { [PROOF_HEADER]: other } }),
        );
        assert.equal(answered.status, 200);
      } finally {
        for (const socket of idle) socket.destroy();
      }
    },
    { bodyBytesAtOnce: 200, callerBodyBytesAtOnce: 100 },
  ));

test('a machine with a role that is not on the list cannot fill the log either', () =>
  usingRelay(
    async (rig) => {
      rig.identify = () => Promise.resolve({ kind: 'refused', why: 'role-not-allowed', caller: HOST_CALLER });
      for (let at = 0; at < 4; at += 1) await sendRaw(rig.relay.url, hostRequest());
      assert.equal(rig.bodies('relay-refused').length, 2);
    },
    { otherRecordsPerMinute: 2 },
  ));

test('strangers cannot fill the log: of many refusals some are recorded, and the rest are counted', () =>
  usingRelay(
    async (rig) => {
      const stranger = hostRequest('{}', { instead: { [PROOF_HEADER]: null } });
      for (let at = 0; at < 5; at += 1) assert.equal((await sendRaw(rig.relay.url, stranger)).status, 400);
      assert.equal(rig.bodies('relay-refused').length, 2);
      rig.passMs(60_000);
      await sendRaw(rig.relay.url, stranger);
      assert.equal(rig.bodies('relay-refused').at(-1)?.['untold'], 3);
    },
    { otherRecordsPerMinute: 2 },
  ));

test('a client that sends its head slowly is let go', () =>
  usingRelay(
    async (rig) => {
      const { hostname, port } = new URL(rig.relay.url);
      const socket = net.connect(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.write('POST /model/');
      await new Promise<void>((resolve) => socket.resume().once('close', () => resolve()));
      assert.equal(rig.asked.length, 0);
    },
    { headMs: 100 },
  ));

test('a client that stops in the middle of its body leaves nothing behind', () =>
  usingRelay(
    async (rig) => {
      const { hostname, port } = new URL(rig.relay.url);
      const socket = net.connect(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.write(hostRequest('half', { instead: { 'Content-Length': '100' } }));
      while (rig.asked.length === 0 && socket.bytesWritten < 100) await new Promise(setImmediate);
      socket.destroy();
      assert.equal((await sendRaw(rig.relay.url, hostRequest())).status, 200);
      assert.equal(rig.bodies('relay-request').length, 1);
    },
    { callerRequestsAtOnce: 2 },
  ));
