import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { engineSet } from './engine-set.ts';
import type { EngineRun } from './engine-set.ts';
import { MAX_REPLY_BYTES } from './read-json.ts';
import { WIDE_LIMITS, madeToken, scriptedClock, utf8 } from './scripted-engines.ts';
import type { ScriptedClock } from './scripted-engines.ts';

const SECRET = madeToken(9);
const never = new AbortController().signal;
const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

interface Asked {
  readonly text?: string;
  readonly signal?: AbortSignal;
  readonly clock?: ScriptedClock;
}

/** What becomes of a scan by a service that does this with each connection. */
async function runWith(connected: (socket: Socket) => void, asked: Asked = {}): Promise<EngineRun['outcome']> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => socket.destroy()));
    connected(socket);
  });
  try {
    const setup = { ...WIDE_LIMITS, kind: 'presidio', url: await addressOf(server), keyEnv: 'KEY' } as const;
    const ports = { clock: asked.clock ?? scriptedClock(), keyOf: () => SECRET };
    const text = utf8(asked.text ?? `key ${SECRET}`);
    const answer = await engineSet([setup], ports).scan(text, { signal: asked.signal ?? never });
    assert.ok(!JSON.stringify(answer).includes(SECRET.slice(4, 16)), 'an answer holds a part of the secret');
    const [run] = answer.runs;
    assert.ok(run !== undefined);
    return run.outcome;
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

async function addressOf(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const failed = (reason: string, status: number | null = null): object => ({ kind: 'failed', reason, status });

test('a redirection is not followed, whatever its status: the text goes to one service', async () => {
  let requests = 0;
  const other = createHttpServer((_request, response) => {
    requests += 1;
    response.end('[]');
  });
  const place = await addressOf(other);
  try {
    for (const status of [301, 302, 303, 307, 308]) {
      const answer = `HTTP/1.1 ${status} Elsewhere\r\nlocation: ${place}/analyze\r\ncontent-length: 0\r\n\r\n`;
      assert.deepEqual(await runWith((socket) => socket.end(answer)), failed('http-status', status));
    }
    assert.equal(requests, 0);
  } finally {
    other.close();
  }
});

test('an answer that grows when it is unpacked is cut at the same size', async () => {
  const packed = gzipSync(Buffer.alloc(MAX_REPLY_BYTES * 4, 0x20));
  const head = `${HEAD}content-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`;
  assert.deepEqual(
    await runWith((socket) => socket.write(Buffer.concat([Buffer.from(head), packed]))),
    failed('answer-too-large'),
  );
});

for (const [title, connected] of [
  ['answers what is no HTTP', (socket: Socket) => socket.end('SSH-2.0-x\r\n')],
  ['answers headers without end', (socket: Socket) => socket.write(`${HEAD}x: ${'y'.repeat(1_000_000)}`)],
  ['tells a length that is none', (socket: Socket) => socket.write(`${HEAD}content-length: -1\r\n\r\n[]`)],
  ['tells two lengths', (socket: Socket) => socket.write(`${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\n[]`)],
  ['sends a broken chunk', (socket: Socket) => socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n[]\r\n`)],
  [
    'packs its answer wrongly',
    (socket: Socket) => socket.write(`${HEAD}content-encoding: gzip\r\ncontent-length: 2\r\n\r\n[]`),
  ],
  ['resets the connection at once', (socket: Socket) => socket.resetAndDestroy()],
  [
    'resets the connection in its answer',
    (socket: Socket) => socket.write(`${HEAD}content-length: 9\r\n\r\n[`, () => socket.resetAndDestroy()),
  ],
  ['closes its half and answers nothing', (socket: Socket) => socket.resume().end()],
] as const) {
  test(`a service that ${title} is a failed engine`, async () => {
    assert.deepEqual(await runWith(connected), failed('unreachable'));
  });
}

test('a service that takes the connection and reads nothing is given up at the time limit', async () => {
  const clock = scriptedClock();
  const begun = Promise.withResolvers<void>();
  const text = `${SECRET}${'x'.repeat(900_000)}`;
  const run = runWith((socket) => (socket.pause(), begun.resolve()), { clock, text });
  await begun.promise;
  clock.pass(WIDE_LIMITS.timeoutMs);
  assert.deepEqual(await run, failed('timed-out'));
});

test('a scan that is given up closes the connection', async () => {
  const controller = new AbortController();
  const closed = Promise.withResolvers<void>();
  const connected = (socket: Socket): void => {
    socket.once('data', () => controller.abort()).once('close', closed.resolve);
  };
  assert.deepEqual(await runWith(connected, { signal: controller.signal }), failed('aborted'));
  await closed.promise;
});
