import { EventStreamCodec } from '@smithy/eventstream-codec';

import { isJsonObject } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { converseEvent, placeInPayload } from './converse-events.ts';
import { conversePayloads } from './converse-payloads.ts';
import { EVENT_STREAM_CODEC, frameBody, withFrameBody } from './event-stream-codec.ts';
import { splicedStrings } from './reply/spliced-strings.ts';
import { UnreadableReply } from './stream-codec.ts';
import type { StreamCodec, StringEdit } from './stream-codec.ts';

/**
 * `application/vnd.amazon.eventstream` as Converse streams it: the type of an event stands in its frame's header and its
 * content is JSON. Events are given as the Messages service would write them; the bytes are never converted.
 */
export const CONVERSE_CODEC: StreamCodec = {
  splitter: (maxUnitBytes) => EVENT_STREAM_CODEC.splitter(maxUnitBytes),
  read: (unit) => {
    const { headers, body } = decoded(unit);
    const kind = headers[':message-type']?.value;
    // Not null, so that text which was held back goes out ahead of it.
    if (kind === 'exception' || kind === 'error') return { type: 'error' };
    const type = headers[':event-type']?.value;
    if (kind !== 'event' || typeof type !== 'string') throw new UnreadableReply('a frame is of no known kind');
    return converseEvent(type, parsedObject(body));
  },
  withStrings,
  write: (event) => Buffer.concat(conversePayloads(event).map(([type, payload]) => frame(type, payload))),
  refusalUnit: (message) => EVENT_STREAM_CODEC.refusalUnit(message),
  mayEndInRest: false,
};

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
);

function withStrings(unit: Buffer, edits: readonly StringEdit[]): Buffer {
  if (edits.length === 0) return unit;
  const inPayload = edits.map(({ path, text }) => {
    const place = placeInPayload(path);
    if (place === null) throw new UnreadableReply('a text in an event is none of its frame');
    return { path: place, text };
  });
  return withFrameBody(unit, splicedStrings(frameBody(unit), inPayload));
}

function frame(type: string, payload: JsonObject): Buffer {
  const headers = { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' };
  return Buffer.from(
    codec.encode({
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }])),
      body: Buffer.from(JSON.stringify(payload), 'utf8'),
    }),
  );
}

interface Frame {
  readonly headers: ReturnType<EventStreamCodec['decode']>['headers'];
  readonly body: Buffer;
}

function decoded(unit: Buffer): Frame {
  try {
    const { headers, body } = codec.decode(unit);
    return { headers, body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) };
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
