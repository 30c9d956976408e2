import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import fc from 'fast-check';

import type { JsonObject } from '../core/json.ts';
import { converseStreamBytes } from '../drill/scripted-converse.ts';
import { eventFrame } from '../drill/scripted-model-reply.ts';
import { CONVERSE_CODEC } from './converse-codec.ts';
import { replyRestorer } from './reply/index.ts';
import { LOOKUP, MAIL, VALUES } from './reply/reply-fixtures.ts';
import { replyWatch } from './reply-watch.ts';
import { UnreadableReply } from './stream-codec.ts';

const MAX_BYTES = 1024 * 1024;
const RUNS = process.env['SLOW'] === '1' ? 20_000 : 300;
const CONTEXT = { model: 'm', turn: 0, requestBytes: 40 };
const INPUT = { command: `mail ${MAIL} "héllo 😀"` };
const STREAM = converseStreamBytes(
  {
    text: `I write to ${MAIL} now.`,
    toolUses: [
      { name: 'Bash', input: INPUT },
      { name: 'Read', input: { file_path: '/a' } },
    ],
  },
  CONTEXT,
  false,
);
const UNITS = unitsOf([STREAM]);

function unitsOf(chunks: readonly Buffer[]): readonly Buffer[] {
  const splitter = CONVERSE_CODEC.splitter(MAX_BYTES);
  const units = chunks.flatMap((chunk) => [...splitter.push(chunk)]);
  assert.equal(splitter.rest().length, 0);
  return units;
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

/** A frame as an SDK reads it, checksums and all. */
function decoded(unit: Buffer): { readonly type: unknown; readonly payload: JsonObject } {
  const { headers, body } = codec.decode(unit);
  return { type: headers[':event-type']?.value, payload: JSON.parse(Buffer.from(body).toString()) as JsonObject };
}

/** What a frame brings of a block. */
interface Delta {
  readonly text?: string;
  readonly toolUse?: { readonly input: string };
}

function read(type: string, payload: JsonObject): JsonObject | null {
  return CONVERSE_CODEC.read(eventFrame(type, payload), false);
}

test('a stream reads as the Messages service would have written it', () => {
  const events = UNITS.map((unit) => CONVERSE_CODEC.read(unit, false));
  assert.deepEqual(events[0], {
    type: 'message_start',
    message: { type: 'message', role: 'assistant', content: [] },
  });
  assert.deepEqual(events[1], {
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text: 'I write t' },
  });
  const start = events.find((event) => event?.['type'] === 'content_block_start');
  const block = { type: 'tool_use', id: 'tooluse_drill_0_0', name: 'Bash', input: {} };
  assert.deepEqual(start, { type: 'content_block_start', index: 1, content_block: block });
  assert.deepEqual(events.at(-2), { type: 'message_delta', delta: { stop_reason: 'tool_use' } });
  assert.partialDeepStrictEqual(events.at(-1), { type: 'message_delta', usage: { input_tokens: 10 } });
});

test('the watch sees each call as it is completed, though no event opens a block of text', () => {
  const watch = replyWatch(MAX_BYTES);
  const steps = UNITS.map((unit) => CONVERSE_CODEC.read(unit, false)).map((event) =>
    event === null ? null : watch.see(event),
  );
  const completed = steps.flatMap((step) => (step?.kind === 'completes' ? step.toolUses : []));
  assert.deepEqual(
    completed.map(({ id, name, blockType }) => [id, name, blockType]),
    [
      ['tooluse_drill_0_0', 'Bash', 'tool_use'],
      ['tooluse_drill_0_1', 'Read', 'tool_use'],
    ],
  );
  assert.equal(watch.summary().stopReason, 'tool_use');
  assert.equal(watch.summary().usage['input_tokens'], 10);
  assert.ok(Number(watch.summary().usage['output_tokens']) > 0);
});

test('a block of text begins with its first piece, so that an ended session gets no further one', () => {
  const watch = replyWatch(MAX_BYTES);
  const piece = (contentBlockIndex: number): JsonObject => ({ contentBlockIndex, delta: { text: 'x' } });
  const frames = [piece(0), piece(0), piece(1), piece(1)].map((payload) => read('contentBlockDelta', payload));
  assert.deepEqual(
    frames.map((event) => watch.see(event ?? {}).kind),
    ['starts', 'passes', 'starts', 'passes'],
  );
});

test('cut at every byte, a stream is the same and comes back restored', (t) => {
  const restoredFrom = (chunks: readonly Buffer[]): readonly Buffer[] => {
    const stage = replyRestorer(CONVERSE_CODEC, LOOKUP);
    const out: Buffer[] = [];
    for (const bytes of unitsOf(chunks)) {
      const units = stage.push({ bytes, event: CONVERSE_CODEC.read(bytes, false) });
      assert.ok(!(units instanceof Promise));
      out.push(...units.map((unit) => unit.bytes));
    }
    return out;
  };
  const whole = Buffer.concat(restoredFrom([STREAM]));
  const deltas = unitsOf([whole]).map((unit) => decoded(unit).payload['delta'] as Delta | undefined);
  assert.equal(deltas.map((delta) => delta?.text ?? '').join(''), `I write to ${VALUES[0]} now.`);
  const inputs = deltas.map((delta) => delta?.toolUse?.input ?? '').join('');
  assert.equal(inputs, `${JSON.stringify({ command: INPUT.command.replace(MAIL, VALUES[0]) })}{"file_path":"/a"}`);
  for (let at = 1; at < STREAM.length; at += 1) {
    const chunks = [STREAM.subarray(0, at), STREAM.subarray(at)];
    assert.ok(Buffer.concat(unitsOf(chunks)).equals(STREAM), `cut at ${at}`);
    if (at % 7 === 0) assert.ok(Buffer.concat(restoredFrom(chunks)).equals(whole), `cut at ${at}`);
  }
  t.diagnostic(`${STREAM.length - 1} cuts`);
});

test('a frame whose text is replaced keeps its headers and all else of its content', () => {
  const payload = '{ "contentBlockIndex" : 3,"delta":{"text":"a\\u0041"} ,"p":"abc", "new":[1.0e1] }';
  const headers = {
    ':event-type': { type: 'string', value: 'contentBlockDelta' },
    ':message-type': { type: 'string', value: 'event' },
    ':new': { type: 'integer', value: 7 },
  } as const;
  const unit = Buffer.from(codec.encode({ headers, body: Buffer.from(payload) }));
  const edited = CONVERSE_CODEC.withStrings(unit, [{ path: ['delta', 'text'], text: 'é"\ud800' }]);
  const message = codec.decode(edited);
  assert.equal(
    Buffer.from(message.body).toString(),
    '{ "contentBlockIndex" : 3,"delta":{"text":"é\\"\\ud800"} ,"p":"abc", "new":[1.0e1] }',
  );
  assert.deepEqual(message.headers, headers);
  assert.equal(CONVERSE_CODEC.withStrings(unit, []), unit);
});

for (const { name, path, delta, want } of [
  {
    name: 'input',
    path: ['delta', 'partial_json'],
    delta: { toolUse: { input: 'x' } },
    want: { toolUse: { input: 'new' } },
  },
  {
    name: 'a cited title',
    path: ['delta', 'citation', 'title'],
    delta: { citation: { title: 'x', source: 's' } },
    want: { citation: { title: 'new', source: 's' } },
  },
  {
    name: 'a cited text behind others',
    path: ['delta', 'citation', 'sourceContent', 1, 'text'],
    delta: { citation: { sourceContent: [{ text: 'a' }, { text: 'b' }] } },
    want: { citation: { sourceContent: [{ text: 'a' }, { text: 'new' }] } },
  },
]) {
  test(`an edit finds its place in the frame: ${name}`, () => {
    const unit = eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta });
    const edited = CONVERSE_CODEC.withStrings(unit, [{ path, text: 'new' }]);
    assert.deepEqual(decoded(edited).payload['delta'], want);
  });
}

test('an edit of what is no text of the frame is refused', () => {
  const unit = eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'x' } });
  for (const path of [['index'], ['delta', 'type'], ['delta', 'partial_json'], ['delta', 'citation', 'title']]) {
    assert.throws(() => CONVERSE_CODEC.withStrings(unit, [{ path, text: 'y' }]), UnreadableReply);
  }
});

for (const { name, type, payload, want } of [
  { name: 'an unknown event', type: 'future', payload: { a: { b: ['x'] } }, want: null },
  { name: 'an invoke chunk', type: 'chunk', payload: { bytes: 'e30=' }, want: null },
  {
    name: 'an unknown event with a call in it',
    type: 'future',
    payload: { a: [{ toolUse: { toolUseId: 't', name: 'Bash', input: { x: { toolUse: { toolUseId: 'u' } } } } }] },
    want: {
      type: 'future',
      content: [{ type: 'tool_use', id: 't', name: 'Bash', input: { x: { toolUse: { toolUseId: 'u' } } } }],
    },
  },
  {
    name: 'a call that the service runs itself',
    type: 'contentBlockStart',
    payload: { contentBlockIndex: 2, start: { toolUse: { toolUseId: 't', name: 'n', type: 'server_tool_use' } } },
    want: {
      type: 'content_block_start',
      index: 2,
      content_block: { type: 'server_tool_use', id: 't', name: 'n', input: {} },
    },
  },
  {
    name: 'a call under an unknown type is still a call',
    type: 'contentBlockStart',
    payload: { contentBlockIndex: 2, start: { toolUse: { toolUseId: 't', name: 'n', type: 'new' } } },
    want: { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 't', name: 'n', input: {} } },
  },
  {
    name: 'thinking',
    type: 'contentBlockDelta',
    payload: { contentBlockIndex: 0, delta: { reasoningContent: { text: 'hm' } } },
    want: { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
  },
  {
    name: 'a signature',
    type: 'contentBlockDelta',
    payload: { contentBlockIndex: 0, delta: { reasoningContent: { signature: 's' } } },
    want: { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 's' } },
  },
  {
    name: 'the result of a call that the service ran',
    type: 'contentBlockDelta',
    payload: { contentBlockIndex: 0, delta: { toolResult: [{ text: 'x' }] } },
    want: { type: 'content_block_delta', index: 0, delta: { type: 'tool_result_delta' } },
  },
  {
    name: 'a delta of a kind that is not known',
    type: 'contentBlockDelta',
    payload: { contentBlockIndex: 0, delta: { future: 1 } },
    want: { type: 'content_block_delta', index: 0, delta: { type: 'unknown_delta' } },
  },
]) {
  test(`${name} is read`, () => assert.deepEqual(read(type, payload), want));
}

for (const { name, type, payload } of [
  { name: 'a block without a number', type: 'contentBlockStop', payload: {} },
  { name: 'a block with a number in quotes', type: 'contentBlockStop', payload: { contentBlockIndex: '0' } },
  {
    name: 'a call that is no object',
    type: 'contentBlockStart',
    payload: { contentBlockIndex: 0, start: { toolUse: 'x' } },
  },
  {
    name: 'a piece that is text and input at once',
    type: 'contentBlockDelta',
    payload: { contentBlockIndex: 0, delta: { text: 'a', toolUse: { input: 'b' } } },
  },
  {
    name: 'input that is no text',
    type: 'contentBlockDelta',
    payload: { contentBlockIndex: 0, delta: { toolUse: { input: { command: 'x' } } } },
  },
  {
    name: 'input that is missing',
    type: 'contentBlockDelta',
    payload: { contentBlockIndex: 0, delta: { toolUse: {} } },
  },
  { name: 'text that is none', type: 'contentBlockDelta', payload: { contentBlockIndex: 0, delta: { text: 5 } } },
]) {
  test(`${name} is refused`, () => assert.throws(() => read(type, payload), UnreadableReply));
}

test('a call without an id or a name is refused by the watch', () => {
  for (const toolUse of [{ name: 'Bash' }, { toolUseId: 't' }, { toolUseId: 5, name: 'Bash' }]) {
    const watch = replyWatch(MAX_BYTES);
    assert.throws(() => {
      for (const [type, payload] of [
        ['contentBlockStart', { contentBlockIndex: 0, start: { toolUse } }],
        ['contentBlockStop', { contentBlockIndex: 0 }],
      ] as const)
        watch.see(read(type, payload) ?? {});
    }, UnreadableReply);
  }
});

test('frames of no known kind, damaged ones and such without JSON are refused', () => {
  const made = (headers: Readonly<Record<string, string>>, body: string): Buffer =>
    Buffer.from(
      codec.encode({
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }])),
        body: Buffer.from(body),
      }),
    );
  const event = { ':message-type': 'event', ':event-type': 'contentBlockStop' };
  const damaged = Buffer.from(UNITS[0] ?? '');
  damaged[damaged.length - 6] = (damaged[damaged.length - 6] ?? 0) ^ 1;
  for (const unit of [
    damaged,
    made({ ':event-type': 'contentBlockStop' }, '{"contentBlockIndex":0}'),
    made({ ':message-type': 'event' }, '{}'),
    made({ ':message-type': 'Event', ':event-type': 'contentBlockStop' }, '{"contentBlockIndex":0}'),
    made(event, '[]'),
    made(event, ''),
    made(event, '{"contentBlockIndex":0'),
  ])
    assert.throws(() => CONVERSE_CODEC.read(unit, false), UnreadableReply);
  const exception = made({ ':message-type': 'exception', ':exception-type': 'throttlingException' }, '{"message":"x"}');
  assert.deepEqual(CONVERSE_CODEC.read(exception, false), { type: 'error' });
});

test('what is written reads as it was given', () => {
  const index = fc.nat(9);
  const event = fc.oneof(
    fc.record({
      type: fc.constant('content_block_start'),
      index,
      content_block: fc.record({
        type: fc.constantFrom('tool_use', 'server_tool_use'),
        id: fc.string(),
        name: fc.string(),
        input: fc.constant({}),
      }),
    }),
    fc.record({
      type: fc.constant('content_block_delta'),
      index,
      delta: fc.oneof(
        fc.record({ type: fc.constant('text_delta'), text: fc.string({ unit: 'binary' }) }),
        fc.record({ type: fc.constant('input_json_delta'), partial_json: fc.string({ unit: 'binary' }) }),
        fc.record({ type: fc.constant('thinking_delta'), thinking: fc.string() }),
        fc.record({ type: fc.constant('signature_delta'), signature: fc.string() }),
        fc.record({ type: fc.constant('citations_delta'), citation: fc.record({ title: fc.string() }) }),
      ),
    }),
    fc.record({ type: fc.constant('content_block_stop'), index }),
    fc.record({ type: fc.constant('message_delta'), delta: fc.record({ stop_reason: fc.string() }) }),
  );
  fc.assert(
    fc.property(event, (given) => {
      const plain: unknown = JSON.parse(JSON.stringify(given));
      assert.deepEqual(CONVERSE_CODEC.read(CONVERSE_CODEC.write(given), false), plain);
    }),
    { numRuns: RUNS },
  );
});

test('what Converse has no event for is written as nothing, and what needs two as two', () => {
  assert.equal(CONVERSE_CODEC.write({ type: 'message_stop' }).length, 0);
  const text = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } };
  assert.equal(CONVERSE_CODEC.write(text).length, 0);
  const end = { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } };
  assert.deepEqual(
    unitsOf([CONVERSE_CODEC.write(end)]).map((unit) => decoded(unit).type),
    ['messageStop', 'metadata'],
  );
  assert.throws(() => CONVERSE_CODEC.write({ type: 'new' }), TypeError);
});

test('any content of a frame is read or refused, and nothing else is thrown', () => {
  const type = fc.constantFrom(
    'messageStart',
    'contentBlockStart',
    'contentBlockDelta',
    'contentBlockStop',
    'messageStop',
    'metadata',
    'x',
  );
  const key = fc.constantFrom(
    'contentBlockIndex',
    'start',
    'delta',
    'toolUse',
    'toolUseId',
    'text',
    'input',
    'reasoningContent',
    'usage',
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, fc.jsonValue({ maxDepth: 1 }), fc.dictionary(key, tie('value'), { maxKeys: 4 })),
  }));
  fc.assert(
    fc.property(type, fc.dictionary(key, value, { maxKeys: 5 }), (name, payload) => {
      try {
        read(name, payload as JsonObject);
      } catch (error) {
        assert.ok(error instanceof UnreadableReply);
      }
    }),
    { numRuns: RUNS },
  );
});
