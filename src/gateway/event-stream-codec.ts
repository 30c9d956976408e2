import { crc32 } from 'node:zlib';
import { EventStreamCodec } from '@smithy/eventstream-codec';

import { isJsonObject, stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { objectMembers, stringAt } from './json-spans.ts';
import { jsonString, spliced } from './leaves/splice.ts';
import { splicedStrings } from './reply/spliced-strings.ts';
import { pieces, UnreadableReply } from './stream-codec.ts';
import type { StreamCodec, StreamSplitter, StringEdit } from './stream-codec.ts';

/** `application/vnd.amazon.eventstream` as Bedrock streams it: each chunk frame holds one event of the Messages service. */
export const EVENT_STREAM_CODEC: StreamCodec = {
  splitter: frameSplitter,
  read: readFrame,
  withStrings,
  write: chunkFrame,
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
  (bytes) => view(bytes).toString('utf8'),
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

/** The payload of a frame that was read before. */
export function frameBody(unit: Buffer): Buffer {
  return unit.subarray(PRELUDE_BYTES + unit.readUInt32BE(4), unit.length - CHECKSUM_BYTES);
}

/** A frame that was read before, with another payload: the bytes of its headers stay, lengths and checksums are new. */
export function withFrameBody(unit: Buffer, body: Buffer): Buffer {
  const headers = unit.subarray(PRELUDE_BYTES, PRELUDE_BYTES + unit.readUInt32BE(4));
  const made = Buffer.alloc(MIN_FRAME_BYTES + headers.length + body.length);
  made.writeUInt32BE(made.length, 0);
  made.writeUInt32BE(headers.length, 4);
  made.writeUInt32BE(crc32(made.subarray(0, 8)), 8);
  headers.copy(made, PRELUDE_BYTES);
  body.copy(made, PRELUDE_BYTES + headers.length);
  const checked = made.length - CHECKSUM_BYTES;
  made.writeUInt32BE(crc32(made.subarray(0, checked)), checked);
  return made;
}

/** Two lengths and the checksum over them. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
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
  // Given as an event, so that what was kept back goes out ahead of it.
  if (type === 'exception' || type === 'error') return { type: 'error' };
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

function withStrings(unit: Buffer, edits: readonly StringEdit[]): Buffer {
  const body = frameBody(unit);
  const all = { start: 0, end: body.length };
  const span = objectMembers(body, all)?.get('bytes');
  const base64 = span === undefined ? null : stringAt(body, span);
  if (span === undefined || base64 === null) throw new UnreadableReply('a frame cannot be taken apart for certain');
  const event = splicedStrings(Buffer.from(base64, 'base64'), edits);
  return withFrameBody(unit, spliced(body, all, [{ span, by: jsonString(event.toString('base64')) }]));
}

function decoded(unit: Buffer): { readonly type: unknown; readonly event: unknown; readonly body: Buffer } {
  try {
    const message = codec.decode(unit);
    return {
      type: message.headers[':message-type']?.value,
      event: message.headers[':event-type']?.value,
      body: view(message.body),
    };
  } catch (cause) {
    throw new UnreadableReply('a frame is damaged', { cause });
  }
}

/** The same bytes, not a copy of them. */
function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
