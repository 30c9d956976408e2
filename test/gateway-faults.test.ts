import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import zlib from 'node:zlib';

import { stringField } from '../src/core/json.ts';
import type { JsonObject } from '../src/core/json.ts';
import { nextTurn, post, PROVEN, TOKEN, wire } from '../src/gateway/gateway-rig.ts';
import type { GatewayRig, WireReply } from '../src/gateway/gateway-rig.ts';
import { ANY_TOKEN, fullRig, holdsPlanted, MAIL, OTHER_MAIL, SECRET, tokensIn } from './gateway-full-rig.ts';
import { FORMS, requestOf, SSE, STREAMS, WHOLE } from './gateway-replies.ts';
import type { NamedUnit, ReplyForm, SaidBlock } from './gateway-replies.ts';
import { readReply } from './gateway-reply-reading.ts';
import { startUpstream } from './gateway-upstream.ts';
import type { Asked, Upstream } from './gateway-upstream.ts';

// What goes wrong between a client, the gateway and the model service, with masking and restoring as the policy has them.
// Whatever it is: nothing planted goes up, no token comes down, no reply looks whole that the service did not end, and a
// record says how it ended.

type Rig = GatewayRig<Upstream>;
type Test = Parameters<typeof fullRig>[0];

const SLOW = process.env['SLOW'] === '1';
const PROMPT = `Write to ${MAIL} and to ${OTHER_MAIL}. The key is ${SECRET}.`;

/** What the model says with the tokens of its request, in all kinds of blocks. */
function said(seen: Buffer): readonly SaidBlock[] {
  const [mail = 'no token', other = 'no token'] = tokensIn(seen, 'EMAIL');
  const [secret = 'no token'] = tokensIn(seen, 'SECRET');
  return [
    { thinking: 'Well, é😀.', signature: 'c2ln' },
    { text: `Dear ${mail}, see ${other}.`, cited: { words: `is ${secret}`, title: `To ${mail}` } },
    { call: { id: 'toolu_1', name: 'Read', input: { file_path: `/w/${mail}`, note: `a "${secret}" é😀` } } },
    { text: `And ${secret}${mail}!` },
  ];
}

/** The same as a client must be given it. */
const TRUE_TEXT = `Dear ${MAIL}, see ${OTHER_MAIL}.And ${SECRET}${MAIL}!`;
const TRUE_INPUT = JSON.stringify({ file_path: `/w/${MAIL}`, note: `a "${SECRET}" é😀` });

/** A gateway whose upstream answers each request by `play`, in a form. */
async function staged(
  t: Test,
  form: ReplyForm,
  play: (asked: Asked, units: readonly NamedUnit[]) => void,
): Promise<Rig> {
  const model = await startUpstream((asked) => play(asked, form.units(said(asked.body))));
  return await fullRig(t, model, { provider: form.provider, idleMs: 20_000 });
}

const ask = (rig: Rig, form: ReplyForm): Promise<WireReply> =>
  wire(rig.gateway.url, post(form.path, requestOf(form, PROMPT)));

interface Ending extends JsonObject {
  readonly ended: string;
}

/** Waits for the record of how the request of this number ended. */
async function endOf(rig: Rig, number: number): Promise<Ending> {
  for (;;) {
    const record = rig.bodies('response')[number];
    if (record !== undefined) return { ...record, ended: stringField(record, 'ended') ?? '' };
    await nextTurn();
  }
}

/** What must hold for each reply, wherever it was cut: what came is the beginning of what is true. */
function assertSafe(form: ReplyForm, rig: Rig, reply: WireReply): void {
  // Each request is looked at behind its own reply.
  for (const { body, headers } of rig.model.asked.slice(-1)) {
    assert.ok(!holdsPlanted(body), 'the model saw a planted value');
    assert.ok(!JSON.stringify(headers).includes(TOKEN), "the model saw the session's token");
  }
  if (reply.status !== 200 || reply.body.length === 0) return;
  const read = readReply(form, reply.body);
  assert.doesNotMatch(`${read.text} ${read.input} ${read.cited}`, ANY_TOKEN);
  // A token that the service cut in two goes out as the text that it is.
  assert.ok(TRUE_TEXT.startsWith(withoutHalf(read.text)), read.text);
  assert.ok(TRUE_INPUT.startsWith(withoutHalf(read.input)), read.input);
}

const withoutHalf = (text: string): string => text.replace(/q(?:z[a-z0-9]*)?$/i, '');

/** Each of the two who may see to a client's calls: its hooks, or the gateway, which holds them back until it has decided. */
const CALLS_BY = ['hooks', 'gateway'] as const;

function setCallsBy(rig: Rig, by: (typeof CALLS_BY)[number]): void {
  if (by === 'hooks') rig.proven.add(PROVEN);
  else rig.proven.delete(PROVEN);
}

for (const form of FORMS)
  test(`without a fault, ${form.name} comes restored and whole`, async (t) => {
    const rig = await staged(t, form, ({ reply }, units) => {
      reply.writeHead(200, { 'content-type': form.contentType });
      for (const { bytes } of units) reply.write(bytes);
      reply.end();
    });
    for (const [number, by] of CALLS_BY.entries()) {
      setCallsBy(rig, by);
      const reply = await ask(rig, form);
      assertSafe(form, rig, reply);
      const read = readReply(form, reply.body);
      assert.deepEqual([read.text, read.input], [TRUE_TEXT, TRUE_INPUT]);
      assert.equal(read.thinking, 'Well, é😀.');
      assert.match(read.cited, new RegExp(`is ${SECRET}.*To ${MAIL}|To ${MAIL}.*is ${SECRET}`));
      assert.deepEqual([reply.isWhole, read.isOver, read.error], [true, true, null]);
      assert.equal((await endOf(rig, number))['ended'], 'complete');
    }
  });

for (const { how, breakOff } of [
  { how: 'reset', breakOff: ({ reply }: Asked) => reply.socket?.resetAndDestroy() },
  { how: 'closed', breakOff: ({ reply }: Asked) => reply.socket?.destroy() },
])
  for (const form of STREAMS)
    test(`a connection that the upstream ${how} after each event is no end: ${form.name}`, async (t) => {
      let last = 0;
      const rig = await staged(t, form, (asked, units) => {
        asked.reply.writeHead(200, { 'content-type': form.contentType });
        asked.reply.write(Buffer.concat(units.slice(0, last).map(({ bytes }) => bytes)), () => breakOff(asked));
      });
      const events = form.units(said(Buffer.alloc(0))).length;
      let [number, characters] = [0, 0];
      for (const by of CALLS_BY)
        for (last = 1; last <= events; last += 1) {
          setCallsBy(rig, by);
          const reply = await ask(rig, form);
          assertSafe(form, rig, reply);
          characters += readReply(form, reply.body).text.length;
          assert.equal(reply.isWhole && reply.status === 200, false, `after ${last} events`);
          const { ended } = await endOf(rig, number);
          assert.ok(ended === 'upstream-cut' || ended === 'upstream-failed', `after ${last} events: ${ended}`);
          number += 1;
        }
      assert.ok(characters > TRUE_TEXT.length, 'what came before a break went on');
      t.diagnostic(`${number} breaks, ${characters} characters of text before them`);
    });

for (const form of STREAMS)
  test(`a stream that ends in the middle of an event does not come whole: ${form.name}`, async (t) => {
    let cut = 0;
    let half = Buffer.alloc(0);
    const rig = await staged(t, form, ({ reply }, units) => {
      const bytes = Buffer.concat(units.map((unit) => unit.bytes));
      const kept = bytes.subarray(0, bytes.length - cut);
      const ends = units.map((_, at) => Buffer.concat(units.slice(0, at + 1).map((unit) => unit.bytes)).length);
      half = kept.subarray(ends.findLast((end) => end <= kept.length) ?? 0);
      reply.writeHead(200, { 'content-type': form.contentType });
      reply.end(kept);
    });
    const length = Buffer.concat(form.units(said(Buffer.alloc(0))).map(({ bytes }) => bytes)).length;
    let number = 0;
    for (cut = 1; cut < length; cut += SLOW ? 3 : 97) {
      const reply = await ask(rig, form);
      assertSafe(form, rig, reply);
      const { ended } = await endOf(rig, number);
      number += 1;
      assert.equal(reply.isWhole, ended === 'complete', `without the last ${cut} bytes`);
      if (half.length === 0) assert.equal(ended, 'complete');
      // Of server-sent events the blank line may be missing, or all data: nobody is told less by that.
      else if (form !== SSE || !isReadable(half)) assert.notEqual(ended, 'complete', `without the last ${cut} bytes`);
    }
    t.diagnostic(`${number} cuts`);
  });

function isReadable(half: Buffer): boolean {
  const [, data = ''] = /^data: ?(.*)$/m.exec(half.toString()) ?? [];
  try {
    return data === '' || typeof JSON.parse(data) === 'object';
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

for (const half of [
  'event: content_block_delta',
  'event: content_block_delta\ndata:',
  'event: ping\ndata: {"type":"ping"}',
])
  test(`what was held back is an event of its own behind a half one: ${half.replace('\n', ' ')}`, async (t) => {
    const rig = await staged(t, SSE, ({ body, reply }) => {
      const [mail = ''] = tokensIn(body, 'EMAIL');
      const units = SSE.units([{ text: `To ${mail} q` }]);
      reply.writeHead(200, { 'content-type': SSE.contentType });
      reply.end(Buffer.concat([...units.slice(0, -3).map(({ bytes }) => bytes), Buffer.from(half)]));
    });
    const reply = await ask(rig, SSE);
    assert.match(readReply(SSE, reply.body).text, /^To [a-z.]+@northwind-labs\.com q$/);
    assert.equal((await endOf(rig, 0))['ended'], 'complete');
  });

for (const form of WHOLE)
  for (const { how, finish, body } of [
    {
      how: 'is cut within its length',
      finish: ({ reply }: Asked, bytes: Buffer) => void reply.write(bytes, () => reply.socket?.resetAndDestroy()),
      body: (bytes: Buffer) => bytes.subarray(0, -9),
    },
    {
      how: 'ends in the middle',
      finish: ({ reply }: Asked, bytes: Buffer) => void reply.end(bytes),
      body: (bytes: Buffer) => bytes.subarray(0, bytes.length / 2),
    },
    {
      how: 'is a page of HTML',
      finish: ({ reply }: Asked, bytes: Buffer) => void reply.end(bytes),
      body: () => Buffer.from('<html>hello</html>'),
    },
    {
      how: 'is empty',
      finish: ({ reply }: Asked, bytes: Buffer) => void reply.end(bytes),
      body: () => Buffer.alloc(0),
    },
  ])
    test(`a reply that ${how} is an error of the gateway's: ${form.name}`, async (t) => {
      const rig = await staged(t, form, (asked, [unit]) => {
        asked.reply.writeHead(200, { 'content-type': form.contentType });
        finish(asked, body(unit?.bytes ?? Buffer.alloc(0)));
      });
      const reply = await ask(rig, form);
      assert.ok(reply.status >= 400, String(reply.status));
      assert.equal(reply.isWhole, true);
      assert.doesNotMatch(reply.body.toString(), ANY_TOKEN);
      assert.match(readReply(form, reply.body).error ?? '', /^Sallyport/);
      const { ended } = await endOf(rig, 0);
      assert.ok(ended === 'upstream-cut' || ended === 'unreadable-reply', ended);
    });

/** Where a frame is hit: its length, its two sums, a header, its content. */
const HITS: readonly (readonly [what: string, at: (frame: Buffer) => number])[] = [
  ['the length of its headers', () => 6],
  ['the sum of its prelude', () => 9],
  ['a header', () => 16],
  ['its content', (frame) => frame.length - 6],
  ['the sum of the whole', (frame) => frame.length - 1],
];

for (const form of STREAMS.filter(({ provider }) => provider === 'bedrock'))
  test(`a frame whose sum is wrong goes to no client, whichever it is: ${form.name}`, async (t) => {
    let [last, hit] = [0, HITS[0]];
    const rig = await staged(t, form, ({ reply }, units) => {
      const frames = units.map(({ bytes }) => Buffer.from(bytes));
      const frame = frames[last] ?? Buffer.alloc(0);
      const at = hit?.[1](frame) ?? 0;
      frame[at] = (frame[at] ?? 0) ^ 0x40;
      reply.writeHead(200, { 'content-type': form.contentType });
      reply.end(Buffer.concat(frames));
    });
    const frames = form.units(said(Buffer.alloc(0)));
    const firsts = frames.flatMap(({ name }, at) => (frames.findIndex((one) => one.name === name) === at ? [at] : []));
    let number = 0;
    for (last of firsts)
      for (hit of HITS) {
        const reply = await ask(rig, form);
        assertSafe(form, rig, reply);
        assert.equal(reply.isWhole, false, `${frames[last]?.name ?? ''}: ${hit[0]}`);
        assert.match(readReply(form, reply.body).error ?? '', /^Sallyport cut this answer/);
        assert.equal((await endOf(rig, number))['ended'], 'unreadable-reply');
        number += 1;
      }
    t.diagnostic(`${number} frames`);
  });

const CODINGS = [
  ['gzip', zlib.gzipSync],
  ['br', zlib.brotliCompressSync],
  ['zstd', zlib.zstdCompressSync],
  ['deflate', zlib.deflateSync],
] as const;

for (const form of FORMS)
  test(`a reply that comes compressed is restored and goes on plain, and one that breaks off in it is no end: ${form.name}`, async (t) => {
    let [coding, length] = [CODINGS[0] as (typeof CODINGS)[number], 1];
    const rig = await staged(t, form, ({ reply }, units) => {
      const bytes = coding[1](Buffer.concat(units.map((unit) => unit.bytes)));
      reply.writeHead(200, { 'content-type': form.contentType, 'content-encoding': coding[0] });
      const end = Math.floor(bytes.length * length);
      for (let at = 0; at < end; at += 61) reply.write(bytes.subarray(at, Math.min(end, at + 61)));
      reply.end();
    });
    let number = 0;
    for (coding of CODINGS)
      for (length of [1, 0.6]) {
        const reply = await ask(rig, form);
        const { ended } = await endOf(rig, number);
        number += 1;
        assertSafe(form, rig, reply);
        if (length === 1) {
          assert.deepEqual([reply.status, reply.isWhole, ended], [200, true, 'complete'], coding[0]);
          assert.doesNotMatch(reply.head, /content-encoding/i);
          const read = readReply(form, reply.body);
          assert.deepEqual([read.text, read.input, read.isOver], [TRUE_TEXT, TRUE_INPUT, true]);
        } else {
          assert.equal(reply.status === 200 && reply.isWhole, false, coding[0]);
          assert.ok(ended === 'upstream-cut' || ended === 'unreadable-reply', `${coding[0]}: ${ended}`);
        }
      }
  });

for (const form of FORMS)
  test(`a reply in a coding that is none, or that nobody knows, is an error: ${form.name}`, async (t) => {
    const codings = ['gzip', 'br', 'zstd', 'compress', 'gzip, br'];
    let coding = '';
    const rig = await staged(t, form, ({ reply }, units) => {
      reply.writeHead(200, { 'content-type': form.contentType, 'content-encoding': coding });
      reply.end(Buffer.concat(units.map(({ bytes }) => bytes)));
    });
    for (const [number, each] of codings.entries()) {
      coding = each;
      const reply = await ask(rig, form);
      assert.equal(reply.status === 200 && reply.isWhole, false, coding);
      assert.equal(reply.status === 200 ? reply.body.length : 0, 0, 'nothing of it goes on');
      const { ended } = await endOf(rig, number);
      assert.ok(ended === 'upstream-cut' || ended === 'unreadable-reply', `${coding}: ${ended}`);
    }
  });

const ERROR_BODIES: readonly (readonly [status: number, body: string])[] = [
  [400, '{"type":"error","error":{"type":"invalid_request_error","message":"prompt  is too long: 250000"}}'],
  [401, '{ "type":"error" , "error":{"type":"authentication_error","message":"invalid x-api-key \\u00e9"}}\n'],
  [403, '{"message":"You don\'t have access"}'],
  [404, '<html>not here</html>'],
  [413, ''],
  [429, '{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}'],
  [500, 'not even \u0000 text \ufffd'],
  [503, '{"message":"ServiceUnavailableException"}'],
  [529, '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'],
];

for (const form of FORMS)
  test(`errors of the service pass byte for byte, with what they tell of repeating: ${form.name}`, async (t) => {
    let [status, body] = [0, ''];
    const rig = await staged(t, form, ({ reply }) => {
      reply.writeHead(status, 'As It Says', {
        'content-type': 'application/json',
        'Retry-After': '17',
        'anthropic-ratelimit-requests-remaining': '0',
        'x-should-retry': 'true',
        'x-amzn-ErrorType': 'ThrottlingException:http://internal/',
        'request-id': `req_${status}`,
      });
      reply.end(body);
    });
    for (const [number, error] of ERROR_BODIES.entries()) {
      [status, body] = error;
      const reply = await ask(rig, form);
      assert.deepEqual([reply.status, reply.body.toString(), reply.isWhole], [status, body, true]);
      for (const line of [
        `HTTP/1.1 ${status} As It Says`,
        'Retry-After: 17',
        'anthropic-ratelimit-requests-remaining: 0',
        'x-should-retry: true',
        'x-amzn-ErrorType: ThrottlingException:http://internal/',
      ])
        assert.ok(reply.head.includes(line), line);
      const record = await endOf(rig, number);
      assert.deepEqual([record['status'], record['ended'], record['requestId']], [status, 'complete', `req_${status}`]);
      assertSafe(form, rig, reply);
    }
  });

for (const form of STREAMS)
  test(`a client that leaves after each event takes the upstream along: ${form.name}`, async (t) => {
    let last = 0;
    const rig = await staged(t, form, ({ reply }, units) => {
      reply.writeHead(200, { 'content-type': form.contentType });
      reply.write(Buffer.concat(units.slice(0, last).map(({ bytes }) => bytes)));
    });
    const events = form.units(said(Buffer.alloc(0))).length;
    let number = 0;
    for (const by of CALLS_BY)
      for (last = 1; last <= events; last += 1) {
        setCallsBy(rig, by);
        const reply = await wire(rig.gateway.url, post(form.path, requestOf(form, PROMPT)), (_, socket) =>
          socket.destroy(),
        );
        assert.equal(reply.isWhole, false);
        await rig.model.asked[number]?.cut;
        assert.equal((await endOf(rig, number))['ended'], 'client-gone', `after ${last} events`);
        number += 1;
        assertSafe(form, rig, reply);
      }
    t.diagnostic(`${number} leaves`);
  });

for (const form of FORMS)
  test(`a client that leaves before the reply begins takes the upstream along: ${form.name}`, async (t) => {
    const { promise: isAsked, resolve } = Promise.withResolvers<void>();
    const rig = await staged(t, form, () => resolve());
    const { hostname, port } = new URL(rig.gateway.url);
    const socket = net.connect(Number(port), hostname);
    socket.write(post(form.path, requestOf(form, PROMPT)));
    await isAsked;
    socket.destroy();
    await rig.model.asked[0]?.cut;
    assert.equal((await endOf(rig, 0))['ended'], 'client-gone');
  });

test('a request that its client breaks off within the body goes nowhere', async (t) => {
  const form = SSE;
  const rig = await staged(t, form, () => assert.fail('nothing goes up'));
  const { hostname, port } = new URL(rig.gateway.url);
  const bytes = post(form.path, requestOf(form, PROMPT));
  for (let at = bytes.indexOf('\r\n\r\n'); at < bytes.length; at += 13) {
    const socket = net.connect(Number(port), hostname);
    await new Promise<void>((resolve) => {
      socket.write(bytes.subarray(0, at), () => socket.resetAndDestroy());
      socket.once('close', () => resolve());
    });
  }
  // Another request goes on all the same, and is the only one that is asked for.
  const whole = wire(rig.gateway.url, 'GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.equal((await whole).status, 403);
  assert.equal(rig.model.asked.length, 0);
});
