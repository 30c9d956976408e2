import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isJsonObject, stringField } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { eventStreamBytes, sseBytes } from '../../drill/scripted-model-reply.ts';
import { jsonRestorer, restoreJson, restoreText } from '../../mask/index.ts';
import { CONVERSE_CODEC } from '../converse-codec.ts';
import { EVENT_STREAM_CODEC, frameBody, withFrameBody } from '../event-stream-codec.ts';
import { SSE_CODEC } from '../sse-codec.ts';
import type { StreamCodec } from '../stream-codec.ts';
import { HUGE, REPLIES } from './reply-corpus.ts';
import type { ScriptedReply } from './reply-corpus.ts';
import { contentOf, frameEvents, LOOKUP, sseEvents, staged, TOKENS } from './reply-fixtures.ts';
import { replyRestorer } from './reply-restorer.ts';

const SLOW = process.env['SLOW'] === '1';
/** Random triples of cuts for each stream, and random ways of cutting all its texts; the latter cost more. */
const TRIPLES = SLOW ? 6_500 : 20;
const TEXT_CUTS = SLOW ? 1_000 : 20;

interface Form {
  readonly name: string;
  readonly codec: StreamCodec;
  readonly bytesOf: (events: readonly JsonObject[]) => Buffer;
  readonly eventsOf: (bytes: Buffer) => readonly JsonObject[];
  readonly replies: readonly ScriptedReply[];
}

const sse = (name: string, bytesOf: Form['bytesOf']): Form => ({
  name,
  codec: SSE_CODEC,
  bytesOf,
  eventsOf: sseEvents,
  replies: REPLIES,
});
const frames = (name: string, bytesOf: Form['bytesOf']): Form => ({
  name,
  codec: EVENT_STREAM_CODEC,
  bytesOf,
  eventsOf: frameEvents,
  replies: REPLIES,
});

/** Events that have no counterpart in Converse, and replies that would be others without them. */
const NOT_IN_CONVERSE: ReadonlySet<unknown> = new Set(['ping', 'x_new', 'message_stop', 'error']);
const NO_CONVERSE: ReadonlySet<string> = new Set([
  'citations',
  'calls and results of the service',
  'blocks that start with content',
  'a stop without a number',
]);
const converse: Form = {
  name: 'Converse frames',
  codec: CONVERSE_CODEC,
  bytesOf: (events) =>
    Buffer.concat(events.filter(({ type }) => !NOT_IN_CONVERSE.has(type)).map((event) => CONVERSE_CODEC.write(event))),
  eventsOf: (bytes) =>
    CONVERSE_CODEC.splitter(1 << 20)
      .push(bytes)
      .map((unit) => CONVERSE_CODEC.read(unit, false))
      .filter((event) => event !== null),
  replies: REPLIES.filter(({ name }) => !NO_CONVERSE.has(name)),
};

/** The forms that the services write, and forms that they may. */
const FORMS: readonly Form[] = [
  sse('server-sent events', sseBytes),
  frames('frames', eventStreamBytes),
  converse,
  sse('lines that end in CR LF', (events) => Buffer.from(sseBytes(events).toString().replaceAll('\n', '\r\n'))),
  sse('lines that end in CR', (events) => Buffer.from(sseBytes(events).toString().replaceAll('\n', '\r'))),
  sse('data over many lines', (events) =>
    Buffer.from(
      events.map((event) => `: c\n${JSON.stringify(event, null, 1).replace(/^/gm, 'data:')}\nid: 7\n\n`).join(''),
    ),
  ),
  frames('frames with padding', (events) =>
    Buffer.concat(
      events.map((event) => {
        const unit = EVENT_STREAM_CODEC.write(event);
        return withFrameBody(
          unit,
          Buffer.from(JSON.stringify({ p: 'abc', ...(JSON.parse(frameBody(unit).toString()) as object) })),
        );
      }),
    ),
  ),
];
const EACH_BYTE = SLOW ? FORMS : FORMS.slice(0, 3);

function restoredBytes(codec: StreamCodec, chunks: readonly Buffer[]): Buffer {
  const units = staged(codec, replyRestorer(codec, LOOKUP), chunks);
  return Buffer.concat(units.map(({ bytes }) => bytes));
}

/** What a client must have in the end, from what the model wrote: each text restored by itself, as if it had come whole. */
function wantedContent(events: readonly JsonObject[]): readonly Json[] {
  return contentOf(events).map((block) => {
    const type = stringField(block, 'type') ?? '';
    const wanted: Record<string, Json> = { ...block };
    if (type === 'text') wanted['text'] = restoreText(stringField(block, 'text') ?? '', LOOKUP);
    if (type.endsWith('tool_use')) wanted['input'] = restoreJson(block['input'] ?? null, LOOKUP);
    if (block['inputText'] !== undefined) wanted['inputText'] = wholeInput(stringField(block, 'inputText') ?? '');
    if (Array.isArray(block['citations'])) wanted['citations'] = block['citations'].map(wantedCitation);
    return wanted;
  });
}

function isOther(event: JsonObject): boolean {
  return stringField(event, 'type')?.startsWith('content_block_') !== true;
}

function wholeInput(text: string): string {
  const restorer = jsonRestorer(LOOKUP);
  return restorer.push(text) + restorer.end();
}

function wantedCitation(citation: Json): Json {
  if (!isJsonObject(citation)) return citation;
  return Object.fromEntries(
    Object.entries(citation).map(([name, member]) => [
      name,
      ['cited_text', 'document_title', 'title'].includes(name) ? restoreJson(member, LOOKUP) : member,
    ]),
  );
}

/** Where a token must not be left: all but what is never touched. */
function downstream(content: readonly Json[]): string {
  return JSON.stringify(content, (key, value: unknown) =>
    ['thinking', 'signature', 'data', 'url', 'encrypted_index', 'encrypted_content'].includes(key) ? null : value,
  ).toLowerCase();
}

for (const { name, codec, bytesOf, eventsOf, replies } of FORMS)
  test(`a client gets every text restored, and all else as it was: ${name}`, () => {
    for (const { name: reply, events } of [...replies, HUGE]) {
      const bytes = restoredBytes(codec, [bytesOf(events)]);
      const content = contentOf(eventsOf(bytes));
      assert.deepEqual(content, wantedContent(eventsOf(bytesOf(events))), reply);
      for (const token of TOKENS) assert.ok(!downstream(content).includes(token.toLowerCase()), reply);
      // What carries no restored text is in the stream as it was.
      assert.deepEqual(eventsOf(bytes).filter(isOther), eventsOf(bytesOf(events)).filter(isOther), reply);
    }
  });

for (const { name, codec, bytesOf, replies } of EACH_BYTE)
  test(`cut at each of its bytes, and in random triples, a stream leaves as uncut: ${name}`, (t) => {
    let cuts = 0;
    for (const { name: reply, events } of replies) {
      const bytes = bytesOf(events);
      const whole = restoredBytes(codec, [bytes]);
      const check = (at: readonly number[]): void => {
        const ends = [...at.toSorted((a, b) => a - b), bytes.length];
        const chunks = ends.map((end, n) => bytes.subarray(ends[n - 1] ?? 0, end));
        assert.ok(restoredBytes(codec, chunks).equals(whole), `${reply}, cut at ${at.join(', ')}`);
        cuts += 1;
      };
      for (let at = 0; at <= bytes.length; at += 1) check([at]);
      const triples = fc.sample(fc.array(fc.nat(bytes.length), { minLength: 3, maxLength: 3 }), {
        numRuns: TRIPLES,
        seed: 5,
      });
      for (const triple of triples) check(triple);
    }
    t.diagnostic(`${cuts} ways of cutting the bytes`);
  });

for (const { name, codec, bytesOf, eventsOf, replies } of FORMS.slice(0, 3))
  test(`cut into other deltas, a text is restored the same: ${name}`, (t) => {
    let cuts = 0;
    for (const { name: reply, events } of replies) {
      const want = JSON.stringify(contentOf(eventsOf(restoredBytes(codec, [bytesOf(events)]))));
      const check = (other: readonly JsonObject[], how: string): void => {
        const got = contentOf(eventsOf(restoredBytes(codec, [bytesOf(other)])));
        assert.equal(JSON.stringify(got), want, `${reply}, ${how}`);
        cuts += 1;
      };
      const lengths = events.map((event) => deltaText(event)?.text.length ?? 0);
      for (const [n, length] of lengths.entries())
        for (let at = 1; at < length; at += 1)
          check(
            events.flatMap((event, m) => (m === n ? cutDelta(event, [at]) : [event])),
            `${n} at ${at}`,
          );
      check(
        events.flatMap((event) =>
          cutDelta(
            event,
            Array.from({ length: deltaText(event)?.text.length ?? 0 }, (_, at) => at + 1),
          ),
        ),
        'letter by letter',
      );
      const places = fc.array(fc.nat(60), { maxLength: 6 });
      for (const at of fc.sample(places, { numRuns: TEXT_CUTS, seed: 7 }))
        check(
          events.flatMap((event) => cutDelta(event, at)),
          at.join(', '),
        );
    }
    t.diagnostic(`${cuts} ways of cutting the text`);
  });

function deltaText(event: JsonObject): { readonly field: string; readonly text: string } | null {
  const delta = event['delta'];
  if (!isJsonObject(delta) || event['type'] !== 'content_block_delta') return null;
  for (const field of ['text', 'partial_json', 'thinking'])
    if (typeof delta[field] === 'string') return { field, text: delta[field] };
  return null;
}

/** The event as several, each with a part of its text. */
function cutDelta(event: JsonObject, at: readonly number[]): readonly JsonObject[] {
  const found = deltaText(event);
  if (found === null) return [event];
  const ends = [...at.map((place) => Math.min(place, found.text.length)).toSorted((a, b) => a - b), found.text.length];
  return ends.map((end, n) => ({
    ...event,
    delta: { ...(event['delta'] as JsonObject), [found.field]: found.text.slice(ends[n - 1] ?? 0, end) },
  }));
}
