import { isJsonObject, stringField } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { ReplyStage, ReplyUnit, Units } from '../reply/index.ts';
import { replyWatch } from '../reply-watch.ts';
import type { ReplyWatch, ToolUse } from '../reply-watch.ts';
import { UnreadableReply } from '../stream-codec.ts';
import type { StreamCodec } from '../stream-codec.ts';
import { runsAtClient } from './call-rule.ts';
import type { CallFilter } from './call-filter.ts';

/** A block that waits: a call, or what began behind one. */
interface WaitingBlock {
  readonly index: number;
  readonly units: ReplyUnit[];
  /** Follows the call in it; null where it is none. */
  readonly call: ReplyWatch | null;
  toolUse: ToolUse | null;
  isWhole: boolean;
}

/**
 * Holds each call that a client would run from its first event on until it is decided. One that may pass goes on byte for
 * byte; in the place of another the client gets a text that says so, as a block of the same number. Blocks that begin
 * behind a held one wait, so that blocks go out in the order in which they began; all other events pass at once.
 *
 * A call that never ends never goes out: where the message ends around it, it is refused; where the stream breaks off, it
 * is dropped with what waits behind it. Where no call is left in the message, it ends as one without calls.
 */
export function callStage(codec: StreamCodec, filter: CallFilter, maxHeldBytes: number): ReplyStage {
  /** By where they begin. The first one is a call. */
  const waiting = new Map<number, WaitingBlock>();
  /** Numbers of the blocks that are open and pass. */
  const passing = new Set<Json | undefined>();
  let heldBytes = 0;

  const hold = (block: WaitingBlock, unit: ReplyUnit): void => {
    heldBytes += unit.bytes.length;
    if (heldBytes > maxHeldBytes) throw new UnreadableReply(`calls of more than ${maxHeldBytes} bytes are open`);
    block.units.push(unit);
  };
  const release = async (isEnd: boolean): Promise<readonly ReplyUnit[]> => {
    const passed: ReplyUnit[] = [];
    for (const block of waiting.values()) {
      const { call, units, index, isWhole } = block;
      if (call !== null && !isWhole) {
        if (!isEnd) break;
        block.toolUse = toolUseIn(call, { type: 'message_stop' });
      }
      passed.push(...(await settled(block)));
      waiting.delete(index);
      if (!isWhole) passing.add(index);
      for (const { bytes } of units) heldBytes -= bytes.length;
    }
    return passed;
  };
  const settled = async ({ index, units, toolUse, isWhole }: WaitingBlock): Promise<readonly ReplyUnit[]> => {
    // An input that looks whole is not known to be, as long as its block has no end.
    const use = toolUse === null || isWhole ? toolUse : { ...toolUse, input: null };
    const text = use === null ? null : await filter.refused(use);
    if (text === null) return units;
    const stop = isWhole ? units.at(-1) : undefined;
    const made = (event: JsonObject): ReplyUnit => ({ bytes: codec.write(event), event });
    return [
      made({ type: 'content_block_start', index, content_block: { type: 'text', text: '' } }),
      made({ type: 'content_block_delta', index, delta: { type: 'text_delta', text } }),
      stop ?? made({ type: 'content_block_stop', index }),
      // A codec may have no unit for an event, such as Converse for the start of a text.
    ].filter(({ bytes }) => bytes.length > 0);
  };

  const start = (unit: ReplyUnit, event: JsonObject): Units => {
    const block = event['content_block'];
    const isCall = isJsonObject(block) && runsAtClient(stringField(block, 'type'));
    if (waiting.size === 0 && !isCall) {
      passing.add(event['index']);
      return [unit];
    }
    begin(indexOf(event), isCall ? replyWatch(maxHeldBytes) : null, unit, event);
    return NONE;
  };
  const begin = (index: number, call: ReplyWatch | null, unit: ReplyUnit, event: JsonObject): void => {
    if (waiting.has(index)) throw new UnreadableReply('two blocks are open under one index');
    passing.delete(index);
    call?.see(event);
    const held: WaitingBlock = { index, units: [], call, toolUse: null, isWhole: false };
    waiting.set(index, held);
    hold(held, unit);
  };
  const piece = (unit: ReplyUnit, event: JsonObject): Units => {
    const isDelta = event['type'] === 'content_block_delta';
    if (waiting.size === 0) {
      // Where a text has no start, its first delta is one.
      if (isDelta) passing.add(event['index']);
      else passing.delete(event['index']);
      return [unit];
    }
    const index = indexOf(event);
    const block = waiting.get(index);
    if (block === undefined) {
      if (isDelta && !passing.has(index)) {
        begin(index, null, unit, event);
        return NONE;
      }
      if (!isDelta) passing.delete(index);
      return [unit];
    }
    hold(block, unit);
    if (isDelta) {
      block.call?.see(event);
      return NONE;
    }
    block.toolUse = block.call === null ? null : toolUseIn(block.call, event);
    block.isWhole = true;
    const [first] = waiting.values();
    return first === block ? release(false) : NONE;
  };
  const ending = (unit: ReplyUnit, event: JsonObject): Units => {
    if (waiting.size === 0) return [withoutCalls(codec, filter, unit, event)];
    return release(true).then((units) => [...units, withoutCalls(codec, filter, unit, event)]);
  };

  return {
    push: (unit) => {
      const { event } = unit;
      if (event === null) return [unit];
      switch (stringField(event, 'type')) {
        case 'content_block_start':
          return start(unit, event);
        case 'content_block_delta':
        case 'content_block_stop':
          return piece(unit, event);
        case 'message_delta':
        case 'message_stop':
          return ending(unit, event);
        case 'message_start':
          if (waiting.size > 0) throw new UnreadableReply('a message begins within a call');
          return [unit];
        case 'error':
          waiting.clear();
          return [unit];
        case null:
        default:
          return [unit];
      }
    },
    end: () => {
      waiting.clear();
      return NONE;
    },
  };
}

const NONE: readonly ReplyUnit[] = [];
const STOP_REASON = ['delta', 'stop_reason'] as const;

/** Why the model stopped is no call any more where none is left. */
function withoutCalls(codec: StreamCodec, { counts }: CallFilter, unit: ReplyUnit, event: JsonObject): ReplyUnit {
  const delta = event['delta'];
  if (counts.refused === 0 || counts.passed > 0 || !isJsonObject(delta) || delta['stop_reason'] !== 'tool_use') {
    return unit;
  }
  const bytes = codec.withStrings(unit.bytes, [{ path: STOP_REASON, text: 'end_turn' }]);
  return { bytes, event: { ...event, delta: { ...delta, stop_reason: 'end_turn' } } };
}

/** Without a number a client may take a piece for a part of the held call or of another block. */
function indexOf({ index }: { readonly [key: string]: Json }): number {
  if (typeof index !== 'number' || !Number.isSafeInteger(index)) throw new UnreadableReply('a block has no index');
  return index;
}

function toolUseIn(call: ReplyWatch, event: JsonObject): ToolUse {
  const step = call.see(event);
  const [use] = step.kind === 'completes' ? step.toolUses : [];
  if (use === undefined) throw new UnreadableReply('a call has no end');
  return use;
}
