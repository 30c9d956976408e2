import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { hostCertificates, makeAuthority } from '../../ca/index.ts';
import { errorMessage, failingAppend, gatewayRig, nextTurn, PROVEN, recorded, TOKEN, wire } from '../gateway-rig.ts';
import type { GatewayRig, GatewayRigOptions, RigModel } from '../gateway-rig.ts';
import type { ForwardProxyPorts, ProxyLimits } from './proxy-ports.ts';
import { ask, BASIC, connectTo, ended, HOST, secured } from './proxy-rig.ts';

const now = Date.now();
const authority = makeAuthority({ hosts: [HOST, 'other.example.com'], nowMs: now, days: 1 });
const certificates = hostCertificates(authority);
const noCurl = spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not installed';
const ca = authority.certificate.toString();

// The services' side has an authority of its own, which only this process trusts.
const serviceAuthority = makeAuthority({ hosts: ['localhost'], nowMs: now, days: 1 });
tls.setDefaultCACertificates([serviceAuthority.certificate.toString()]);

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

interface Service extends RigModel {
  readonly seen: Seen[];
  /** Takes the place of the answer to a message. */
  answer: ((request: http.IncomingMessage, response: http.ServerResponse) => void) | null;
}

/** A service with a certificate for `localhost`, which answers each request with a short message. */
async function service(): Promise<Service> {
  const shown = hostCertificates(serviceAuthority).of('localhost', now);
  const seen: Seen[] = [];
  const server = https.createServer({ cert: shown?.certificate, key: shown?.privateKey }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', rawHeaders } = request;
      seen.push({ method, url, rawHeaders, body: Buffer.concat(chunks).toString() });
      if (made.answer !== null) return made.answer(request, response);
      response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_1' });
      response.end(JSON.stringify({ id: 'msg_1', type: 'message', role: 'assistant', content: TEXT, usage: {} }));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const made: Service = {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    seen,
    answer: null,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return made;
}

const TEXT = [{ type: 'text', text: 'hello' }];
const MESSAGE = { model: 'claude-x', max_tokens: 10, messages: [{ role: 'user', content: 'go' }] };
const HEADERS = { 'content-type': 'application/json', 'x-claude-code-session-id': PROVEN };

interface Rig extends GatewayRig<Service> {
  /** What the rest of the program says of the proxy; may be set at any moment. */
  readonly says: { hosts: readonly string[] | null; missing: string | null };
}

async function rig(
  t: { after(run: () => Promise<void>): void },
  limits: Partial<ProxyLimits> = {},
  options: GatewayRigOptions = {},
): Promise<Rig> {
  const model = await service();
  const says: Rig['says'] = { hosts: [HOST], missing: null };
  const forwardProxy: ForwardProxyPorts = {
    hosts: () => says.hosts,
    certificateFor: async (host) => {
      const made = certificates.of(host, now);
      return says.missing === null && made !== null ? made : { missing: says.missing ?? 'none for this host' };
    },
    serviceOf: () => model.url,
    limits,
  };
  const made = await gatewayRig(model, { ...options, forwardProxy });
  t.after(() => made.close());
  return Object.assign(made, { says });
}

/** A connection with TLS in it. */
async function tunnelled(at: Rig): Promise<tls.TLSSocket> {
  const { status, socket, body } = await connectTo(at.gateway.url);
  assert.equal(status, 200, body);
  return await secured(socket, { ca });
}

after(() => tls.setDefaultCACertificates(tls.getCACertificates('bundled')));

test('a message goes through with the client’s own key, and comes back', async (t) => {
  const at = await rig(t);
  const through = await tunnelled(at);
  assert.equal(through.alpnProtocol, 'http/1.1');
  assert.equal(through.getPeerCertificate().subjectaltname, `DNS:${HOST}`);
  const headers = { ...HEADERS, 'x-api-key': 'sk-own', authorization: 'Bearer own', 'anthropic-beta': 'a,b' };
  const answer = await ask(through, { headers, body: JSON.stringify(MESSAGE), path: '/v1/messages?beta=true' });
  assert.equal(answer.status, 200, answer.body);
  assert.equal(answer.headers['request-id'], 'req_1');
  const [up] = at.model.seen;
  assert.equal(up?.url, '/v1/messages?beta=true');
  assert.equal(up?.body, JSON.stringify(MESSAGE));
  const sent = Object.fromEntries(pairs(up?.rawHeaders ?? []));
  assert.equal(sent['x-api-key'], 'sk-own');
  assert.equal(sent['authorization'], 'Bearer own');
  assert.equal(sent['anthropic-beta'], 'a,b');
  assert.ok(!JSON.stringify(up).includes(TOKEN), 'the token of the session goes to nobody');
  assert.deepEqual(at.events(), ['tunnel', 'request', 'response']);
  assert.deepEqual(
    at.records.map(({ sessionId }) => sessionId),
    [at.sessionId, at.sessionId, at.sessionId],
  );
});

test('a tunnel carries one request after the other', async (t) => {
  const at = await rig(t);
  const through = await tunnelled(at);
  for (let turn = 0; turn < 3; turn += 1) {
    const answer = await ask(through, {
      headers: { ...HEADERS, 'x-api-key': `k${turn}` },
      body: JSON.stringify(MESSAGE),
    });
    assert.equal(answer.status, 200, answer.body);
  }
  assert.equal(at.model.seen.length, 3);
  assert.deepEqual(
    at.events().filter((event) => event === 'tunnel'),
    ['tunnel'],
  );
});

test('the pipeline of the gateway holds in a tunnel: models, canaries and sessions', async (t) => {
  const at = await rig(t);
  const through = await tunnelled(at);
  at.mayUseModel = () => false;
  const denied = await ask(through, { headers: HEADERS, body: JSON.stringify(MESSAGE) });
  assert.equal(denied.status, 403);
  assert.match(errorMessage(Buffer.from(denied.body)), /does not allow this model/);
  at.mayUseModel = () => true;
  at.proven.clear();
  const body = JSON.stringify({ ...MESSAGE, tools: [{ name: 'Read', input_schema: {} }] });
  const canary = await ask(through, { headers: HEADERS, body });
  assert.match(canary.body, /toolu_sallyport_0000/);
  assert.equal(at.model.seen.length, 0);
});

test('curl goes through, given the proxy and the authority', { skip: noCurl }, async (t) => {
  const at = await rig(t);
  const folder = mkdtempSync(join(tmpdir(), 'sp-proxy-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'ca.pem'), ca);
  const proxy = at.gateway.url.replace('http://', `http://any:${TOKEN}@`);
  const words = ['-q', '-sS', '-i', '--max-time', '20', '--proxy', proxy, '--cacert', join(folder, 'ca.pem')];
  const { stdout } = await promisify(execFile)('curl', [...words, `https://${HOST}/v1/models`]);
  assert.match(stdout, /^HTTP\/1\.1 200 [\s\S]*HTTP\/1\.1 200 [\s\S]*msg_1/);
  const refused = await promisify(execFile)('curl', [...words, 'https://example.com/']).catch(
    (error: unknown) => error,
  );
  assert.match(String(refused), /CONNECT tunnel failed, response 403/);
});

for (const { name, headers, why } of [
  { name: 'no token', headers: [], why: 'proxy-no-token' },
  { name: 'an unknown token', headers: [`Proxy-Authorization: ${basic('any:wrong')}`], why: 'proxy-unknown-token' },
  {
    name: 'the token as the user',
    headers: [`Proxy-Authorization: ${basic(`${TOKEN}:x`)}`],
    why: 'proxy-unknown-token',
  },
  { name: 'no password', headers: [`Proxy-Authorization: ${basic(TOKEN)}`], why: 'proxy-unknown-token' },
  { name: 'an empty password', headers: [`Proxy-Authorization: ${basic('any:')}`], why: 'proxy-unknown-token' },
  { name: 'another scheme', headers: [`Proxy-Authorization: Digest ${TOKEN}`], why: 'proxy-unknown-token' },
  { name: 'letters that are no base64', headers: ['Proxy-Authorization: Basic §§§'], why: 'proxy-unknown-token' },
  {
    name: 'the token twice',
    headers: [`Proxy-Authorization: ${BASIC}`, `Proxy-Authorization: ${BASIC}`],
    why: 'proxy-unknown-token',
  },
  {
    name: 'the token where it is for the service',
    headers: [`Authorization: Bearer ${TOKEN}`, `x-api-key: ${TOKEN}`],
    why: 'proxy-no-token',
  },
]) {
  test(`a connection with ${name} gets 407`, async (t) => {
    const at = await rig(t);
    const { status, head, body, socket } = await connectTo(at.gateway.url, `${HOST}:443`, headers);
    assert.equal(status, 407);
    assert.match(head, /^Proxy-Authenticate: Basic realm="sallyport"/m);
    assert.match(errorMessage(Buffer.from(body)), /Sallyport/);
    assert.deepEqual(at.bodies('refused'), [{ event: 'refused', why, path: 'unknown' }]);
    await ended(socket);
  });
}

test('the token goes as bearer as well', async (t) => {
  const at = await rig(t);
  const { status, socket } = await connectTo(at.gateway.url, `${HOST}:443`, [`Proxy-Authorization: Bearer ${TOKEN}`]);
  assert.equal(status, 200);
  socket.destroy();
});

for (const { target, why } of [
  { target: 'example.com:443', why: 'proxy-host' },
  { target: `sub.${HOST}:443`, why: 'proxy-host' },
  { target: 'other.example.com:443', why: 'proxy-host' },
  { target: `${HOST}:80`, why: 'proxy-target' },
  { target: `${HOST}:8443`, why: 'proxy-target' },
  { target: `${HOST}.:443`, why: 'proxy-target' },
  { target: `API.anthropic.com:443`, why: 'proxy-target' },
  { target: `user@${HOST}:443`, why: 'proxy-target' },
  { target: '127.0.0.1:443', why: 'proxy-target' },
  { target: '[::1]:443', why: 'proxy-target' },
  { target: '0x7f.1:443', why: 'proxy-target' },
  { target: HOST, why: 'proxy-target' },
]) {
  test(`a connection to \`${target}\` gets 403, and the reason with what to do`, async (t) => {
    const at = await rig(t);
    const { status, body, socket } = await connectTo(at.gateway.url, target);
    assert.equal(status, 403);
    assert.match(
      errorMessage(Buffer.from(body)),
      why === 'proxy-host' ? /gateway\.forward_proxy\.hosts.*NO_PROXY/ : /does not connect/,
    );
    assert.equal(at.bodies('refused')[0]?.['why'], why);
    assert.equal(at.model.seen.length, 0);
    await ended(socket);
  });
}

test('a target in letters beyond ASCII is no request', async (t) => {
  const at = await rig(t);
  const { status, socket } = await connectTo(at.gateway.url, '\xe0pi.anthropic.com:443');
  assert.ok(status === 400 || status === 403, String(status));
  socket.destroy();
});

test('a gateway whose policy has the proxy off says how to turn it on', async (t) => {
  const at = await rig(t);
  at.says.hosts = null;
  const { status, body } = await connectTo(at.gateway.url);
  assert.equal(status, 403);
  assert.match(body, /gateway\.forward_proxy\.enabled/);
  assert.equal(at.bodies('refused')[0]?.['why'], 'proxy-off');
});

test('a host that the policy takes off the list is refused from then on', async (t) => {
  const at = await rig(t);
  at.says.hosts = ['other.example.com'];
  assert.equal((await connectTo(at.gateway.url)).status, 403);
});

test('where there is no authority, the client is told what to do', async (t) => {
  const at = await rig(t);
  at.says.missing = 'There is no authority. Run `sallyport ca create`.';
  const { status, body } = await connectTo(at.gateway.url);
  assert.equal(status, 403);
  assert.match(body, /sallyport ca create/);
  assert.equal(at.bodies('refused')[0]?.['why'], 'proxy-no-certificate');
});

test('a session of another provider is told to take the base URL', async (t) => {
  const at = await rig(t, {}, { provider: 'bedrock' });
  const { status, body } = await connectTo(at.gateway.url);
  assert.equal(status, 403);
  assert.match(body, /bedrock.*base URL/);
});

test('a log that takes nothing lets no connection through', async (t) => {
  const at = await rig(t);
  at.onAppend = failingAppend;
  const { status, body } = await connectTo(at.gateway.url);
  assert.equal(status, 403);
  assert.match(body, /cannot record/);
});

test('an ended session opens no connection', async (t) => {
  const at = await rig(t);
  at.endedReason = 'the end';
  const { status, body } = await connectTo(at.gateway.url);
  assert.equal(status, 403);
  assert.match(body, /ended this session: the end/);
});

test('a session that ends while its connection is recorded gets none', async (t) => {
  const at = await rig(t);
  at.onAppend = async (record) => {
    if (record.body['event'] === 'tunnel') at.endedReason = 'the end';
  };
  assert.equal((await connectTo(at.gateway.url)).status, 403);
});

test('a session that ends cuts its tunnels, a reply on its way too', async (t) => {
  const at = await rig(t, { sessionCheckMs: 5 });
  const [idle, busy] = [await tunnelled(at), await tunnelled(at)];
  const asked = new Promise<void>((resolve) => {
    at.model.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      resolve();
    };
  });
  const answer = ask(busy, { headers: HEADERS, body: JSON.stringify({ ...MESSAGE, stream: true }) });
  answer.catch(() => undefined);
  await asked;
  at.endedReason = 'the end';
  await Promise.all([ended(idle), ended(busy)]);
  await assert.rejects(answer);
  await recorded(at, 'response');
  assert.equal(at.bodies('response')[0]?.['ended'], 'client-gone');
});

test('a handshake for another name is cut and recorded', async (t) => {
  const at = await rig(t);
  for (const servername of ['example.com', '', `${HOST}.`, `sub.${HOST}`]) {
    const { socket } = await connectTo(at.gateway.url);
    // A client of TLS 1.3 takes its own side for done before the server has looked.
    const through = await secured(socket, { ca, servername, checkServerIdentity: () => undefined }).catch(() => socket);
    await ended(through);
  }
  await refusals(at, 4);
  assert.deepEqual(new Set(at.bodies('refused').map(({ why }) => why)), new Set(['proxy-name']));
});

test('a client that resumes its TLS session is held to the same name', async (t) => {
  const at = await rig(t);
  const first = await tunnelled(at);
  const ticket = new Promise<Buffer>((resolve) => first.once('session', resolve));
  await ask(first, { headers: HEADERS, body: JSON.stringify(MESSAGE) });
  const session = await ticket;
  const again = await connectTo(at.gateway.url);
  const resumed = await secured(again.socket, { ca, session });
  assert.equal(resumed.isSessionReused(), true);
  assert.equal((await ask(resumed, { headers: HEADERS, body: JSON.stringify(MESSAGE) })).status, 200);
  const other = await connectTo(at.gateway.url);
  const options = { ca, session, servername: 'example.com', checkServerIdentity: () => undefined };
  await ended(await secured(other.socket, options).catch(() => other.socket));
  await refusals(at, 1);
  assert.equal(at.bodies('refused')[0]?.['why'], 'proxy-name');
});

test('whatever bytes come, none reach the service and the next client is served', async (t) => {
  const at = await rig(t, { handshakeTimeoutMs: 2_000, idleTimeoutMs: 2_000 });
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 400 }).map((each) => Buffer.from(each)),
    fc.string({ unit: 'binary', minLength: 1 }).map((text) => Buffer.from(`GET ${text} HTTP/1.1\r\n\r\n`)),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(`CONNECT ${text}:443 HTTP/1.1\r\n\r\n`)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, async (given) => {
      const { hostname, port } = new URL(at.gateway.url);
      const bare = net.connect(Number(port), hostname);
      bare.end(given);
      const { socket } = await connectTo(at.gateway.url);
      socket.end(given);
      const through = await tunnelled(at);
      through.end(given);
      await Promise.all([ended(bare), ended(socket), ended(through)]);
      assert.equal(at.model.seen.length, 0);
    }),
    { numRuns: process.env['SLOW'] === '1' ? 2_000 : 40 },
  );
  const answer = await ask(await tunnelled(at), { headers: HEADERS, body: JSON.stringify(MESSAGE) });
  assert.equal(answer.status, 200);
});

test('a client that takes HTTP/2 alone gets no connection', async (t) => {
  const at = await rig(t);
  const { socket } = await connectTo(at.gateway.url);
  await assert.rejects(secured(socket, { ca, ALPNProtocols: ['h2'] }));
  await refusals(at, 1);
  assert.equal(at.bodies('refused')[0]?.['why'], 'proxy-handshake');
});

test('a client that takes both is given HTTP/1.1', async (t) => {
  const at = await rig(t);
  const { socket } = await connectTo(at.gateway.url);
  const through = await secured(socket, { ca, ALPNProtocols: ['h2', 'http/1.1'] });
  assert.equal(through.alpnProtocol, 'http/1.1');
  through.destroy();
});

test('a client that knows only old TLS gets no connection', async (t) => {
  const at = await rig(t);
  const { socket } = await connectTo(at.gateway.url);
  await assert.rejects(
    secured(socket, { ca, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  );
});

test('what is sent together with CONNECT is the beginning of the handshake', async (t) => {
  const at = await rig(t);
  const { hostname, port } = new URL(at.gateway.url);
  const { Duplex } = await import('node:stream');
  const plain = net.connect(Number(port), hostname);
  t.after(async () => void plain.destroy());
  let head = Buffer.alloc(0);
  let isFirst = true;
  // Puts CONNECT and the client's first message in one write, and takes the answer to CONNECT out of what comes.
  const early = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => {
      const ahead = isFirst ? `CONNECT ${HOST}:443 HTTP/1.1\r\nProxy-Authorization: ${BASIC}\r\n\r\n` : '';
      isFirst = false;
      plain.write(Buffer.concat([Buffer.from(ahead), chunk]), () => done());
    },
  });
  let isOpen = false;
  plain.on('data', (chunk: Buffer) => {
    if (isOpen) return void early.push(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) return;
    isOpen = true;
    if (head.length > end + 4) early.push(head.subarray(end + 4));
  });
  const through = tls.connect({ socket: early, servername: HOST, ca });
  await new Promise<void>((resolve, reject) => {
    through.once('secureConnect', resolve);
    through.once('error', reject);
  });
  const answer = await ask(through, { headers: { ...HEADERS, 'x-api-key': 'k' }, body: JSON.stringify(MESSAGE) });
  assert.equal(answer.status, 200, answer.body);
});

for (const { name, bytes } of [
  { name: 'a request in clear text', bytes: `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n` },
  { name: 'the preface of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
  { name: 'a record of TLS with nothing in it', bytes: '\x16\x03\x01\x00\x00' },
  { name: 'a record of TLS that is too long', bytes: `\x16\x03\x01\xff\xff${'a'.repeat(70_000)}` },
  { name: 'zeroes', bytes: '\0'.repeat(4_096) },
]) {
  test(`${name} in place of a handshake is cut and recorded`, async (t) => {
    const at = await rig(t, { handshakeTimeoutMs: 200 });
    const { socket } = await connectTo(at.gateway.url);
    socket.write(bytes, 'latin1');
    await ended(socket);
    await refusals(at, 1);
    assert.equal(at.bodies('refused')[0]?.['why'], 'proxy-handshake');
  });
}

test('a client that sends nothing after CONNECT is cut', async (t) => {
  const at = await rig(t, { handshakeTimeoutMs: 20 });
  const { socket } = await connectTo(at.gateway.url);
  await ended(socket);
  await refusals(at, 1);
});

test('a client that closes after CONNECT leaves nothing behind', async (t) => {
  const at = await rig(t, { tunnelsPerSession: 1 });
  for (let turn = 0; turn < 5; turn += 1) {
    const { status, socket } = await connectTo(at.gateway.url);
    assert.equal(status, 200);
    socket.destroy();
    await refusals(at, turn + 1);
  }
});

test('a tunnel on which no whole head comes is cut, however slowly one trickles in', async (t) => {
  const at = await rig(t, { idleTimeoutMs: 60 });
  const [quiet, slow] = [await tunnelled(at), await tunnelled(at)];
  slow.on('error', () => undefined);
  const timer = setInterval(() => slow.write('G'), 5);
  slow.write('GET /v1/models HTTP/1.1\r\nHost: ');
  await Promise.all([ended(quiet), ended(slow)]);
  clearInterval(timer);
});

test('a body that does not end is cut', async (t) => {
  const at = await rig(t, { requestTimeoutMs: 30 });
  const through = await tunnelled(at);
  through.write(
    `POST /v1/messages HTTP/1.1\r\nHost: ${HOST}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
  );
  await ended(through);
  assert.equal(at.model.seen.length, 0);
});

test('a reply may take longer than a tunnel may idle', async (t) => {
  const at = await rig(t, { idleTimeoutMs: 200, requestTimeoutMs: 200 });
  const through = await tunnelled(at);
  at.model.answer = (_, response) => {
    setTimeout(
      () =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ type: 'message', content: TEXT })),
      500,
    );
  };
  const answer = await ask(through, { headers: HEADERS, body: JSON.stringify(MESSAGE) });
  assert.equal(answer.status, 200);
});

for (const { name, request, status, why } of [
  { name: 'a request for another host', request: { headers: { host: 'example.com' } }, status: 403, why: 'proxy-name' },
  { name: 'a request for another port', request: { headers: { host: `${HOST}:80` } }, status: 403, why: 'proxy-name' },
  {
    name: 'a path that the gateway does not know',
    request: { path: '/api/event_logging/batch', body: '{}' },
    status: 403,
    why: 'proxy-path',
  },
  {
    name: 'a path in another spelling',
    request: { path: '//v1/messages', body: '{}' },
    status: 403,
    why: 'proxy-path',
  },
  { name: 'a path of Bedrock', request: { path: '/model/x/invoke', body: '{}' }, status: 403, why: 'proxy-path' },
  {
    name: 'a target with a host of its own',
    request: { path: 'https://example.com/v1/messages', body: '{}' },
    status: 403,
    why: 'proxy-path',
  },
  {
    name: 'a WebSocket',
    request: { method: 'GET', path: '/v1/models', headers: { connection: 'Upgrade', upgrade: 'websocket' } },
    status: 403,
    why: 'proxy-upgrade',
  },
  {
    name: 'the session token as key',
    request: { headers: { 'x-api-key': TOKEN } },
    status: 403,
    why: 'proxy-credential',
  },
  {
    name: 'the session token as bearer',
    request: { headers: { authorization: `Bearer ${TOKEN}` } },
    status: 403,
    why: 'proxy-credential',
  },
  {
    name: 'the session token in a header of any name',
    request: { headers: { 'x-any': `a ${TOKEN}` } },
    status: 403,
    why: 'proxy-credential',
  },
  { name: 'two keys', request: { headers: { 'x-api-key': ['a', 'b'] } }, status: 403, why: 'proxy-credential' },
  {
    name: 'a scheme that is not bearer',
    request: { headers: { authorization: 'Basic eDp5' } },
    status: 403,
    why: 'proxy-credential',
  },
]) {
  test(`${name} in a tunnel gets ${status}, and a record`, async (t) => {
    const at = await rig(t);
    const through = await tunnelled(at);
    const answer = await ask(through, request);
    assert.equal(answer.status, status);
    const { error } = JSON.parse(answer.body) as { error: { type: string; message: string } };
    assert.equal(error.type, 'permission_error');
    assert.match(error.message, /^Sallyport/);
    const [record] = at.bodies('refused');
    assert.equal(record?.['why'], why);
    assert.ok(!JSON.stringify(record).includes(TOKEN));
    assert.equal(at.model.seen.length, 0);
  });
}

for (const { name, bytes } of [
  { name: 'the preface of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
  { name: 'another CONNECT', bytes: `CONNECT ${HOST}:443 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n` },
  {
    name: 'two lengths of a body',
    bytes: `POST /v1/messages HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}`,
  },
  {
    name: 'a length and a chunked body',
    bytes: `POST /v1/messages HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  },
  { name: 'a line feed alone in a header', bytes: `GET /v1/models HTTP/1.1\r\nHost: ${HOST}\r\nA: b\nC: d\r\n\r\n` },
  {
    name: 'a head that is too long',
    bytes: `GET /v1/models HTTP/1.1\r\nHost: ${HOST}\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`,
  },
  { name: 'zeroes', bytes: '\0'.repeat(100) },
]) {
  test(`${name} in a tunnel ends it with a record`, async (t) => {
    const at = await rig(t);
    const through = await tunnelled(at);
    through.write(bytes, 'latin1');
    const [first] = await new Promise<readonly Buffer[]>((resolve) =>
      through.once('data', (chunk: Buffer) => resolve([chunk])),
    );
    assert.match(String(first), /^HTTP\/1\.1 4(?:00|31) /);
    await ended(through);
    await refusals(at, 1);
    assert.equal(at.bodies('refused')[0]?.['why'], 'proxy-not-http');
    assert.equal(at.model.seen.length, 0);
  });
}

test('a request without a host in a tunnel is refused', async (t) => {
  const at = await rig(t);
  const through = await tunnelled(at);
  through.write('GET /v1/models HTTP/1.1\r\n\r\n');
  const first = await new Promise<Buffer>((resolve) => through.once('data', resolve));
  assert.match(String(first), /^HTTP\/1\.1 400 /);
  await ended(through);
});

for (const target of ['http://example.com/', `http://${HOST}/v1/messages`, 'https://example.com/', '*']) {
  test(`a request for \`${target}\` outside of a tunnel gets 403`, async (t) => {
    const at = await rig(t);
    const method = target === '*' ? 'OPTIONS' : 'GET';
    const head = [
      `${method} ${target} HTTP/1.1`,
      'Host: example.com',
      `Proxy-Authorization: ${BASIC}`,
      `x-api-key: ${TOKEN}`,
    ];
    const reply = await wire(at.gateway.url, `${head.join('\r\n')}\r\n\r\n`);
    assert.equal(reply.status, 403);
    assert.match(errorMessage(reply.body), /NO_PROXY/);
    assert.equal(at.bodies('refused')[0]?.['why'], 'proxy-plain');
    assert.equal(at.model.seen.length, 0);
  });
}

test('64 tunnels of a session work at once, the 65th gets 503, and one that ends makes room', async (t) => {
  const at = await rig(t);
  const all = await Promise.all(Array.from({ length: 64 }, () => tunnelled(at)));
  const answers = await Promise.all(
    all.map((through, at) =>
      ask(through, { headers: { ...HEADERS, 'x-api-key': `k${at}` }, body: JSON.stringify(MESSAGE) }),
    ),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  const keys = at.model.seen.map(({ rawHeaders }) => Object.fromEntries(pairs(rawHeaders))['x-api-key']);
  assert.equal(new Set(keys).size, 64);
  const { status, body } = await connectTo(at.gateway.url);
  assert.equal(status, 503);
  assert.match(body, /too many connections/);
  all[0]?.destroy();
  let again = await connectTo(at.gateway.url);
  while (again.status === 503) {
    again.socket.destroy();
    await nextTurn();
    again = await connectTo(at.gateway.url);
  }
  assert.equal(again.status, 200);
  for (const through of all) through.destroy();
  again.socket.destroy();
});

test('a gateway that closes cuts tunnels and handshakes and waits for nobody', async (t) => {
  const at = await rig(t);
  const through = await tunnelled(at);
  const { socket } = await connectTo(at.gateway.url);
  await Promise.all([at.gateway.close(), ended(through), ended(socket)]);
});

test('a gateway without a proxy refuses connections', async (t) => {
  const model = await service();
  const at = await gatewayRig(model);
  t.after(() => at.close());
  const { status, socket } = await connectTo(at.gateway.url);
  assert.equal(status, 403);
  await ended(socket);
});

async function refusals(at: Rig, count: number): Promise<void> {
  while (at.bodies('refused').length < count) await nextTurn();
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? ''] as [string, string]] : []));
}

function basic(pair: string): string {
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
