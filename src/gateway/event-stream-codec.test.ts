import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventStreamCodec } from '@smithy/eventstream-codec';
import type { MessageHeaders } from '@smithy/eventstream-codec';
import fc from 'fast-check';
import type { JsonObject } from '../core/json.ts';
import { chunkFrame, EVENT_STREAM_CODEC, frameBody, withFrameBody } from './event-stream-codec.ts';
import { replyRestorer } from './reply/index.ts';

const RUNS = process.env['SLOW'] === '1' ? 20_000 : 500;
const library = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);
const EVENT: JsonObject = {
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text: 'é "old"', n: 1.5 },
};
const TEXT = ['delta', 'text'];

function frame(headers: MessageHeaders, body: string): Buffer {
  return Buffer.from(library.encode({ headers, body: Buffer.from(body) }));
}

function chunk(body: string, headers: MessageHeaders = {}): Buffer {
  return frame(
    {
      ...headers,
      ':event-type': { type: 'string', value: 'chunk' },
      ':message-type': { type: 'string', value: 'event' },
    },
    body,
  );
}

test('a text in a frame is replaced: headers, padding and the other bytes stay, lengths and sums are right', () => {
  const base64 = Buffer.from('{ "delta" : {"text":"old"}, "n":1e2 }').toString('base64');
  const unit = chunk(`{"p":"abc" , "bytes":"${base64}","x":1.0}`, {
    ':odd': { type: 'binary', value: Buffer.from([0, 255]) },
    when: { type: 'timestamp', value: new Date(5) },
  });
  const edited = EVENT_STREAM_CODEC.withStrings(unit, [{ path: TEXT, text: 'nëw"' }]);
  const want = Buffer.from('{ "delta" : {"text":"nëw\\""}, "n":1e2 }').toString('base64');
  assert.equal(frameBody(edited).toString(), `{"p":"abc" , "bytes":"${want}","x":1.0}`);
  assert.deepEqual(library.decode(edited).headers, library.decode(unit).headers);
  const headerBytes = unit.readUInt32BE(4);
  assert.ok(edited.subarray(12, 12 + headerBytes).equals(unit.subarray(12, 12 + headerBytes)));
  assert.deepEqual(EVENT_STREAM_CODEC.read(edited, false), { delta: { text: 'nëw"' }, n: 100 });
});

test('a frame with another payload is what the library would write', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string({ minLength: 1, maxLength: 40 }), (before, after, name) => {
      const unit = chunk(before, { [name]: { type: 'string', value: after } });
      assert.ok(
        withFrameBody(unit, Buffer.from(after)).equals(chunk(after, { [name]: { type: 'string', value: after } })),
      );
      assert.ok(withFrameBody(unit, frameBody(unit)).equals(unit));
    }),
    { numRuns: RUNS },
  );
});

test('an edited frame reads as the edited event', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const edited = EVENT_STREAM_CODEC.withStrings(chunkFrame(EVENT), [{ path: TEXT, text }]);
      assert.deepEqual(EVENT_STREAM_CODEC.read(edited, false), {
        ...EVENT,
        delta: { type: 'text_delta', text, n: 1.5 },
      });
      assert.equal(EVENT_STREAM_CODEC.splitter(1 << 20).push(edited).length, 1);
    }),
    { numRuns: RUNS },
  );
});

for (const { name, unit, path } of [
  { name: 'a place that is not there', unit: chunkFrame(EVENT), path: ['delta', 'more'] },
  { name: 'a place that holds no text', unit: chunkFrame(EVENT), path: ['delta', 'n'] },
  { name: 'a payload without bytes', unit: chunk('{"x":"y"}'), path: TEXT },
  { name: 'bytes that stand twice', unit: chunk('{"bytes":"e30=","bytes":"e30="}'), path: TEXT },
  { name: 'a payload that is no JSON', unit: chunk('hello'), path: TEXT },
])
  test(`not edited for certain: ${name}`, () =>
    assert.throws(() => EVENT_STREAM_CODEC.withStrings(unit, [{ path, text: '' }]), { name: 'UnreadableReply' }));

test('what is written reads as the event that it was', () =>
  assert.deepEqual(EVENT_STREAM_CODEC.read(EVENT_STREAM_CODEC.write(EVENT), false), EVENT));

test('an exception of the service is an event that ends the reply, so that what was kept goes out ahead of it', () => {
  const exception = frame(
    {
      ':message-type': { type: 'string', value: 'exception' },
      ':exception-type': { type: 'string', value: 'throttlingException' },
    },
    '{"message":"slow down"}',
  );
  assert.deepEqual(EVENT_STREAM_CODEC.read(exception, false), { type: 'error' });
  const stage = replyRestorer(EVENT_STREAM_CODEC, () => null);
  const half = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'qz' } };
  stage.push({ bytes: chunkFrame(half), event: half });
  const [kept, last] = stage.push({ bytes: exception, event: EVENT_STREAM_CODEC.read(exception, false) });
  assert.deepEqual([kept?.event, last?.bytes], [half, exception]);
});
