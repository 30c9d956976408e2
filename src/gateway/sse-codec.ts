import { isJsonObject } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { pieces, UnreadableReply } from './stream-codec.ts';
import type { StreamCodec, StreamSplitter } from './stream-codec.ts';

/** Server-sent events as the Messages service streams them (HTML Living Standard, section 9.2). */
export const SSE_CODEC: StreamCodec = {
  splitter: sseSplitter,
  read: readSseEvent,
  refusalUnit: (message) => {
    const event = { type: 'error', error: { type: 'permission_error', message } };
    return Buffer.from(`event: error\ndata: ${JSON.stringify(event)}\n\n`, 'utf8');
  },
  mayEndInRest: true,
};

const LF = 0x0a;
const CR = 0x0d;

/** A unit is an event with the blank line that ends it. Lines end in LF, CR or both, also mixed and cut in between. */
function sseSplitter(maxUnitBytes: number): StreamSplitter {
  const open = pieces(maxUnitBytes);
  let isLineEmpty = true;
  let isAfterCr = false;
  return {
    push: (chunk) => {
      const units: Buffer[] = [];
      let start = 0;
      for (let at = 0; at < chunk.length; at += 1) {
        const byte = chunk[at];
        const isSecondHalf = isAfterCr && byte === LF;
        isAfterCr = byte === CR;
        if (isSecondHalf) continue;
        if (byte !== LF && byte !== CR) {
          isLineEmpty = false;
          // The rest of the line holds nothing for the splitter; data lines are long.
          at = lineEnd(chunk, at + 1) - 1;
        } else if (!isLineEmpty) {
          isLineEmpty = true;
        } else {
          open.add(chunk.subarray(start, at + 1));
          units.push(open.take());
          start = at + 1;
        }
      }
      open.add(chunk.subarray(start));
      return units;
    },
    rest: () => open.take(),
  };
}

function lineEnd(chunk: Buffer, from: number): number {
  let at = from;
  while (at < chunk.length && chunk[at] !== LF && chunk[at] !== CR) at += 1;
  return at;
}

/** Names by which the client's library reads an event; it passes over all others, whatever their data. */
const KNOWN_NAMES: ReadonlySet<string> = new Set([
  '',
  'message',
  'completion',
  'message_start',
  'message_delta',
  'message_stop',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'ping',
  'error',
]);

function readSseEvent(unit: Buffer, isFirst: boolean): JsonObject | null {
  const text = new TextDecoder('utf-8', { ignoreBOM: !isFirst }).decode(unit);
  let name = '';
  const data: string[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '' || line.startsWith(':')) continue;
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') name = value;
    else if (field === 'data') data.push(value);
    // A reply that is JSON under the wrong content type would look like this to us, and like a message to a client.
    else if (field !== 'id' && field !== 'retry') throw new UnreadableReply('an event has an unknown field');
  }
  const joined = data.join('\n');
  if (joined === '') return null;
  const event = parsedObject(joined);
  if (event === null && KNOWN_NAMES.has(name)) throw new UnreadableReply('the data of an event is no JSON object');
  return event;
}

function parsedObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
