import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';

import type { Json } from '../core/json.ts';
import { ASK, gatewayRig, post, recorded, TOKEN, wire } from './gateway-rig.ts';
import type { GatewayRigOptions, RigModel, WireReply } from './gateway-rig.ts';

const PING = 'event: ping\ndata: {"type":"ping"}\n\n';
const STOP = 'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n';
const JSON_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
const SSE_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n';

/** An upstream that speaks bytes: `answer` is called once per connection, when it has sent something. */
async function rawUpstream(answer: (socket: net.Socket, connection: number) => void): Promise<RigModel> {
  let connections = 0;
  const open = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    const connection = connections;
    connections += 1;
    socket.on('data', () => answer(socket, connection));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

async function ask(upstream: RigModel, options: GatewayRigOptions = {}): Promise<readonly [WireReply, Json]> {
  const rig = await gatewayRig(upstream, options);
  try {
    const reply = await wire(rig.gateway.url, post('/v1/messages', ASK));
    await recorded(rig, 'response');
    return [reply, rig.bodies('response')[0]?.['ended'] ?? ''];
  } finally {
    await rig.close();
  }
}

for (const { name, bytes, reset, status, isWhole, ended } of [
  { name: 'closed without a word', bytes: '', reset: false, status: 502, isWhole: true, ended: 'upstream-failed' },
  { name: 'reset without a word', bytes: '', reset: true, status: 502, isWhole: true, ended: 'upstream-failed' },
  {
    name: 'cut within the head',
    bytes: 'HTTP/1.1 200 O',
    reset: false,
    status: 502,
    isWhole: true,
    ended: 'upstream-failed',
  },
  {
    name: 'no HTTP at all',
    bytes: 'SSH-2.0-x\r\n',
    reset: false,
    status: 502,
    isWhole: true,
    ended: 'upstream-failed',
  },
  {
    name: 'JSON cut within its length',
    bytes: `${JSON_HEAD}Content-Length: 9\r\n\r\n{"a":`,
    reset: false,
    status: 502,
    isWhole: true,
    ended: 'upstream-cut',
  },
  {
    name: 'a stream cut between events',
    bytes: `${SSE_HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(PING)}`,
    reset: false,
    status: 200,
    isWhole: false,
    ended: 'upstream-cut',
  },
  {
    name: 'a stream reset between events',
    bytes: `${SSE_HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(PING)}`,
    reset: true,
    status: 200,
    isWhole: false,
    ended: 'upstream-cut',
  },
  {
    name: 'a stream cut within a chunk',
    bytes: `${SSE_HEAD}Transfer-Encoding: chunked\r\n\r\nff\r\n${PING}`,
    reset: false,
    status: 200,
    isWhole: false,
    ended: 'upstream-cut',
  },
  {
    name: 'a broken chunk',
    bytes: `${SSE_HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(PING)}zz\r\n`,
    reset: false,
    status: 200,
    isWhole: false,
    ended: 'upstream-cut',
  },
  {
    name: 'a stream that only its connection ends, too early',
    bytes: `${SSE_HEAD}\r\n${PING}`,
    reset: false,
    status: 200,
    isWhole: false,
    ended: 'upstream-cut',
  },
  {
    name: 'a stream that only its connection ends, after its stop',
    bytes: `${SSE_HEAD}\r\n${STOP}`,
    reset: false,
    status: 200,
    isWhole: true,
    ended: 'complete',
  },
  {
    name: 'a switch of protocols',
    bytes: 'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    reset: false,
    status: 502,
    isWhole: true,
    ended: 'upstream-failed',
  },
]) {
  test(`an upstream that breaks is never a clean end: ${name}`, async () => {
    const upstream = await rawUpstream((socket) => {
      socket.write(bytes, () => (reset ? socket.resetAndDestroy() : socket.end()));
    });
    const [reply, told] = await ask(upstream);
    assert.deepEqual([reply.status, reply.isWhole, told], [status, isWhole, ended]);
  });
}

test('a kept connection that the upstream has closed is not an error: the request goes out once more', async () => {
  let requests = 0;
  const upstream = await rawUpstream((socket) => {
    requests += 1;
    // The second request comes on the kept connection, which dies with it.
    if (requests === 2) socket.resetAndDestroy();
    else socket.write(`${JSON_HEAD}Content-Length: 2\r\n\r\n{}`);
  });
  const rig = await gatewayRig(upstream);
  try {
    for (let round = 0; round < 2; round += 1) {
      assert.equal((await wire(rig.gateway.url, post('/v1/messages', ASK))).status, 200);
    }
    assert.equal(requests, 3);
  } finally {
    await rig.close();
  }
});

test('a client that sends its head too slowly is dropped', async () => {
  const upstream = await rawUpstream(() => undefined);
  const rig = await gatewayRig(upstream, { limits: { headersTimeoutMs: 50, requestTimeoutMs: 50 } });
  try {
    const slowHead = await wire(rig.gateway.url, 'POST /v1/messages HTTP/1.1\r\nHost: x\r\n');
    assert.ok([0, 408].includes(slowHead.status));
    const head = `POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: ${TOKEN}\r\nContent-Length: 9\r\n\r\n{`;
    const slowBody = await wire(rig.gateway.url, head);
    assert.ok([0, 408].includes(slowBody.status));
    assert.deepEqual(rig.events(), []);
  } finally {
    await rig.close();
  }
});

test('a client that reads nothing stops the upstream, and is given up after the idle time', async () => {
  let isPaused = false;
  const upstream = await rawUpstream((socket) => {
    socket.write(`${SSE_HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    const part = chunk(PING.repeat(2_000));
    const more = (): void => {
      while (!socket.destroyed && socket.write(part)) continue;
      isPaused = true;
    };
    socket.on('drain', more);
    more();
  });
  const rig = await gatewayRig(upstream, { limits: { idleTimeoutMs: 200 } });
  const { hostname, port } = new URL(rig.gateway.url);
  const socket = net.connect(Number(port), hostname);
  try {
    socket.pause();
    socket.write(post('/v1/messages', ASK));
    await recorded(rig, 'response');
    assert.equal(isPaused, true);
    const [response] = rig.bodies('response');
    assert.equal(response?.['ended'], 'client-gone');
    assert.ok(Number(response?.['bytes']) < 64 * 1024 * 1024);
  } finally {
    socket.destroy();
    await rig.close();
  }
});

test('closing breaks what is under way and waits for its record', async () => {
  const upstream = await rawUpstream((socket) => {
    socket.write(`${SSE_HEAD}Transfer-Encoding: chunked\r\n\r\n${chunk(PING)}`);
  });
  const rig = await gatewayRig(upstream);
  await wire(rig.gateway.url, post('/v1/messages', ASK), () => void rig.gateway.close());
  await rig.close();
  assert.equal(rig.bodies('response')[0]?.['ended'], 'client-gone');
});

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}
