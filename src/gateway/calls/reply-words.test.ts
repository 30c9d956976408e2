import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { stringField } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import { contentOf, inPieces, interleavedEvents, LOOKUP, MAIL, replyEvents } from '../reply/reply-fixtures.ts';
import { textBlock, toolBlock, VALUES } from '../reply/reply-fixtures.ts';
import { escaped } from '../reply/reply-corpus.ts';
import { SSE_CODEC } from '../sse-codec.ts';
import type { StreamCodec } from '../stream-codec.ts';
import { CODECS, eventsIn, run, runWhole, streamOf } from './calls-rig.ts';
import type { CallsSetup } from './calls-rig.ts';
import { replyWords } from './reply-words.ts';
import { rigScanner, REACH } from './word-rig.ts';

const RUNS = process.env['SLOW'] === '1' ? 5_000 : 150;
const SSE = { codec: SSE_CODEC, format: 'messages' } as const;
const HOT = 'HOT1234';

const ALERT: CallsSetup = { scanner: rigScanner() };
const BLOCK: CallsSetup = { scanner: rigScanner(), rules: { replies: { secret: 'block', company: 'alert' } } };

function texts(codec: StreamCodec, sent: Buffer): readonly string[] {
  return contentOf(eventsIn(codec, sent)).map(
    (block) => stringField(block, 'inputText') ?? stringField(block, 'text') ?? '',
  );
}

for (const { name, blocks, found } of [
  { name: 'a text', blocks: [textBlock(`it is ${HOT}.`)], found: [['secret/hot', 1]] },
  { name: 'a text in pieces', blocks: [textBlock(...inPieces(`it is ${HOT}.`, 1))], found: [['secret/hot', 1]] },
  {
    name: 'the input of a call',
    blocks: [toolBlock('t', ...inPieces(`{"a":"${HOT}"}`, 3))],
    found: [['secret/hot', 1]],
  },
  {
    name: 'an input in escapes',
    blocks: [toolBlock('t', `{"a":"\\n${escaped(HOT)}"}`)],
    found: [['secret/hot', 1]],
  },
  {
    name: 'an input that comes with its call',
    blocks: [{ start: { type: 'tool_use', id: 't', name: 'n', input: { a: HOT } }, deltas: [] }],
    found: [['secret/hot', 1]],
  },
  {
    name: 'a text that comes with its block',
    blocks: [{ start: { type: 'text', text: HOT.slice(0, 4) }, deltas: textBlock(HOT.slice(4)).deltas }],
    found: [['secret/hot', 1]],
  },
  {
    name: 'several',
    blocks: [textBlock(`${HOT} ACME ${HOT}`), textBlock('ACME')],
    found: [
      ['secret/hot', 2],
      ['company/acme', 2],
    ],
  },
  { name: 'a text over two blocks', blocks: [textBlock('HOT1'), textBlock('234')], found: [] },
  {
    name: 'thinking',
    blocks: [{ start: { type: 'thinking', thinking: '' }, deltas: [{ type: 'thinking_delta', thinking: HOT }] }],
    found: [],
  },
] as const)
  for (const { name: each, codec, format } of CODECS) {
    // Converse streams no text or input with the start of a block.
    if (format === 'converse' && name.includes('comes with')) continue;
    test(`findings are counted, and nothing waits for them: ${name}, ${each}`, async () => {
      const bytes = streamOf(codec, replyEvents(blocks));
      const { sent, ended, records, told } = await run({ codec, format }, [bytes], ALERT);
      assert.ok(sent.equals(bytes));
      assert.equal(ended, 'complete');
      assert.deepEqual(
        told.map(({ detectorId, count }) => [detectorId, count]),
        found,
      );
      const findings = records.filter(({ event }) => event === 'reply-finding');
      assert.deepEqual(
        findings,
        found.length === 0
          ? []
          : [
              {
                event: 'reply-finding',
                requestIndex: 3,
                findings: found.map(([detectorId, count]) => ({ detectorId, fate: 'alerted', count })),
              },
            ],
      );
      assert.ok(!JSON.stringify(records).includes(HOT));
    });

    test(`where the policy blocks, nothing of what was found leaves, and the client is told: ${name}, ${each}`, async () => {
      const bytes = streamOf(codec, replyEvents(blocks));
      const { sent, ended, told, lastWords, isCut, records } = await run({ codec, format }, [bytes], BLOCK);
      const isBlocked = found.some(([id]) => id === 'secret/hot');
      assert.deepEqual([ended, isCut], isBlocked ? ['reply-blocked', true] : ['complete', false]);
      if (!isBlocked) return assert.ok(sent.equals(bytes));
      assert.match(lastWords ?? '', /the model's words hold a credential \(secret\/hot\)/);
      for (const text of texts(codec, sent)) assert.doesNotMatch(text, /HOT|\\u004/);
      assert.ok(told.some(({ detectorId, fate }) => detectorId === 'secret/hot' && fate === 'blocked'));
      assert.equal(records.filter(({ event }) => event === 'reply-finding').length, 1);
      assert.ok(!records.some(({ event }) => event === 'tool_use'));
    });
  }

test('a policy that only alerts passes each unit on as the same bytes at once', () => {
  const { stage } = replyWords({
    scanner: rigScanner(),
    replies: { secret: 'alert', company: 'alert' },
    lookup: LOOKUP,
    maxHeldBytes: 10,
  });
  for (const event of replyEvents([textBlock(HOT, `q${MAIL}`, 'qzE'), toolBlock('t', '{"a":"\\')])) {
    const unit = { bytes: SSE_CODEC.write(event), event };
    const [only, ...others] = stage.push(unit);
    assert.ok(only === unit && others.length === 0);
  }
});

for (const { name, rules, areas, ended } of [
  {
    name: 'an area that only alerts',
    rules: { secret: 'alert', company: 'block' },
    areas: ['secret'],
    ended: 'complete',
  },
  {
    name: 'an area that nothing is looked for in',
    rules: { secret: 'block', company: 'block' },
    areas: ['company'],
    ended: 'complete',
  },
  {
    name: 'an area that blocks',
    rules: { secret: 'block', company: 'alert' },
    areas: ['secret', 'company'],
    ended: 'reply-blocked',
  },
] as const)
  test(`a finding does what the policy says of its area: ${name}`, async () => {
    const bytes = streamOf(SSE_CODEC, replyEvents([textBlock(`it is ${HOT}`)]));
    const setup = { scanner: rigScanner(areas), rules: { replies: rules } };
    assert.equal((await run(SSE, [bytes], setup)).ended, ended);
  });

const KNOWN: CallsSetup = { ...BLOCK, lookup: (token) => (token === MAIL ? HOT : LOOKUP(token)) };

test('what is restored is no finding, and parts that a value lies between are none', async () => {
  const blocks = [
    textBlock(...inPieces(`it is ${MAIL}, HOT1${MAIL}234`, 4)),
    toolBlock('t', ...inPieces(`{"a":"${MAIL}","HOT${escaped(MAIL)}1234":1}`, 5)),
  ];
  const { sent, ended, told } = await run(SSE, [streamOf(SSE_CODEC, replyEvents(blocks))], KNOWN);
  assert.deepEqual([ended, told], ['complete', []]);
  assert.deepEqual(texts(SSE_CODEC, sent), [`it is ${HOT}, HOT1${HOT}234`, `{"a":"${HOT}","HOT${HOT}1234":1}`]);
});

test('what the model writes itself is a finding, be it a value that stands behind a token', async () => {
  const bytes = streamOf(SSE_CODEC, replyEvents([textBlock(`${MAIL} is ${HOT}`)]));
  assert.equal((await run(SSE, [bytes], KNOWN)).ended, 'reply-blocked');
});

test('words wait only as long as something may begin in them; pings do not', async () => {
  const words = inPieces('abcdefghijklmnopqrstuvwxyz'.replaceAll('q', ' '), 2);
  const [head, ...rest] = replyEvents([textBlock(...words)]).flatMap((event) => [event, { type: 'ping' }]);
  assert.ok(head !== undefined);
  const seen: string[] = [];
  await run(
    SSE,
    [head, ...rest].map((event) => SSE_CODEC.write(event)),
    {
      ...BLOCK,
      onSent: (sent) => {
        const events = eventsIn(SSE_CODEC, sent);
        const pings = events.filter(({ type }) => type === 'ping').length;
        const text = stringField(contentOf(events)[0] ?? {}, 'text') ?? '';
        seen.push(`${pings} ${text.length}`);
      },
    },
  );
  // Ping n follows event n; the text of event n is out once REACH more has come.
  for (const [pings, length] of seen.map((each) => each.split(' ').map(Number)))
    assert.ok((length ?? 0) >= Math.min(24, 2 * ((pings ?? 0) - 3)) - REACH - 2, `${pings} ${length}`);
  assert.ok(seen.some((each) => /^\d+ ([2-9]|1\d)$/.test(each)));
});

for (const { name, text, isOut } of [
  { name: 'nothing was found', text: 'so far HOT12', isOut: true },
  { name: 'something was found', text: `so far ${HOT}`, isOut: false },
])
  test(`what waits when a stream breaks off or ends early leaves only where nothing is in it: ${name}`, async () => {
    const events = replyEvents([textBlock(text)]).slice(0, 3);
    for (const isBroken of [true, false]) {
      const { sent, ended } = await run(SSE, [streamOf(SSE_CODEC, events)], { ...BLOCK, isBroken });
      assert.equal(ended, isOut ? (isBroken ? 'upstream-cut' : 'complete') : 'reply-blocked');
      assert.deepEqual(texts(SSE_CODEC, sent), isOut ? [text] : ['']);
    }
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'x' } };
    const { sent } = await run(SSE, [streamOf(SSE_CODEC, [...events, error])], BLOCK);
    assert.deepEqual(texts(SSE_CODEC, sent), isOut ? [text] : ['']);
  });

test('more words than are kept cut the stream', async () => {
  const bytes = streamOf(SSE_CODEC, interleavedEvents([textBlock('x'), textBlock(...inPieces('y'.repeat(900), 1))]));
  const { ended } = await run(SSE, [bytes], { ...BLOCK, maxHeldBytes: 1_000 });
  assert.equal(ended, 'unreadable-reply');
});

test('a block that waits for nothing but an open token does not hold up another for good', async () => {
  const blocks = [textBlock('q', 'qzEMAIL', 'x'.repeat(40)), textBlock('later')];
  const bytes = streamOf(SSE_CODEC, replyEvents(blocks));
  const { sent, ended } = await run(SSE, [bytes], BLOCK);
  assert.equal(ended, 'complete');
  assert.deepEqual(texts(SSE_CODEC, sent), [`qqzEMAIL${'x'.repeat(40)}`, 'later']);
});

test('however words come, all of them leave or nothing from the first finding on', async () => {
  const part = fc.constantFrom('HOT', '1234', HOT, ' ', 'word', MAIL, 'q', 'qz', 'é😀', 'AC', 'ME', 'x'.repeat(REACH));
  const block = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(
      fc.array(block, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      fc.constantFrom(...CODECS),
      async (said, length, isMixed, each) => {
        const blocks = said.map((text) => textBlock(...inPieces(text, length)));
        const bytes = streamOf(each.codec, (isMixed ? interleavedEvents : replyEvents)(blocks));
        const { sent, ended } = await run(each, [bytes], { ...BLOCK, lookup: LOOKUP });
        const firstAt = said.map((text) => text.replaceAll(MAIL, ' '.repeat(MAIL.length)).search(/HOT[0-9]{4}/));
        const isBlocked = firstAt.some((at) => at !== -1);
        assert.equal(ended, isBlocked ? 'reply-blocked' : 'complete');
        const got = texts(each.codec, sent);
        for (const [n, text] of said.entries()) {
          const whole = text.replaceAll(MAIL, VALUES[0]);
          const allowed =
            firstAt[n] === -1 || firstAt[n] === undefined
              ? whole
              : text.slice(0, firstAt[n]).replaceAll(MAIL, VALUES[0]);
          const out = got[n] ?? '';
          if (isBlocked) assert.ok(allowed.startsWith(out), `${out} of ${text}`);
          else assert.equal(out, whole);
        }
      },
    ),
    { numRuns: RUNS },
  );
});

for (const format of ['messages', 'converse'] as const) {
  const body = (text: string, input: JsonObject): JsonObject =>
    format === 'messages'
      ? {
          content: [
            { type: 'text', text },
            { type: 'tool_use', id: 't', name: 'n', input },
          ],
        }
      : { output: { message: { content: [{ text }, { toolUse: { toolUseId: 't', name: 'n', input } }] } } };
  for (const { name, text, input, ended, found } of [
    { name: 'a text', text: HOT, input: {}, ended: 'reply-blocked', found: ['secret/hot'] },
    { name: 'an input', text: '', input: { a: { b: [HOT] } }, ended: 'reply-blocked', found: ['secret/hot'] },
    { name: 'what only alerts', text: 'ACME', input: {}, ended: 'complete', found: ['company/acme'] },
    { name: 'a restored value', text: MAIL, input: { [MAIL]: MAIL }, ended: 'complete', found: [] },
  ])
    test(`a whole reply is looked through: ${format}, ${name}`, async () => {
      const got = await runWhole(body(text, input), format, KNOWN);
      assert.equal(got.ended, ended);
      assert.deepEqual(
        got.told.map(({ detectorId }) => detectorId),
        found,
      );
      const alerted = await runWhole(body(text, input), format, {
        ...ALERT,
        ...(KNOWN.lookup === undefined ? {} : { lookup: KNOWN.lookup }),
      });
      assert.equal(alerted.ended, 'complete');
      assert.deepEqual(
        alerted.told.map(({ detectorId, fate }) => [detectorId, fate]),
        found.map((id) => [id, 'alerted']),
      );
    });
}
