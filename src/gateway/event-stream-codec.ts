import { EventStreamCodec } from '@smithy/eventstream-codec';

import { isJsonObject, stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { pieces, UnreadableReply } from './stream-codec.ts';
import type { StreamCodec, StreamSplitter } from './stream-codec.ts';

/** `application/vnd.amazon.eventstream` as Bedrock streams it: each chunk frame holds one event of the Messages service. */
export const EVENT_STREAM_CODEC: StreamCodec = {
  splitter: frameSplitter,
  read: readFrame,
  refusalUnit: (message) =>
    frame({ ':message-type': 'exception', ':exception-type': 'validationException' }, { message }),
  mayEndInRest: false,
};

/** One chunk frame around an event, as the service writes it. */
export function chunkFrame(event: JsonObject): Buffer {
  const bytes = Buffer.from(JSON.stringify(event), 'utf8').toString('base64');
  return frame({ ':message-type': 'event', ':event-type': 'chunk' }, { bytes });
}

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

function frame(headers: Readonly<Record<string, string>>, body: JsonObject): Buffer {
  const all = { ...headers, ':content-type': 'application/json' };
  return Buffer.from(
    codec.encode({
      headers: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, { type: 'string', value }])),
      body: Buffer.from(JSON.stringify(body), 'utf8'),
    }),
  );
}

/** Two lengths and the checksum over them. */
const PRELUDE_BYTES = 12;
/** Prelude and the checksum over all: the shortest frame there is. */
const MIN_FRAME_BYTES = 16;

function frameSplitter(maxUnitBytes: number): StreamSplitter {
  const open = pieces(maxUnitBytes + PRELUDE_BYTES);
  let frameBytes: number | null = null;
  return {
    push: (chunk) => {
      const units: Buffer[] = [];
      let left = chunk;
      while (left.length > 0) {
        const want = (frameBytes ?? PRELUDE_BYTES) - open.length;
        const piece = left.subarray(0, want);
        open.add(piece);
        left = left.subarray(piece.length);
        if (piece.length < want) break;
        const joined = open.take();
        if (frameBytes === null) {
          frameBytes = joined.readUInt32BE(0);
          if (frameBytes < MIN_FRAME_BYTES || frameBytes > maxUnitBytes) {
            throw new UnreadableReply(`a frame says that it is ${frameBytes} bytes long`);
          }
          open.add(joined);
        } else {
          units.push(joined);
          frameBytes = null;
        }
      }
      return units;
    },
    rest: () => open.take(),
  };
}

function readFrame(unit: Buffer): JsonObject | null {
  const { type, event, body } = decoded(unit);
  if (type !== 'event') return null;
  const payload = parsedObject(body);
  const base64 = payload === null ? null : stringField(payload, 'bytes');
  if (base64 === null) {
    if (event === 'chunk') throw new UnreadableReply('a chunk frame holds no bytes');
    return null;
  }
  const bytes = Buffer.from(base64, 'base64');
  // Decoders differ on what they skip in base64 that is not written the one way.
  if (bytes.toString('base64') !== base64) throw new UnreadableReply('the bytes of a frame are no plain base64');
  const inner = parsedObject(bytes);
  if (inner === null) throw new UnreadableReply('the bytes of a frame are no JSON object');
  return inner;
}

function decoded(unit: Buffer): { readonly type: unknown; readonly event: unknown; readonly body: Buffer } {
  try {
    const message = codec.decode(unit);
    return {
      type: message.headers[':message-type']?.value,
      event: message.headers[':event-type']?.value,
      body: Buffer.from(message.body),
    };
  } catch (cause) {
    throw new UnreadableReply('a frame is damaged', { cause });
  }
}

function parsedObject(bytes: Buffer): JsonObject | null {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
