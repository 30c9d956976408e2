import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';

import type { ContentLog } from '../../core/gateway-rules.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { placeholderKey, placeholders } from '../../mask/index.ts';
import { composedStages, replyRestorer } from '../reply/index.ts';
import type { ReplyStage, ReplyUnit } from '../reply/index.ts';
import { SSE_CODEC } from '../sse-codec.ts';
import { UnreadableReply } from '../stream-codec.ts';
import type { Piece, SessionContents } from './content-store.ts';
import { keptPieces } from './kept-pieces.ts';
import { keptReply } from './kept-reply.ts';
import type { KeptReply } from './kept-reply.ts';

const MAIL = 'ada.byron@mail.example';

/** Contents in memory, which tell what was there with each flush. */
interface Memory extends SessionContents {
  readonly pieces: Piece[];
  readonly flushedAt: number[];
  fails: boolean;
}

function memory(): Memory {
  const pieces: Piece[] = [];
  const contents: Memory = {
    pieces,
    flushedAt: [],
    fails: false,
    add: (piece) => ({
      at: pieces.push(piece) - 1,
      bytes: piece.text.length,
      sha256: hash('sha256', piece.text) as Sha256,
    }),
    flush: async () => {
      if (contents.fails) throw new Error('no space left');
      contents.flushedAt.push(pieces.length);
      await Promise.resolve();
    },
  };
  return contents;
}

const tokens = placeholders(placeholderKey(Buffer.alloc(32, 1)));
const TOKEN = tokens.tokenFor('EMAIL', MAIL) ?? '';

function stagesOf(reply: KeptReply): ReplyStage {
  return composedStages([reply.first, replyRestorer(SSE_CODEC, tokens.valueOf), reply.last]);
}

async function relayed(stage: ReplyStage, events: readonly JsonObject[]): Promise<readonly ReplyUnit[]> {
  const units: ReplyUnit[] = [];
  for (const event of events) units.push(...(await stage.push({ bytes: SSE_CODEC.write(event), event })));
  return [...units, ...(await stage.end())];
}

function start(index: number, block: JsonObject): JsonObject {
  return { type: 'content_block_start', index, content_block: block };
}
function delta(index: number, of: JsonObject): JsonObject {
  return { type: 'content_block_delta', index, delta: of };
}
const textDelta = (index: number, said: string): JsonObject => delta(index, { type: 'text_delta', text: said });
const inputDelta = (index: number, json: string): JsonObject =>
  delta(index, { type: 'input_json_delta', partial_json: json });
const stop = (index: number): JsonObject => ({ type: 'content_block_stop', index });
const TEXT = { type: 'text', text: '' };
const CALL = { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} };
const END = [{ type: 'message_delta', delta: { stop_reason: 'tool_use' } }, { type: 'message_stop' }];

/** The text of each block of one form, by the list that the record names. */
function blocksOf({ pieces }: Memory, fields: JsonObject, form: 'masked' | 'original'): readonly string[] {
  const named = fields[form] === 'as-masked' ? fields['masked'] : fields[form];
  const list = JSON.parse(pieces[(named as { at: number }).at]?.text ?? '') as { blocks: [number, number, string][][] };
  return list.blocks.map((refs) =>
    refs.map(([at]) => (JSON.parse(pieces[at]?.text ?? '') as { text: string }).text).join(''),
  );
}

function keeping(policy: Exclude<ContentLog, 'digest'>): { readonly contents: Memory; readonly reply: KeptReply } {
  const contents = memory();
  return { contents, reply: keptReply(contents, keptPieces(contents), policy) };
}

test('a reply is kept as the model wrote it in clear, and as the client got it under seal', async () => {
  const { contents, reply } = keeping('masked');
  const half = Math.floor(TOKEN.length / 2);
  await relayed(stagesOf(reply), [
    start(0, { type: 'thinking', thinking: '', signature: '' }),
    delta(0, { type: 'thinking_delta', thinking: `of ${TOKEN}` }),
    delta(0, { type: 'signature_delta', signature: 'c2ln' }),
    stop(0),
    start(1, TEXT),
    textDelta(1, `write to ${TOKEN.slice(0, half)}`),
    textDelta(1, `${TOKEN.slice(half)} now`),
    stop(1),
    start(2, CALL),
    inputDelta(2, `{"command":"mail ${TOKEN.slice(0, 3)}`),
    inputDelta(2, `${TOKEN.slice(3)}"}`),
    stop(2),
    ...END,
  ]);
  const fields = await reply.end();
  assert.deepEqual(blocksOf(contents, fields, 'masked'), [
    `of ${TOKEN}`,
    `write to ${TOKEN} now`,
    `{"command":"mail ${TOKEN}"}`,
  ]);
  assert.deepEqual(blocksOf(contents, fields, 'original'), [
    `of ${TOKEN}`,
    `write to ${MAIL} now`,
    `{"command":"mail ${MAIL}"}`,
  ]);
  for (const { isSealed, text } of contents.pieces) assert.ok(isSealed || !text.includes(MAIL));
  assert.equal(
    contents.pieces.filter(({ text }) => text.includes('thinking')).length,
    1,
    'what is the same is kept once',
  );
  assert.deepEqual(await reply.end(), fields);
});

test('a reply in which nothing was masked is kept once', async () => {
  const { contents, reply } = keeping('masked');
  await relayed(stagesOf(reply), [start(0, TEXT), textDelta(0, 'plain'), stop(0), ...END]);
  const fields = await reply.end();
  assert.equal(fields['original'], 'as-masked');
  assert.ok(contents.pieces.every(({ isSealed, kind }) => !isSealed || kind === 'reply'));
});

test('under `sealed` only the masked text is kept, and nothing of it is in clear', async () => {
  const { contents, reply } = keeping('sealed');
  await relayed(stagesOf(reply), [start(0, TEXT), textDelta(0, `to ${TOKEN}`), stop(0), ...END]);
  const fields = await reply.end();
  assert.equal(fields['original'], null);
  assert.deepEqual(blocksOf(contents, fields, 'masked'), [`to ${TOKEN}`]);
  assert.ok(contents.pieces.every(({ isSealed, text }) => isSealed && !text.includes(MAIL)));
});

test('the end of a call waits until the call is certain, and text does not wait', async () => {
  const { contents, reply } = keeping('masked');
  const stage = stagesOf(reply);
  for (const event of [start(0, TEXT), textDelta(0, 'words'), stop(0), start(1, CALL), inputDelta(1, '{"a":1}')]) {
    const units = stage.push({ bytes: SSE_CODEC.write(event), event });
    assert.ok(!(units instanceof Promise), JSON.stringify(event));
  }
  assert.deepEqual(contents.flushedAt, []);
  const units = stage.push({ bytes: SSE_CODEC.write(stop(1)), event: stop(1) });
  assert.ok(units instanceof Promise);
  assert.equal((await units).length, 1);
  assert.equal(contents.flushedAt.length, 1);
});

test('a call that cannot be kept never ends, and a reply that cannot be kept has no record', async () => {
  const { contents, reply } = keeping('masked');
  contents.fails = true;
  await assert.rejects(relayed(stagesOf(reply), [start(0, CALL), inputDelta(0, '{}'), stop(0)]), UnreadableReply);
  await assert.rejects(reply.end(), /no space left/);
});

test('a reply that breaks off is kept as far as it came', async () => {
  const { contents, reply } = keeping('masked');
  await relayed(stagesOf(reply), [start(0, TEXT), textDelta(0, 'half a sen')]);
  const fields = await reply.end();
  assert.deepEqual(blocksOf(contents, fields, 'masked'), ['half a sen']);
  assert.ok(contents.pieces.some(({ text }) => text.includes('"isCut":true')));
});

test('a long block is kept in parts while it comes, so that memory stays bounded', async () => {
  const { contents, reply } = keeping('masked');
  const stage = stagesOf(reply);
  await stage.push({ bytes: SSE_CODEC.write(start(0, TEXT)), event: start(0, TEXT) });
  for (let count = 0; count < 30; count += 1) {
    const event = textDelta(0, `${count % 10}123456789`.repeat(10_000) + String(count).padStart(2, '0'));
    await stage.push({ bytes: SSE_CODEC.write(event), event });
  }
  assert.ok(contents.pieces.length >= 8, `${contents.pieces.length} parts`);
  const fields = await reply.end();
  assert.equal(blocksOf(contents, fields, 'masked')[0]?.length, 30 * 100_002);
  assert.ok(contents.pieces.every(({ text }) => text.length < 500_000));
});

for (const { format, body } of [
  { format: 'messages', body: (said: string): Json => ({ content: [{ type: 'text', text: said }, CALL] }) },
  {
    format: 'converse',
    body: (said: string): Json => ({
      output: {
        message: {
          role: 'assistant',
          content: [{ text: said }, { toolUse: { toolUseId: 't', name: 'Bash', input: {} } }],
        },
      },
    }),
  },
] as const) {
  test(`a whole reply of ${format} is kept in both forms`, async () => {
    const { contents, reply } = keeping('masked');
    reply.whole(Buffer.from(JSON.stringify(body(TOKEN))), Buffer.from(JSON.stringify(body(MAIL))), format);
    const fields = await reply.end();
    assert.notEqual(fields['original'], 'as-masked');
    const clear = contents.pieces
      .filter(({ isSealed }) => !isSealed)
      .map(({ text }) => text)
      .join('\n');
    assert.ok(clear.includes(TOKEN) && clear.includes('tool_use') && !clear.includes(MAIL));
    assert.ok(contents.pieces.some(({ isSealed, text }) => isSealed && text.includes(MAIL)));
  });
}

test('no event makes the keeping throw anything but that the reply is unreadable', async () => {
  const events = fc.array(
    fc.record(
      {
        type: fc.constantFrom('content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'x'),
        index: fc.oneof(fc.nat(3), fc.constant(null), fc.constant('0')),
        content_block: fc.oneof(fc.constant(TEXT), fc.constant(CALL), fc.jsonValue() as fc.Arbitrary<Json>),
        delta: fc.oneof(
          fc.record({ text: fc.string() }),
          fc.record({ partial_json: fc.string() }),
          fc.record({ citation: fc.jsonValue() as fc.Arbitrary<Json> }),
          fc.jsonValue() as fc.Arbitrary<Json>,
        ),
      },
      { requiredKeys: ['type'], noNullPrototype: true },
    ),
    { maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(events, async (all) => {
      const { contents, reply } = keeping('masked');
      const stage = composedStages([reply.first, reply.last]);
      for (const event of all as readonly JsonObject[]) await stage.push({ bytes: Buffer.alloc(0), event });
      const fields = await reply.end();
      blocksOf(contents, fields, 'masked');
      assert.equal(fields['original'], 'as-masked');
    }),
    { numRuns: process.env['SLOW'] === '1' ? 5_000 : 200 },
  );
});
