import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stream } from '@anthropic-ai/sdk/core/streaming';
import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream';
import fc from 'fast-check';

import { stringField } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import { contentOf, inPieces, interleavedEvents, LOOKUP, MAIL, replyEvents } from '../reply/reply-fixtures.ts';
import { textBlock, toolBlock, VALUES } from '../reply/reply-fixtures.ts';
import type { ScriptedBlock } from '../reply/reply-fixtures.ts';
import { SSE_CODEC } from '../sse-codec.ts';
import type { StreamCodec } from '../stream-codec.ts';
import { byName, CODECS, eventsIn, run, streamOf } from './calls-rig.ts';
import type { CallsSetup } from './calls-rig.ts';

const isSlow = process.env['SLOW'] === '1';
const RUNS = isSlow ? 5_000 : 150;
const SSE = { codec: SSE_CODEC, format: 'messages' } as const;

const GATEWAY: CallsSetup = { rules: { deniedCalls: 'gateway' } };
const WITHOUT_HOOKS: CallsSetup = { callsBy: 'gateway' };

function call(name: string, input: JsonObject = { command: `run ${name} é😀` }, type = 'tool_use'): ScriptedBlock {
  const { deltas } = toolBlock(name, ...inPieces(JSON.stringify(input), 21));
  return { start: { type, id: `toolu_${name}`, name, input: {} }, deltas };
}

/** What a client has: the names of calls, and texts. */
function content(codec: StreamCodec, bytes: Buffer): readonly unknown[] {
  return contentOf(eventsIn(codec, bytes)).map(({ type, name, text }) => (type === 'text' ? text : name));
}

function stopReason(codec: StreamCodec, bytes: Buffer): unknown {
  const ends = eventsIn(codec, bytes).filter(({ type }) => type === 'message_delta');
  return (ends[0]?.['delta'] as JsonObject | undefined)?.['stop_reason'];
}

const refusal = (name: string, verdict: 'deny' | 'ask' = 'deny'): string =>
  `Sallyport refused the call ${name} (rule rig/${verdict}). So it is.` +
  (verdict === 'ask' ? ' Somebody would have to be asked, which this client cannot do.' : '');

for (const each of CODECS)
  for (const { name, setup, called, passes, verdict } of [
    { name: 'hooks see to it, and it is denied', setup: {}, called: 'deny', passes: true, verdict: 'deny' },
    { name: 'hooks see to it, and it is allowed', setup: {}, called: 'read', passes: true, verdict: 'allow' },
    { name: 'the gateway refuses, and it is denied', setup: GATEWAY, called: 'deny', passes: false, verdict: 'deny' },
    { name: 'the gateway refuses, and it is asked', setup: GATEWAY, called: 'ask', passes: true, verdict: 'ask' },
    { name: 'the gateway refuses, and it is allowed', setup: GATEWAY, called: 'read', passes: true, verdict: 'allow' },
    { name: 'without hooks, and it is denied', setup: WITHOUT_HOOKS, called: 'deny', passes: false, verdict: 'deny' },
    { name: 'without hooks, and it is asked', setup: WITHOUT_HOOKS, called: 'ask', passes: false, verdict: 'ask' },
    { name: 'without hooks, and it is allowed', setup: WITHOUT_HOOKS, called: 'read', passes: true, verdict: 'allow' },
  ] as const)
    test(`a call ${passes ? 'passes byte for byte' : 'is replaced'}: ${each.name}, ${name}`, async () => {
      const { codec } = each;
      const bytes = streamOf(codec, replyEvents([textBlock('I ', 'go.'), call(called)]));
      const { sent, ended, records, relayed, isCut } = await run(each, [bytes], setup);
      assert.deepEqual([ended, isCut], ['complete', false]);
      const [record, ...others] = records;
      assert.equal(others.length, 0);
      assert.deepEqual(
        ['event', 'toolUseId', 'verdict', 'ruleId', 'requestIndex', 'bundle'].map((field) => record?.[field]),
        [passes ? 'tool_use' : 'call-refused', `toolu_${called}`, verdict, `rig/${verdict}`, 3, 'b'],
      );
      assert.deepEqual(relayed, passes ? [`toolu_${called}`] : []);
      assert.equal(stopReason(codec, sent), passes ? 'tool_use' : 'end_turn');
      if (passes) assert.ok(sent.equals(bytes));
      else {
        assert.deepEqual(content(codec, sent), ['I go.', refusal(called, verdict === 'ask' ? 'ask' : 'deny')]);
      }
    });

test('without hooks, where the policy lets nobody decide, a call is cut off', async () => {
  const bytes = streamOf(SSE_CODEC, replyEvents([call('read')]));
  const { ended, sent } = await run(SSE, [bytes], { callsBy: 'nobody' });
  assert.equal(ended, 'tool-use-unproven');
  assert.ok(!sent.includes('toolu_read'));
});

const MIXED: readonly ScriptedBlock[] = [
  textBlock('First ', 'this.'),
  call('read-1'),
  call('deny-2'),
  textBlock('And ', 'then'),
  call('read-3', {}),
  call('web', { q: 'x' }, 'server_tool_use'),
  call('ask-4'),
];
const REPLIES: ReadonlyArray<{ readonly name: string; readonly events: readonly JsonObject[] }> = [
  { name: 'one block after another', events: replyEvents(MIXED) },
  { name: 'all blocks open at once', events: interleavedEvents(MIXED) },
];

for (const each of CODECS)
  for (const { name, events } of REPLIES)
    for (const { by, setup, want } of [
      { by: 'the gateway', setup: GATEWAY, want: ['deny-2'] },
      { by: 'the gateway without hooks', setup: WITHOUT_HOOKS, want: ['deny-2', 'ask-4'] },
    ])
      test(`calls are replaced each by itself, however the stream is cut: ${each.name}, ${name}, ${by}`, async (t) => {
        const { codec } = each;
        const bytes = streamOf(codec, events);
        const whole = await run(each, [bytes], setup);
        assert.deepEqual(
          content(codec, whole.sent).slice(0, 7),
          [
            'First this.',
            'read-1',
            refusal('deny-2'),
            'And then',
            'read-3',
            'web',
            want.includes('ask-4') ? refusal('ask-4', 'ask') : 'ask-4',
          ].slice(0, 7),
        );
        assert.equal(stopReason(codec, whole.sent), 'tool_use');
        assert.deepEqual(
          whole.records.filter(({ event }) => event === 'call-refused').map((record) => record['name']),
          want,
        );
        const step = isSlow || (setup === GATEWAY && events === REPLIES[0]?.events) ? 1 : 7;
        for (let at = 1; at < bytes.length; at += step) {
          const { sent, ended, records } = await run(each, [bytes.subarray(0, at), bytes.subarray(at)], setup);
          assert.ok(sent.equals(whole.sent) && ended === 'complete', `cut at ${at}`);
          assert.deepEqual(records, whole.records);
        }
        t.diagnostic(`${Math.ceil((bytes.length - 1) / step)} cuts`);
      });

for (const each of CODECS)
  test(`of a stream that breaks off at any byte, no part of a call leaves that is not whole and allowed: ${each.name}`, async () => {
    const { codec } = each;
    const bytes = streamOf(codec, replyEvents(MIXED));
    const whole = (await run(each, [bytes], GATEWAY)).sent;
    for (let at = 0; at < bytes.length; at += 1) {
      const { sent, ended, isCut } = await run(each, [bytes.subarray(0, at)], { ...GATEWAY, isBroken: true });
      assert.deepEqual([ended, isCut], ['upstream-cut', true]);
      assert.ok(whole.subarray(0, sent.length).equals(sent), `cut at ${at}`);
      const events = eventsIn(codec, sent);
      const opened = events.filter(
        ({ content_block: block }) => (block as JsonObject | undefined)?.['type'] === 'tool_use',
      );
      for (const { index } of opened)
        assert.ok(events.some((event) => event['type'] === 'content_block_stop' && event['index'] === index));
    }
  });

for (const { name, events, want, ended = 'complete', stop = 'max_tokens' } of [
  {
    name: 'a call that the token limit cut short is replaced',
    events: limited([{ type: 'content_block_stop', index: 1 }]),
    want: ['Hm.', unreadable('read')],
  },
  {
    name: 'a call around which the message ends is replaced',
    events: limited([]),
    want: ['Hm.', unreadable('read')],
  },
  {
    name: 'a call with a whole input around which the message ends is replaced',
    events: replyEvents([textBlock('Hm.'), call('read')]).filter(
      ({ type, index }) => type !== 'content_block_stop' || index !== 1,
    ),
    want: ['Hm.', unreadable('read')],
    stop: 'end_turn',
  },
  {
    name: 'of a call in which an error comes nothing leaves',
    events: [
      ...replyEvents([textBlock('Hm.'), call('read')]).slice(0, 7),
      { type: 'error', error: { type: 'overloaded_error', message: 'x' } },
    ],
    want: ['Hm.'],
    stop: null,
  },
  {
    name: 'a second message within a call is none',
    events: [...replyEvents([textBlock('Hm.'), call('read')]).slice(0, 7), { type: 'message_start', message: {} }],
    want: ['Hm.'],
    ended: 'unreadable-reply',
    stop: null,
  },
  {
    name: 'a piece without a number within a call is none',
    events: [
      ...replyEvents([textBlock('Hm.'), call('read')]).slice(0, 7),
      { type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: '}' } },
    ],
    want: ['Hm.'],
    ended: 'unreadable-reply',
    stop: null,
  },
  {
    name: 'a call that starts with its input is decided by that',
    events: replyEvents([{ start: { type: 'tool_use', id: 't', name: 'deny', input: { a: 1 } }, deltas: [] }]),
    want: [refusal('deny')],
    stop: 'end_turn',
  },
  {
    name: 'a call of a type that nobody knows is held as any',
    events: replyEvents([call('deny', { a: 1 }, 'new_tool_use')]),
    want: [refusal('deny')],
    stop: 'end_turn',
  },
  {
    name: 'a call hidden in an event that nobody knows cuts the stream',
    events: [{ type: 'new', of: [{ type: 'tool_use', id: 't', name: 'deny', input: {} }] }],
    want: [],
    ended: 'call-denied',
    stop: null,
  },
  {
    name: 'a call that comes with the message cuts the stream',
    events: [
      { type: 'message_start', message: { content: [{ type: 'tool_use', id: 't', name: 'deny', input: {} }] } },
      { type: 'message_stop' },
    ],
    want: [],
    ended: 'call-denied',
    stop: null,
  },
  {
    name: 'a liveness check that a model makes up cuts the stream',
    events: replyEvents([
      { start: { type: 'tool_use', id: 'toolu_sallyport_1', name: 'Bash', input: {} }, deltas: [] },
    ]),
    // Its end does not leave.
    want: ['Bash'],
    ended: 'unreadable-reply',
    stop: null,
  },
])
  test(name, async () => {
    const got = await run(SSE, [streamOf(SSE_CODEC, events)], GATEWAY);
    assert.deepEqual(content(SSE_CODEC, got.sent), want);
    assert.equal(got.ended, ended);
    assert.equal(stopReason(SSE_CODEC, got.sent) ?? null, stop);
  });

/** A message whose call the token limit cuts in its input. */
function limited(stop: readonly JsonObject[]): readonly JsonObject[] {
  return [
    ...replyEvents([textBlock('Hm.'), call('read')]).slice(0, 7),
    ...stop,
    { type: 'message_delta', delta: { stop_reason: 'max_tokens' }, usage: {} },
    { type: 'message_stop' },
  ];
}

function unreadable(name: string): string {
  return `Sallyport refused the call ${name} (rule gateway/unreadable-input). Its input is not whole, so nobody can tell what it would do.`;
}

test('pings and what nobody knows pass a held call at once; blocks behind it wait', async () => {
  const events = replyEvents([call('read'), textBlock('after')]);
  const stop = events.findIndex(({ type }) => type === 'content_block_stop');
  const chunks = [
    ...events.slice(0, stop),
    { type: 'ping' },
    { type: 'new' },
    { type: 'content_block_start', index: 9, content_block: { type: 'text', text: '' } },
    ...events.slice(stop),
  ].map((event) => SSE_CODEC.write(event));
  const seen: string[] = [];
  await run(SSE, chunks, {
    ...GATEWAY,
    onSent: (sent) =>
      void seen.push(
        eventsIn(SSE_CODEC, sent)
          .map((event) => stringField(event, 'type'))
          .join(' '),
      ),
  });
  assert.equal(seen[1], 'message_start ping');
  assert.equal(seen[2], 'message_start ping new');
  // The gate is asked once all but the end of the call is out.
  assert.match(seen[3] ?? '', /new content_block_start [a-z_ ]*delta$/);
  assert.match(seen[4] ?? '', /content_block_delta content_block_stop content_block_start$/);
});

for (const each of CODECS)
  test(`a text behind a held call waits, be it that it has a start or none: ${each.name}`, async () => {
    const { codec } = each;
    const events = interleavedEvents([call('read'), textBlock('after', ' it')]);
    const units = events.map((event) => codec.write(event)).filter(({ length }) => length > 0);
    const { sent, ended } = await run(each, units, GATEWAY);
    assert.equal(ended, 'complete');
    assert.deepEqual(content(codec, sent), ['read', 'after it']);
    const order = eventsIn(codec, sent).flatMap(({ type, index }) => (type === 'content_block_delta' ? [index] : []));
    assert.deepEqual(
      order,
      order.toSorted((a, b) => Number(a) - Number(b)),
    );
  });

test('what began before a call goes on beside it', async () => {
  const [text, tool] = [textBlock('a', 'b', 'c'), call('read')];
  const events = interleavedEvents([text, tool]);
  const chunks = events.map((event) => SSE_CODEC.write(event));
  let isTextOut = false;
  await run(SSE, chunks, {
    ...GATEWAY,
    onSent: (sent) => {
      if (!sent.includes('toolu_read')) isTextOut = content(SSE_CODEC, sent)[0] === 'abc';
    },
  });
  assert.ok(isTextOut);
});

test('a call of a megabyte is held whole, and then goes or does not', async () => {
  const input = { content: 'x yé'.repeat(250_000) };
  for (const name of ['read', 'deny']) {
    const bytes = streamOf(SSE_CODEC, replyEvents([toolCall(name, input), textBlock('done')]));
    assert.ok(bytes.length > 1_000_000);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 9_973) }, (_, n) =>
      bytes.subarray(n * 9_973, (n + 1) * 9_973),
    );
    const { sent, ended } = await run(SSE, chunks, GATEWAY);
    assert.equal(ended, 'complete');
    if (name === 'read') assert.ok(sent.equals(bytes));
    else assert.deepEqual(content(SSE_CODEC, sent), [refusal('deny'), 'done']);
  }
});

function toolCall(name: string, input: JsonObject): ScriptedBlock {
  return {
    start: { type: 'tool_use', id: name, name, input: {} },
    deltas: toolBlock('', ...inPieces(JSON.stringify(input), 4_096)).deltas,
  };
}

test('calls that hold more than is kept of a reply cut the stream', async () => {
  const bytes = streamOf(SSE_CODEC, replyEvents([call('read', { a: 'x'.repeat(5_000) })]));
  const { ended, sent } = await run(SSE, [bytes], { ...GATEWAY, maxHeldBytes: 4_000 });
  assert.equal(ended, 'unreadable-reply');
  assert.ok(!sent.includes('toolu_read'));
});

test('a refusal whose record is not durable cuts the stream', async () => {
  const bytes = streamOf(SSE_CODEC, replyEvents([textBlock('Hm.'), call('deny')]));
  const { ended, sent, lastWords } = await run(SSE, [bytes], { ...GATEWAY, isLogBroken: true });
  assert.equal(ended, 'audit-unavailable');
  assert.match(lastWords ?? '', /audit log unavailable/);
  assert.deepEqual(content(SSE_CODEC, sent), ['Hm.']);
});

test('a call that is slow to decide waits, and what comes behind it too', async () => {
  const answer = Promise.withResolvers<void>();
  const bytes = streamOf(SSE_CODEC, replyEvents([textBlock('Hm.'), call('read'), textBlock('after')]));
  const seen: Buffer[] = [];
  const running = run(SSE, [bytes], {
    ...GATEWAY,
    decide: (_, { name }) => answer.promise.then(() => byName(name)),
    onSent: (sent) => {
      seen.push(sent);
      answer.resolve();
    },
  });
  assert.ok((await running).sent.equals(bytes));
  assert.deepEqual(content(SSE_CODEC, seen[0] ?? Buffer.alloc(0)), ['Hm.']);
});

test('a call is decided once, for what the client and for what the record gets', async () => {
  const asked: string[] = [];
  const bytes = streamOf(SSE_CODEC, replyEvents([call('read'), call('deny')]));
  const decide: CallsSetup['decide'] = (_, { name, input }) => {
    asked.push(`${name} ${JSON.stringify(input)}`);
    return byName(name);
  };
  await run(SSE, [bytes], { ...GATEWAY, decide });
  assert.deepEqual(asked, [`read {"command":"run read é😀"}`, `deny {"command":"run deny é😀"}`]);
});

test('what is decided is what the client gets: values are restored before', async () => {
  const inputs: unknown[] = [];
  const bytes = streamOf(SSE_CODEC, replyEvents([call('read', { to: MAIL })]));
  const decide: CallsSetup['decide'] = (_, { name, input }) => {
    inputs.push(input);
    return byName(name);
  };
  await run(SSE, [bytes], { ...GATEWAY, decide, lookup: LOOKUP });
  assert.deepEqual(inputs, [{ to: VALUES[0] }]);
});

for (const { name, setup } of [
  { name: 'the gateway refuses', setup: GATEWAY },
  { name: 'the gateway decides without hooks', setup: WITHOUT_HOOKS },
])
  test(`the service's own client puts the message together: ${name}`, async () => {
    for (const { events } of [...REPLIES.slice(0, 1), { events: replyEvents([textBlock('Hm.'), call('deny')]) }]) {
      const { sent } = await run(SSE, [streamOf(SSE_CODEC, events)], setup);
      const message = await putTogether(sent);
      const ours = contentOf(eventsIn(SSE_CODEC, sent));
      assert.equal(message.content.length, ours.length);
      for (const [at, block] of message.content.entries()) {
        assert.equal(block.type, ours[at]?.['type']);
        if (block.type === 'text') assert.equal(block.text, ours[at]?.['text']);
        if (block.type === 'tool_use')
          assert.deepEqual(block.input, JSON.parse(stringField(ours[at] ?? {}, 'inputText') ?? '{}'));
      }
      const hasCall = message.content.some(({ type }) => type === 'tool_use');
      assert.equal(message.stop_reason, hasCall ? 'tool_use' : 'end_turn');
    }
  });

async function putTogether(sse: Buffer): ReturnType<MessageStream['finalMessage']> {
  const response = new Response(new Uint8Array(sse), { headers: { 'content-type': 'text/event-stream' } });
  const events = Stream.fromSSEResponse(response, new AbortController());
  return await MessageStream.fromReadableStream(events.toReadableStream()).finalMessage();
}

test('whatever blocks come in whatever order, each call is there or its refusal, and nothing else is changed', async () => {
  const block = fc.oneof(
    fc.record({ kind: fc.constant('text' as const), name: fc.constantFrom('one', 'two words', 'ünd 😀') }),
    fc.record({ kind: fc.constant('call' as const), name: fc.constantFrom('deny-a', 'ask-b', 'read-c') }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(block, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      fc.constantFrom(...CODECS),
      fc.constantFrom(GATEWAY, WITHOUT_HOOKS),
      fc.array(fc.nat(4_000), { maxLength: 5 }),
      async (blocks, isMixed, each, setup, cuts) => {
        const scripted = blocks.map(({ kind, name }) => (kind === 'text' ? textBlock(name) : call(name)));
        const bytes = streamOf(each.codec, (isMixed ? interleavedEvents : replyEvents)(scripted));
        const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, n) => bytes.subarray(at[n], end));
        const { sent, ended } = await run(each, chunks, setup);
        assert.equal(ended, 'complete');
        const want = blocks.map(({ kind, name }) => {
          const { verdict } = byName(name);
          const passes = kind === 'text' || verdict === 'allow' || (verdict === 'ask' && setup === GATEWAY);
          return passes ? name : refusal(name, verdict === 'ask' ? 'ask' : 'deny');
        });
        assert.deepEqual(content(each.codec, sent), want);
      },
    ),
    { numRuns: RUNS },
  );
});
