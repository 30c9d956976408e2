import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { test, type TestContext } from 'node:test';
import { TileUnusable } from '../core/error.ts';
import { openCheckpoint } from '../tlog/index.ts';
import { MAX_REQUEST_BYTES } from './add-checkpoint.ts';
import { readAnchor } from './read-anchor.ts';
import { witnessClient } from './witness-client.ts';
import { originHash, witnessServer } from './witness-server.ts';
import { makeWitnessKey, parseWitnessKey } from './witness-key.ts';
import type { WitnessMemory } from './witness-memory.ts';
import { collected, head, log, ORIGIN, sampleMemory, sampleWitness, witnessKey } from '../../test/witness-rig.ts';

const { verifier } = witnessKey;

async function served(t: TestContext, memory: WitnessMemory = sampleMemory()): Promise<string> {
  const server = witnessServer(sampleWitness(memory).witness, [ORIGIN]);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a client gets a cosignature for each head of a growing log', async (t) => {
  const client = witnessClient({ url: await served(t), verifier });
  for (const size of [1, 5, 5, 300, 700]) {
    const outcome = await client.cosign(head(size));
    assert.equal(outcome.kind, 'cosigned');
    assert.ok('line' in outcome);
    const opened = openCheckpoint(`${head(size).note}${outcome.line}\n`, log, [verifier]);
    assert.equal(opened?.cosignatures.length, 1);
  }
});

test('a client that was restarted learns the size that its witness knows', async (t) => {
  const url = await served(t);
  assert.equal((await witnessClient({ url, verifier }).cosign(head(300))).kind, 'cosigned');
  assert.equal((await witnessClient({ url, verifier }).cosign(head(700))).kind, 'cosigned');
  assert.equal((await witnessClient({ url, verifier, knownSize: 5 }).cosign(head(700))).kind, 'cosigned');
});

test('a log that was put back is told that its witness has seen more', async (t) => {
  const url = await served(t);
  assert.equal((await witnessClient({ url, verifier }).cosign(head(300))).kind, 'cosigned');
  assert.deepEqual(await witnessClient({ url, verifier }).cosign(head(200)), { kind: 'ahead', size: 300 });
});

test('a log with one key and two histories is found out', async (t) => {
  const url = await served(t);
  assert.equal((await witnessClient({ url, verifier }).cosign(head(300))).kind, 'cosigned');
  const forked = { kind: 'inconsistent', size: 300 };
  assert.deepEqual(await witnessClient({ url, verifier }).cosign(head(400, 250)), forked);
  assert.deepEqual(await witnessClient({ url, verifier }).cosign(head(300, 250)), forked);
});

test('a witness that forgot what it cosigned is caught up, and told of', async (t) => {
  const memory = sampleMemory();
  const client = witnessClient({ url: await served(t, memory), verifier });
  await client.cosign(head(5));
  const old = memory.notes.get(ORIGIN) ?? '';
  await client.cosign(head(300));
  memory.notes.set(ORIGIN, old);
  const outcome = await client.cosign(head(700));
  assert.equal(outcome.kind, 'put-back');
  assert.ok('size' in outcome && outcome.size === 5);
  assert.equal((await client.cosign(head(701))).kind, 'cosigned');
});

test('two requests at once are cosigned one after the other, and never a smaller tree after a larger', async (t) => {
  const memory = sampleMemory();
  const url = await served(t, memory);
  const outcomes = await Promise.all(
    [100, 200, 300, 400].map(async (size) => await witnessClient({ url, verifier }).cosign(head(size))),
  );
  for (const outcome of outcomes) assert.ok(['cosigned', 'ahead', 'failed'].includes(outcome.kind), outcome.kind);
  const kept = openCheckpoint(memory.latest(ORIGIN) ?? '', log, [verifier]);
  const sizes = [100, 200, 300, 400].filter((_, at) => outcomes[at]?.kind === 'cosigned');
  assert.equal(kept?.checkpoint.size, Math.max(...sizes));
});

test('another witness than the one that was named is not believed', async (t) => {
  const other = parseWitnessKey(makeWitnessKey('witness.example/w1'));
  assert.ok(other !== null);
  const outcome = await witnessClient({ url: await served(t), verifier: other.verifier }).cosign(head(5));
  assert.deepEqual(outcome, { kind: 'failed', problem: 'answered without a good signature of its key' });
});

test('a witness that is down is told, and no more', async () => {
  const outcome = await witnessClient({ url: 'http://127.0.0.1:1', verifier }).cosign(head(5));
  assert.equal(outcome.kind, 'failed');
  assert.match('problem' in outcome ? outcome.problem : '', /^cannot be reached/);
});

for (const { name, response, want } of [
  {
    name: 'answers 404',
    response: () => new Response('', { status: 404 }),
    want: 'answered 404: it was not told of this log, or is no witness',
  },
  {
    name: 'answers 403',
    response: () => new Response('', { status: 403 }),
    want: 'answered 403: it has another key for this log',
  },
  { name: 'answers 500', response: () => new Response('', { status: 500 }), want: 'answered 500' },
  { name: 'answers nothing', response: () => new Response(''), want: 'answered without a good signature of its key' },
  {
    name: 'answers a page',
    response: () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    want: 'answered without a good signature of its key',
  },
  {
    name: 'answers without end',
    response: () => new Response('x'.repeat(1 << 20)),
    want: 'answered with no text, or too much',
  },
  {
    name: 'names a size that is none',
    response: () => new Response('07\n', { status: 409, headers: { 'content-type': 'text/x.tlog.size' } }),
    want: 'named no size',
  },
  {
    name: 'names the size that it was given',
    response: () => new Response('0\n', { status: 409, headers: { 'content-type': 'text/x.tlog.size' } }),
    want: 'asks for the size that it was given',
  },
]) {
  test(`a witness that ${name} gives no cosignature`, async () => {
    const client = witnessClient({
      url: 'http://w.example',
      verifier,
      fetch: async () => await Promise.resolve(response()),
    });
    assert.deepEqual(await client.cosign(head(5)), { kind: 'failed', problem: want });
  });
}

test('a witness that names another size each time is given up', async () => {
  let size = 5;
  const fetch = async (): Promise<Response> => {
    size -= 1;
    return await Promise.resolve(
      new Response(`${size}\n`, { status: 409, headers: { 'content-type': 'text/x.tlog.size' } }),
    );
  };
  const outcome = await witnessClient({ url: 'http://w.example', verifier, fetch }).cosign(head(5));
  assert.deepEqual(outcome, { kind: 'failed', problem: 'names another size each time, 3 times' });
});

test('tiles of ours that are broken accuse no witness', async (t) => {
  const url = await served(t);
  const client = witnessClient({ url, verifier });
  await client.cosign(head(300));
  const broken = { ...head(400), tiles: head(400, 350).tiles };
  await assert.rejects(client.cosign(broken), TileUnusable);
});

test('the server gives what it cosigned last, and only that', async (t) => {
  const url = await served(t);
  const place = { to: 'witness', url } as const;
  assert.deepEqual(await collected(readAnchor(place, ORIGIN)), []);
  await witnessClient({ url, verifier }).cosign(head(300));
  const [found, ...more] = await collected(readAnchor(place, ORIGIN));
  assert.equal(more.length, 0);
  assert.equal(openCheckpoint(found?.note ?? '', log, [verifier])?.cosignatures.length, 1);
  for (const [path, method, status] of [
    ['/', 'GET', 404],
    ['/add-checkpoint', 'GET', 405],
    [`/checkpoint/${originHash(ORIGIN)}`, 'DELETE', 405],
    [`/checkpoint/${'0'.repeat(64)}`, 'GET', 404],
    ['/checkpoint/../add-checkpoint', 'POST', 400],
  ] as const) {
    assert.equal((await fetch(`${url}${path}`, { method })).status, status, path);
  }
});

test('a request that is too long is refused while it is read', async (t) => {
  const url = await served(t);
  const request = httpRequest(`${url}/add-checkpoint`, { method: 'POST' });
  // The connection is closed while the rest is still on its way, so either end may see it first.
  const ended = new Promise<number | null>((resolve) => {
    request.on('response', (response) => {
      resolve(response.statusCode ?? null);
    });
    request.on('error', () => {
      resolve(null);
    });
  });
  request.end(Buffer.alloc(MAX_REQUEST_BYTES + 1, 'a'));
  const status = await ended;
  assert.ok(status === 413 || status === null, String(status));
  assert.equal((await witnessClient({ url, verifier }).cosign(head(5))).kind, 'cosigned');
});

test('a client that breaks off in the middle of a request hurts nobody', async (t) => {
  const url = await served(t);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST /add-checkpoint HTTP/1.1\r\nhost: w\r\ncontent-length: 100\r\n\r\nold 0\n');
  socket.destroy();
  assert.equal((await witnessClient({ url, verifier }).cosign(head(5))).kind, 'cosigned');
});
