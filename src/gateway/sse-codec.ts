import { isJsonObject, stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { splicedStrings } from './reply/spliced-strings.ts';
import { dataLines, withDataLine } from './sse-lines.ts';
import { pieces, UnreadableReply } from './stream-codec.ts';
import type { StreamCodec, StreamSplitter, StringEdit } from './stream-codec.ts';

/** Server-sent events as the Messages service streams them (HTML Living Standard, section 9.2). */
export const SSE_CODEC: StreamCodec = {
  splitter: sseSplitter,
  read: readSseEvent,
  withStrings,
  write: sseEvent,
  refusalUnit: (message) => sseEvent({ type: 'error', error: { type: 'permission_error', message } }),
  mayEndInRest: true,
};

function sseEvent(event: JsonObject): Buffer {
  const name = stringField(event, 'type') ?? 'message';
  return Buffer.from(`event: ${name}\ndata: ${JSON.stringify(event)}\n\n`, 'utf8');
}

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
  const text = unit.toString('utf8');
  const delta = unit.length <= MAX_USUAL_BYTES ? usualDelta(text) : null;
  if (delta !== null) return delta;
  const { name, data } = usualEvent(text) ?? anyEvent(isFirst && text.startsWith(BOM) ? text.slice(1) : text);
  if (data === '') return null;
  const event = parsedObject(data);
  if (event === null && KNOWN_NAMES.has(name)) throw new UnreadableReply('the data of an event is no JSON object');
  return event;
}

/** Bytes of a unit up to which {@link USUAL_DELTA} is tried. Nearly all deltas are below 200. */
const MAX_USUAL_BYTES = 2_048;
const PLAIN = String.raw`[ !#-[\]-\uffff]*`;
const STRING = String.raw`("${PLAIN}(?:\\["\\/bfnrtu]${PLAIN})*")`;
/** A delta as the service writes it. Linear: a plain character never is a backslash. */
const USUAL_DELTA = new RegExp(
  String.raw`^event: content_block_delta\ndata: \{"type":"content_block_delta","index":(0|[1-9][0-9]{0,5}),` +
    String.raw`"delta":\{"type":(?:"text_delta","text":${STRING}|"input_json_delta","partial_json":${STRING})\} *\} *\n\n$`,
);

/** The event that nearly all units of a reply carry, with nothing parsed but its string; null where it is another. */
function usualDelta(text: string): JsonObject | null {
  const [, index, ownText, partial] = USUAL_DELTA.exec(text) ?? [];
  const value = stringValue(ownText ?? partial ?? '');
  if (value === null) return null;
  const delta: JsonObject =
    ownText === undefined ? { type: 'input_json_delta', partial_json: value } : { type: 'text_delta', text: value };
  return { type: 'content_block_delta', index: Number(index), delta };
}

/** A string with its quotes, in which no character is wrong but perhaps the digits of an escape. */
function stringValue(quoted: string): string | null {
  if (quoted === '') return null;
  const value: unknown = quoted.includes('\\') ? parsed(quoted) : quoted.slice(1, -1);
  return typeof value === 'string' ? value : null;
}

interface NamedData {
  readonly name: string;
  readonly data: string;
}

const BLANK = Buffer.from(' ', 'latin1');
const BOM = '\ufeff';
const [EVENT, DATA] = ['event: ', 'data: '];

/** An event in the form that the service writes, one line with its name and one with its data; null in any other. */
function usualEvent(text: string): NamedData | null {
  if (!text.startsWith(EVENT)) return null;
  const nameEnd = text.indexOf('\n');
  const dataAt = nameEnd + 1 + DATA.length;
  const dataEnd = text.length - 2;
  if (!text.startsWith(DATA, nameEnd + 1) || text.indexOf('\n', dataAt) !== dataEnd || !text.endsWith('\n'))
    return null;
  return text.includes('\r') ? null : { name: text.slice(EVENT.length, nameEnd), data: text.slice(dataAt, dataEnd) };
}

function anyEvent(text: string): NamedData {
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
  return { name, data: data.join('\n') };
}

function withStrings(unit: Buffer, edits: readonly StringEdit[]): Buffer {
  const lines = dataLines(unit);
  // Between the lines of JSON stands nothing but blanks, so one blank does for a line end.
  const json = lines.flatMap(({ value }) => [BLANK, unit.subarray(value.start, value.end)]).slice(1);
  return withDataLine(unit, lines, splicedStrings(Buffer.concat(json), edits));
}

function parsedObject(text: string): JsonObject | null {
  const value: unknown = parsed(text);
  return isJsonObject(value) ? value : null;
}

/** What JSON has it that the text is; undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
