import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';

import type { Sha256 } from '../core/ids.ts';
import { canonicalJson, stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { eventStreamBytes, messageEvents, sseBytes } from '../drill/scripted-model-reply.ts';
import type { CallGate } from './call-gate.ts';
import { ClientGone } from './client-writer.ts';
import type { ClientWriter } from './client-writer.ts';
import { EVENT_STREAM_CODEC } from './event-stream-codec.ts';
import { relayStream } from './relay.ts';
import type { Refusal } from './refusal.ts';
import { replyRestorer } from './reply/index.ts';
import type { ReplyStage, ReplyUnit } from './reply/index.ts';
import { contentOf, frameEvents, inPieces, LOOKUP, MAIL, replyEvents, sseEvents } from './reply/reply-fixtures.ts';
import { textBlock, toolBlock, VALUES } from './reply/reply-fixtures.ts';
import { SSE_CODEC } from './sse-codec.ts';
import type { StreamCodec } from './stream-codec.ts';

const RUNS = process.env['SLOW'] === '1' ? 20_000 : 200;
const MAX_EVENT_BYTES = 1024 * 1024;

const CALLS = [0, 1].map((n) => ({ name: 'Bash', input: { command: `echo "é😀" ${n}` } }));
const EVENTS = messageEvents({ text: 'héllo 😀', toolUses: CALLS }, { model: 'm', turn: 0, requestBytes: 4 });
const SSE = sseBytes(EVENTS);

interface Corpus {
  readonly name: string;
  readonly codec: StreamCodec;
  readonly bytes: Buffer;
  /** Where each event ends. */
  readonly ends: readonly number[];
  /** The bytes after which the client may run the first call. */
  readonly firstCallEnd: number;
}

const CORPUS: readonly Corpus[] = [
  corpus('LF', SSE_CODEC, (events) => sseBytes(events)),
  corpus('CR LF', SSE_CODEC, (events) => Buffer.from(sseBytes(events).toString().replaceAll('\n', '\r\n'))),
  corpus('CR', SSE_CODEC, (events) => Buffer.from(sseBytes(events).toString().replaceAll('\n', '\r'))),
  corpus('data over lines', SSE_CODEC, (events) =>
    Buffer.from(
      events.map((event) => `: c\n${JSON.stringify(event, null, 1).replace(/^/gm, 'data:')}\nid: 7\n\n`).join(''),
    ),
  ),
  corpus('frames', EVENT_STREAM_CODEC, eventStreamBytes),
];

function corpus(name: string, codec: StreamCodec, bytesOf: (events: readonly JsonObject[]) => Buffer): Corpus {
  const ends = EVENTS.map((_, index) => bytesOf(EVENTS.slice(0, index + 1)).length);
  const stop = EVENTS.findIndex((event) => event['type'] === 'content_block_stop' && event['index'] === 1);
  return { name, codec, bytes: bytesOf(EVENTS), ends, firstCallEnd: ends[stop] ?? 0 };
}

interface Run {
  readonly sent: Buffer;
  readonly end: 'open' | 'cut';
  readonly lastWords: string | null;
  readonly ended: string;
  /** Bytes that the client had when each call was put to the gate. */
  readonly sentAtCall: readonly number[];
  /** The digest of the input of each. */
  readonly digests: readonly string[];
}

async function run(
  codec: StreamCodec,
  chunks: readonly Buffer[],
  options: {
    readonly refuseCall?: number;
    readonly breaks?: boolean;
    readonly stages?: readonly ReplyStage[];
    readonly onSent?: (sent: Buffer) => void;
  } = {},
): Promise<Run> {
  let sent: Buffer = Buffer.alloc(0);
  let end: Run['end'] = 'open';
  let lastWords: string | null = null;
  const sentAtCall: number[] = [];
  const digests: string[] = [];
  const client: ClientWriter = {
    head: () => undefined,
    isHeadSent: true,
    write: (bytes) => {
      if (end === 'cut') return Promise.reject(new ClientGone('gone'));
      sent = Buffer.concat([sent, bytes]);
      options.onSent?.(sent);
      return Promise.resolve();
    },
    end: () => undefined,
    cut: (words) => {
      end = 'cut';
      lastWords = words?.toString() ?? null;
    },
    goneSignal: new AbortController().signal,
    sent: () => ({ bytes: sent.length, sha256: '' as Sha256 }),
    release: () => undefined,
  };
  const gate: CallGate = {
    start: () => null,
    complete: (toolUses) => {
      for (const use of toolUses) {
        sentAtCall.push(sent.length);
        digests.push(use.inputSha256);
      }
      const refusal: Refusal = { why: 'session-ended', message: 'stopped by ada' };
      return Promise.resolve(sentAtCall.length > (options.refuseCall ?? Number.POSITIVE_INFINITY) ? refusal : null);
    },
  };
  async function* source(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
    if (options.breaks === true) throw new Error('ECONNRESET');
  }
  const { ended } = await relayStream(source(), codec, gate, client, MAX_EVENT_BYTES, options.stages);
  return { sent, end, lastWords, ended, sentAtCall, digests };
}

for (const { name, codec, bytes, ends, firstCallEnd } of CORPUS) {
  test(`cut in two at any byte, a stream leaves as it came: ${name}`, async () => {
    for (let at = 0; at <= bytes.length; at += 1) {
      const { sent, ended, sentAtCall } = await run(codec, [bytes.subarray(0, at), bytes.subarray(at)]);
      assert.ok(sent.equals(bytes), `cut at ${at}`);
      assert.equal(ended, 'complete');
      assert.equal(sentAtCall.length, 2);
      assert.ok((sentAtCall[0] ?? Infinity) < firstCallEnd, `cut at ${at}`);
    }
  });

  test(`cut into any pieces, a stream leaves as it came: ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        assert.ok((await run(codec, chunks)).sent.equals(bytes));
      }),
      { numRuns: RUNS },
    );
  });

  test(`broken off at any byte, only whole events leave, and the client is cut: ${name}`, async () => {
    for (let at = 0; at < bytes.length; at += 1) {
      const { sent, end, ended } = await run(codec, [bytes.subarray(0, at)], { breaks: true });
      const whole = ends.findLast((eventEnd) => eventEnd <= at) ?? 0;
      assert.ok(sent.length <= at && sent.length >= whole - 1, `cut at ${at}`);
      assert.deepEqual([end, ended], ['cut', 'upstream-cut']);
    }
  });

  test(`refused at a call, no byte of its last event leaves, however the stream is cut: ${name}`, async () => {
    for (let at = 0; at <= bytes.length; at += 1) {
      const chunks = [bytes.subarray(0, at), bytes.subarray(at)];
      const { sent, end, lastWords } = await run(codec, chunks, { refuseCall: 0 });
      assert.ok(sent.length < firstCallEnd && bytes.subarray(0, sent.length).equals(sent), `cut at ${at}`);
      assert.equal(end, 'cut');
      assert.match(lastWords ?? '', /stopped by ada/);
    }
  });
}

test('one event does not wait for the next', async () => {
  const chunks: Buffer[] = [];
  for (let start = 0; start < SSE.length; start += 1) chunks.push(SSE.subarray(start, start + 1));
  const lengths: number[] = [];
  let done = 0;
  const client = { write: (bytes: Buffer) => void lengths.push((done += bytes.length)) };
  const splitter = SSE_CODEC.splitter(MAX_EVENT_BYTES);
  for (const chunk of chunks) for (const unit of splitter.push(chunk)) client.write(unit);
  assert.deepEqual(lengths, CORPUS[0]?.ends);
});

for (const { name, codec, bytes } of [
  {
    name: 'data that is no JSON',
    codec: SSE_CODEC,
    bytes: Buffer.from('event: content_block_stop\ndata: {"type":\n\n'),
  },
  { name: 'data that is an array', codec: SSE_CODEC, bytes: Buffer.from('data: []\n\n') },
  { name: 'JSON without fields', codec: SSE_CODEC, bytes: Buffer.from('{"type":"message","content":[]}\n\n') },
  { name: 'an event without end', codec: SSE_CODEC, bytes: Buffer.alloc(MAX_EVENT_BYTES + 1, 'x') },
  { name: 'a frame with one bit changed', codec: EVENT_STREAM_CODEC, bytes: flipped(eventStreamBytes(EVENTS), 40) },
  { name: 'a frame too long', codec: EVENT_STREAM_CODEC, bytes: Buffer.from('7fffffff0000000000000000', 'hex') },
  { name: 'a frame too short', codec: EVENT_STREAM_CODEC, bytes: Buffer.from('000000010000000000000000', 'hex') },
]) {
  test(`an unreadable stream is cut, and says so: ${name}`, async () => {
    const { sent, end, ended, lastWords } = await run(codec, [bytes]);
    assert.deepEqual([sent.length, end, ended], [0, 'cut', 'unreadable-reply']);
    assert.match(lastWords ?? '', /cannot be checked/);
  });
}

test('a stream of frames that ends within one is cut, not ended', async () => {
  const bytes = eventStreamBytes(EVENTS);
  const { end, ended } = await run(EVENT_STREAM_CODEC, [bytes.subarray(0, -3)]);
  assert.deepEqual([end, ended], ['cut', 'upstream-cut']);
});

test('a last event without its blank line is looked at all the same', async () => {
  const { sent, sentAtCall } = await run(SSE_CODEC, [SSE.subarray(0, (CORPUS[0]?.firstCallEnd ?? 0) - 1)]);
  assert.equal(sentAtCall.length, 1);
  assert.equal(sent.length, (CORPUS[0]?.firstCallEnd ?? 0) - 1);
});

test('what may pass unread does: comments, unknown names, an exception of the service', async () => {
  const sse = Buffer.from('\ufeff: hi\n\nevent: x-new\ndata: not json\n\ndata: {"type":"x"}\n\n\n\nretry: 5\n\n');
  assert.ok((await run(SSE_CODEC, [sse])).sent.equals(sse));
  const frame = EVENT_STREAM_CODEC.refusalUnit('slow down');
  assert.ok((await run(EVENT_STREAM_CODEC, [frame])).sent.equals(frame));
});

const INPUT = { command: `mail ${MAIL}` };
const TOLD = replyEvents([
  textBlock(...inPieces(`I ask ${MAIL}`, 5)),
  toolBlock('t1', ...inPieces(JSON.stringify(INPUT), 6)),
]);
const RESTORED = JSON.stringify({ command: `mail ${VALUES[0]}` });

for (const { name, codec, bytes, eventsOf } of [
  { name: 'server-sent events', codec: SSE_CODEC, bytes: sseBytes(TOLD), eventsOf: sseEvents },
  { name: 'frames', codec: EVENT_STREAM_CODEC, bytes: eventStreamBytes(TOLD), eventsOf: frameEvents },
]) {
  test(`client and gate get the same call, restored, however the stream is cut: ${name}`, async () => {
    for (let at = 0; at <= bytes.length; at += 1) {
      const chunks = [bytes.subarray(0, at), bytes.subarray(at)];
      const { sent, ended, sentAtCall, digests } = await run(codec, chunks, { stages: [replyRestorer(codec, LOOKUP)] });
      const content = contentOf(eventsOf(sent));
      assert.deepEqual([content[0]?.['text'], content[1]?.['inputText']], [`I ask ${VALUES[0]}`, RESTORED]);
      assert.deepEqual(digests, [
        createHash('sha256')
          .update(canonicalJson(JSON.parse(RESTORED)))
          .digest('hex'),
      ]);
      const stop = eventsOf(sent.subarray(0, sentAtCall[0])).some(({ type, index }) => type === STOP && index === 1);
      assert.deepEqual([ended, stop], ['complete', false], `cut at ${at}`);
    }
  });

  test(`what was kept leaves before a stream that breaks off is cut, and never after a refusal: ${name}`, async () => {
    const half = MAIL.slice(0, 12);
    const part = TOLD.slice(0, 4).concat({ ...TOLD[3], delta: { type: 'text_delta', text: half } });
    const whole = codec === SSE_CODEC ? sseBytes(part) : eventStreamBytes(part);
    const stages = (): readonly ReplyStage[] => [replyRestorer(codec, LOOKUP)];
    const broken = await run(codec, [whole], { breaks: true, stages: stages() });
    assert.deepEqual([broken.end, broken.ended], ['cut', 'upstream-cut']);
    const early = await run(codec, [whole, bytes.subarray(0, 5)], { stages: stages(), breaks: true });
    assert.deepEqual([early.end, early.ended], ['cut', 'upstream-cut']);
    const ending = await run(codec, [whole], { stages: stages() });
    assert.deepEqual([ending.end, ending.ended], ['open', 'complete']);
    for (const { sent } of [broken, early, ending]) assert.ok(textOf(eventsOf(sent)).endsWith(half));

    const kept = [...part, ...TOLD.filter(({ index }) => index === 1)];
    const refused = await run(codec, [codec === SSE_CODEC ? sseBytes(kept) : eventStreamBytes(kept)], {
      refuseCall: 0,
      stages: stages(),
    });
    assert.equal(refused.ended, 'session-ended');
    assert.ok(!textOf(eventsOf(refused.sent)).includes(half));
  });
}

/** The text of the first block, as a client has it. */
function textOf(events: readonly JsonObject[]): string {
  return stringField(contentOf(events)[0] ?? {}, 'text') ?? '';
}

const STOP = 'content_block_stop';

test('a stage that waits holds back what comes, not what is ready, and what it makes is seen by the gate', async () => {
  let decide = (): void => undefined;
  const decided = new Promise<void>((resolve) => {
    decide = resolve;
  });
  const held: ReplyUnit[] = [];
  const waits: ReplyStage = {
    push: (unit) => {
      const isOfCall = unit.event?.['index'] === 1;
      if (!isOfCall) return [unit];
      held.push(unit);
      return unit.event?.['type'] === STOP ? decided.then(() => held.splice(0)) : [];
    },
    end: () => [],
  };
  const { sent, ended, sentAtCall } = await run(SSE_CODEC, [SSE], {
    stages: [waits],
    onSent: (bytes) => {
      // The text is with the client, nothing of the call is, and only now is it decided.
      if (bytes.includes(STOP) && !bytes.includes('tool_use')) decide();
    },
  });
  assert.ok(sent.equals(SSE));
  assert.deepEqual([ended, sentAtCall.length], ['complete', 2]);
});

test('stages that do not wait cost no turn for each unit', async () => {
  let [turns, most] = [0, 0];
  const counts: ReplyStage = {
    push: (unit) => {
      if (unit.event?.['type'] === 'message_start') queueMicrotask(() => (turns += 1));
      most = Math.max(most, turns);
      return [unit];
    },
    end: () => [],
  };
  await run(SSE_CODEC, [sseBytes(EVENTS.slice(0, 4))], { stages: [counts, replyRestorer(SSE_CODEC, LOOKUP)] });
  assert.deepEqual([turns, most], [1, 0]);
});

for (const { name, stage } of [
  { name: 'at a unit', stage: { push: fail, end: () => [] } },
  { name: 'late', stage: { push: () => Promise.resolve().then(fail), end: () => [] } },
  { name: 'at the end', stage: { push: (unit) => [unit], end: fail } },
] satisfies readonly { name: string; stage: ReplyStage }[])
  test(`a stage that fails cuts the reply, which never looks whole: ${name}`, async () => {
    const { end, ended, lastWords } = await run(SSE_CODEC, [SSE], { stages: [stage] });
    assert.deepEqual([end, ended], ['cut', 'unreadable-reply']);
    assert.match(lastWords ?? '', /looking at it failed/);
  });

function fail(): never {
  throw new RangeError('too deep');
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
