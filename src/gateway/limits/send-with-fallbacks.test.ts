import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import { upstreamClient, upstreamTarget } from '../upstream.ts';
import type { UpstreamRequest } from '../upstream.ts';
import { fallbackUpstream } from './fallback-upstream.ts';
import { sendWithFallbacks } from './send-with-fallbacks.ts';
import type { Candidate, PassedOver, Sent } from './send-with-fallbacks.ts';
import { LEFT_ALONE_MS, upstreamHealth } from './upstream-health.ts';

/** What an upstream does with a request. */
type Way =
  | { readonly kind: 'answers'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Ends the connection without a word. */
  | { readonly kind: 'hangs-up' }
  /** Takes the request and says nothing. */
  | { readonly kind: 'silent' }
  /** Nobody listens. */
  | { readonly kind: 'absent' };

const answers = (status: number, headers: Readonly<Record<string, string>> = {}): Way => ({
  kind: 'answers',
  status,
  headers,
});

interface Upstreams {
  /** How often each was asked. */
  readonly asked: number[];
  readonly told: { readonly upstream: number; readonly passedOver: readonly PassedOver[] }[];
  readonly lines: string[];
  readonly ways: Way[];
  uptimeMs: number;
  mayGo: boolean;
  unprepared: number | null;
  send(signal?: AbortSignal): Promise<Sent>;
}

const IDLE_MS = 60;

async function withUpstreams(ways: readonly Way[], work: (upstreams: Upstreams) => Promise<void>): Promise<void> {
  const servers = await Promise.all(
    ways.map((_, at) =>
      server(
        () => made.ways[at] ?? { kind: 'absent' },
        () => {
          made.asked[at] = (made.asked[at] ?? 0) + 1;
        },
      ),
    ),
  );
  const client = upstreamClient();
  const health = upstreamHealth(() => made.uptimeMs);
  const made: Upstreams = {
    asked: ways.map(() => 0),
    told: [],
    lines: [],
    ways: [...ways],
    uptimeMs: 0,
    mayGo: true,
    unprepared: null,
    send: async (signal = new AbortController().signal) => {
      const [first, ...others] = servers.map(({ url }, at): Candidate => ({
        baseUrl: url(),
        request: async () => {
          if (made.unprepared === at) throw new RangeError('secret words');
          return requestTo(url(), signal);
        },
      }));
      assert.ok(first !== undefined);
      return await sendWithFallbacks({
        send: (request) => client.send(request),
        candidates: [first, ...others],
        health,
        tell: async (upstream, passedOver) => {
          made.told.push({ upstream, passedOver: [...passedOver] });
          return made.mayGo;
        },
        signal,
        logError: (line) => made.lines.push(line),
      });
    },
  };
  try {
    await work(made);
  } finally {
    client.close();
    for (const { close } of servers) close();
  }
}

async function server(
  way: () => Way,
  onRequest: () => void,
): Promise<{ readonly url: () => string; readonly close: () => void }> {
  const listening = http.createServer((request, response) => {
    onRequest();
    const now = way();
    request.resume();
    if (now.kind === 'answers') response.writeHead(now.status, now.headers).end(`status ${now.status}`);
    else if (now.kind !== 'silent') request.socket.destroy();
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  const free = await freePort();
  return {
    url: () => `http://127.0.0.1:${way().kind === 'absent' ? free : port}`,
    close: () => {
      listening.closeAllConnections();
      listening.close();
    },
  };
}

async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

function requestTo(url: string, signal: AbortSignal): UpstreamRequest {
  const target = upstreamTarget(url);
  const body = Buffer.from('{}');
  const headers = ['host', target.host, 'content-length', String(body.length)];
  return {
    target,
    method: 'POST',
    path: '/v1/messages',
    headers,
    body: [body],
    timeouts: { connectMs: 1_000, idleMs: IDLE_MS },
    signal,
  };
}

async function textOf(sent: Sent): Promise<string> {
  assert.equal(sent.kind, 'answered');
  assert.ok(sent.kind === 'answered');
  const parts: Buffer[] = [];
  for await (const part of sent.reply) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function statusOf(sent: Sent): number | string {
  if (sent.kind !== 'answered') return sent.kind;
  sent.reply.destroy();
  return sent.reply.statusCode ?? 0;
}

for (const status of [500, 502, 503, 504, 529]) {
  test(`a head of ${status} sends the request to the next one`, async () => {
    await withUpstreams([answers(status), answers(200)], async (upstreams) => {
      const sent = await upstreams.send();
      assert.equal(await textOf(sent), 'status 200');
      assert.deepEqual(sent.kind === 'answered' && [sent.upstream, sent.passedOver], [
        1,
        [{ upstream: 0, why: `status-${status}` }],
      ]);
      assert.deepEqual(upstreams.told, [{ upstream: 1, passedOver: [{ upstream: 0, why: `status-${status}` }] }]);
    });
  });
}

for (const status of [200, 201, 302, 400, 401, 403, 404, 413, 429, 501]) {
  test(`a head of ${status} is the answer, and no other is asked`, async () => {
    await withUpstreams([answers(status), answers(200)], async (upstreams) => {
      assert.equal(statusOf(await upstreams.send()), status);
      assert.deepEqual(upstreams.asked, [1, 0]);
      assert.deepEqual(upstreams.told, []);
    });
  });
}

for (const kind of ['absent', 'hangs-up', 'silent'] as const) {
  test(`one that is ${kind} is passed over`, async () => {
    await withUpstreams([{ kind }, answers(200)], async (upstreams) => {
      const sent = await upstreams.send();
      assert.equal(statusOf(sent), 200);
      assert.deepEqual(sent.passedOver, [{ upstream: 0, why: 'not-reached' }]);
      assert.deepEqual(upstreams.lines, ['gateway: upstream failed: Error']);
    });
  });
}

test('where all fail, the reply of the last that gave one passes, with its wish to be left in peace', async () => {
  const ways = [
    answers(503, { 'retry-after': '3' }),
    answers(529, { 'retry-after': '7' }),
    { kind: 'absent' } as const,
  ];
  await withUpstreams(ways, async (upstreams) => {
    const sent = await upstreams.send();
    assert.ok(sent.kind === 'answered');
    assert.deepEqual([sent.upstream, sent.reply.statusCode, sent.reply.headers['retry-after']], [1, 529, '7']);
    assert.deepEqual(sent.passedOver, [
      { upstream: 0, why: 'status-503' },
      { upstream: 2, why: 'not-reached' },
    ]);
    assert.equal(await textOf(sent), 'status 529');
  });
});

test('where none can be reached there is no answer', async () => {
  await withUpstreams([{ kind: 'absent' }, { kind: 'hangs-up' }], async (upstreams) => {
    assert.deepEqual(await upstreams.send(), {
      kind: 'failed',
      retryAfter: null,
      passedOver: [
        { upstream: 0, why: 'not-reached' },
        { upstream: 1, why: 'not-reached' },
      ],
    });
  });
});

test('without another one a failure is the answer as it came', async () => {
  await withUpstreams([answers(529, { 'retry-after': '7' })], async (upstreams) => {
    for (const asked of [1, 2]) {
      const sent = await upstreams.send();
      assert.ok(sent.kind === 'answered');
      assert.deepEqual(sent.passedOver, []);
      assert.equal(await textOf(sent), 'status 529');
      assert.deepEqual(upstreams.asked, [asked]);
    }
    assert.deepEqual(upstreams.told, []);
  });
});

test('one that failed is left alone for half a minute, then one request finds out how it is', async () => {
  await withUpstreams([{ kind: 'absent' }, answers(200)], async (upstreams) => {
    assert.equal(statusOf(await upstreams.send()), 200);
    upstreams.uptimeMs += LEFT_ALONE_MS - 1;
    const sent = await upstreams.send();
    assert.deepEqual(sent.passedOver, [{ upstream: 0, why: 'left-alone' }]);
    assert.equal(statusOf(sent), 200);
    assert.deepEqual(upstreams.told.at(-1), { upstream: 1, passedOver: [{ upstream: 0, why: 'left-alone' }] });
    upstreams.uptimeMs += 1;
    assert.deepEqual((await upstreams.send()).passedOver, [{ upstream: 0, why: 'not-reached' }]);
  });
});

test('one that works again is the first again, and only one request tries it', async () => {
  await withUpstreams([answers(503), answers(200)], async (upstreams) => {
    statusOf(await upstreams.send());
    upstreams.ways[0] = { kind: 'silent' };
    upstreams.uptimeMs += LEFT_ALONE_MS;
    const probe = upstreams.send();
    const other = await upstreams.send();
    assert.deepEqual(other.passedOver, [{ upstream: 0, why: 'left-alone' }]);
    statusOf(other);
    assert.deepEqual((await probe).passedOver, [{ upstream: 0, why: 'not-reached' }]);
    statusOf(await probe);
    upstreams.ways[0] = answers(201);
    upstreams.uptimeMs += LEFT_ALONE_MS;
    assert.equal(statusOf(await upstreams.send()), 201);
    const asked = upstreams.asked[1];
    assert.equal(statusOf(await upstreams.send()), 201);
    assert.equal(upstreams.asked[1], asked);
  });
});

test('those that are left alone are better than none', async () => {
  await withUpstreams([answers(503), answers(503)], async (upstreams) => {
    statusOf(await upstreams.send());
    upstreams.ways[0] = answers(200);
    assert.equal(statusOf(await upstreams.send()), 200);
    upstreams.ways[0] = answers(503);
    upstreams.ways[1] = answers(200);
    assert.equal(statusOf(await upstreams.send()), 200);
  });
});

test('nothing goes to another one unless that was recorded', async () => {
  await withUpstreams([answers(503), answers(200)], async (upstreams) => {
    upstreams.mayGo = false;
    assert.equal((await upstreams.send()).kind, 'stopped');
    assert.deepEqual(upstreams.asked, [1, 0]);
  });
});

test('one whose address or credentials cannot be had is passed over without a word of why', async () => {
  await withUpstreams([answers(503), answers(200), answers(200)], async (upstreams) => {
    upstreams.unprepared = 1;
    const sent = await upstreams.send();
    assert.deepEqual(sent.passedOver, [
      { upstream: 0, why: 'status-503' },
      { upstream: 1, why: 'not-prepared' },
    ]);
    statusOf(sent);
    assert.deepEqual(upstreams.lines, ['gateway: no upstream: RangeError']);
  });
});

test('a client that is gone ends it, and says nothing of the upstream', async () => {
  await withUpstreams([{ kind: 'silent' }, answers(200)], async (upstreams) => {
    const gone = new AbortController();
    const sending = upstreams.send(gone.signal);
    while (upstreams.asked[0] === 0) await new Promise(setImmediate);
    gone.abort();
    assert.equal((await sending).kind, 'failed');
    assert.deepEqual(upstreams.asked, [1, 0]);
    upstreams.ways[0] = answers(201);
    assert.equal(statusOf(await upstreams.send()), 201);
  });
});

for (const { name, baseUrl, want } of [
  {
    name: 'a region in the address is signed for',
    baseUrl: 'https://bedrock-runtime.eu-west-1.amazonaws.com',
    want: 'eu-west-1',
  },
  {
    name: 'so is that of a FIPS endpoint',
    baseUrl: 'https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com',
    want: 'us-gov-west-1',
  },
  {
    name: 'and that of an interface endpoint',
    baseUrl: 'https://vpce-1-a.bedrock-runtime.eu-central-1.vpce.amazonaws.com',
    want: 'eu-central-1',
  },
  { name: 'another host keeps the region', baseUrl: 'https://bedrock.corp.example/x', want: 'us-east-1' },
  {
    name: 'a host that only begins so keeps the region',
    baseUrl: 'https://bedrock-runtime.eu-west-1.amazonaws.com.evil.example',
    want: 'us-east-1',
  },
]) {
  test(name, () => {
    const upstream = fallbackUpstream(
      {
        provider: 'bedrock',
        baseUrl: 'https://bedrock-runtime.us-east-1.amazonaws.com',
        region: 'us-east-1',
        credentials: null,
      },
      baseUrl,
    );
    assert.deepEqual(upstream, { provider: 'bedrock', baseUrl, region: want, credentials: null });
  });
}
