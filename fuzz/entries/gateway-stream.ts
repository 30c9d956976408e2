import { CONVERSE_CODEC } from '../../src/gateway/converse-codec.ts';
import { chunkFrame, EVENT_STREAM_CODEC } from '../../src/gateway/event-stream-codec.ts';
import { replyWatch } from '../../src/gateway/reply-watch.ts';
import { SSE_CODEC } from '../../src/gateway/sse-codec.ts';
import { UnreadableReply } from '../../src/gateway/stream-codec.ts';
import type { StreamCodec } from '../../src/gateway/stream-codec.ts';
import { stringField } from '../../src/core/json.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { MARK, promise, promiseUnmarked } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { drawFrom } from '../draw.ts';
import { asBytes } from '../material.ts';

const EVENTS: readonly JsonObject[] = [
  { type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 3 } } },
  {
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} },
  },
  { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: `{"command":"${MARK}"}` } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 5 } },
  { type: 'message_stop' },
  { type: 'error', error: { type: 'overloaded_error', message: 'x' } },
];

const sse = (event: JsonObject): Buffer =>
  Buffer.from(`event: ${stringField(event, 'type')}\ndata: ${JSON.stringify(event)}\n\n`);

const CODECS = [SSE_CODEC, EVENT_STREAM_CODEC, CONVERSE_CODEC] as const;
const CONVERSE_FRAMES: readonly Buffer[] = EVENTS.slice(0, -1).map((event) => CONVERSE_CODEC.write(event));

const WORDS = [
  ...'data: event: id: retry: : \r \n \r\n \r\r message_stop ping "index": "type": "tool_use" "partial_json":'.split(
    ' ',
  ),
  ...'"content_block": null -1 1.5 {} [] :message-type :event-type exception contentBlockStart "toolUse": "toolUseId":'.split(
    ' ',
  ),
];

/** What a unit of a stream may be at most here, so that short inputs meet the bound. */
const MAX_UNIT_BYTES = 64 * 1024;

export const gatewayStreamEntry: FuzzEntry = {
  name: 'gateway-stream',
  about: 'a model’s reply as events or frames, cut anywhere: no byte is lost, and what is not certain is refused',
  maxBytes: 256 * 1024,
  most: { baseMs: 100, msPerMb: 3000 },
  open(): OpenEntry {
    const streams = [
      EVENTS.map(sse),
      EVENTS.map(chunkFrame),
      [...CONVERSE_FRAMES, CONVERSE_CODEC.refusalUnit('no')],
      [SSE_CODEC.refusalUnit('no')],
      [EVENT_STREAM_CODEC.refusalUnit('no')],
    ];
    return {
      seeds: streams.flatMap((units, at) => [
        Buffer.concat([Buffer.of(at % 3, 7), ...units]),
        ...units.map((unit) => Buffer.concat([Buffer.of(at % 3, 1), unit])),
      ]),
      words: [
        ...asBytes([...WORDS, ...EVENTS.map((event) => JSON.stringify(event))]),
        ...EVENTS.map(chunkFrame),
        ...CONVERSE_FRAMES,
      ],
      run(input, watch) {
        const codec = CODECS[(input[0] ?? 0) % CODECS.length] ?? SSE_CODEC;
        const bytes = Buffer.from(input.subarray(2));
        const whole = watch.time(() => split(codec, bytes, [bytes.length]));
        const draw = drawFrom(input[1] ?? 0);
        const cuts = Array.from({ length: draw.below(12) }, () => draw.below(bytes.length + 1)).sort((a, b) => a - b);
        const pieces = watch.time(() => split(codec, bytes, [...cuts, bytes.length]));
        promise(whole.problem === pieces.problem, 'how a stream is cut changes whether it is refused');
        if (whole.problem !== null) {
          promiseUnmarked(whole.problem, 'why a reply is refused');
          return whole.problem.replaceAll(/\d+/g, '');
        }
        promise(whole.units.length === pieces.units.length, 'how a stream is cut changes its units');
        promise(
          whole.units.every((unit, at) => unit.equals(pieces.units[at] ?? Buffer.alloc(0))),
          'how a stream is cut changes a unit',
        );
        promise(Buffer.concat([...whole.units, whole.rest]).equals(bytes), 'bytes of a stream are lost');
        return watch.time(() => read(codec, whole.units));
      },
    };
  },
};

interface Split {
  readonly units: readonly Buffer[];
  readonly rest: Buffer;
  readonly problem: string | null;
}

function split(codec: StreamCodec, bytes: Buffer, cuts: readonly number[]): Split {
  const splitter = codec.splitter(MAX_UNIT_BYTES);
  const units: Buffer[] = [];
  try {
    for (const [at, to] of cuts.entries()) units.push(...splitter.push(bytes.subarray(cuts[at - 1] ?? 0, to)));
    return { units, rest: splitter.rest(), problem: null };
  } catch (error) {
    return { units, rest: Buffer.alloc(0), problem: problemOf(error) };
  }
}

function read(codec: StreamCodec, units: readonly Buffer[]): string {
  const watch = replyWatch(MAX_UNIT_BYTES);
  const steps: string[] = [];
  try {
    for (const [at, unit] of units.entries()) {
      const event = codec.read(unit, at === 0);
      if (event !== null) steps.push(watch.see(event).kind);
    }
  } catch (error) {
    steps.push(problemOf(error));
  }
  return [...new Set([...steps, watch.summary().stopReason?.slice(0, 10) ?? ''])].join(' ');
}

/** @throws what was thrown, where it is not how a reply is refused. */
function problemOf(error: unknown): string {
  if (!(error instanceof UnreadableReply)) throw error;
  promiseUnmarked(error.message, 'why a reply is refused');
  return error.message;
}
