import { isJsonObject, stringField } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { UnreadableReply } from '../stream-codec.ts';

/** A block of a reply, or a part of a long one. */
export interface GatheredBlock {
  /** Counts the blocks of a reply from 0, in the order in which they begin. */
  readonly number: number;
  readonly isCall: boolean;
  /** As JSON: `block` as the service opened it (with the first part only), `text` as its deltas gave it, `citations`. */
  readonly text: string;
}

/** Puts the events of one reply together to blocks. Holds state; one per reply. */
export interface BlockGatherer {
  /**
   * @returns the blocks that end with this event, and parts of those that are long.
   * @throws {UnreadableReply} for more blocks than any reply has.
   */
  see(event: JsonObject): readonly GatheredBlock[];
  /** The blocks that never ended. */
  end(): readonly GatheredBlock[];
}

/** UTF-16 code units of a block that are held in memory; more are given as a part. */
const MAX_HELD = 256 * 1024;
const MAX_BLOCKS = 10_000;

interface OpenBlock {
  readonly number: number;
  readonly isCall: boolean;
  /** Null once a part with it was given. */
  block: JsonObject | null;
  held: string[];
  citations: Json[];
  length: number;
}

export function blockGatherer(): BlockGatherer {
  const open = new Map<Json | undefined, OpenBlock>();
  let count = 0;

  const closed = (index: Json | undefined, isCut: boolean): readonly GatheredBlock[] => {
    const block = open.get(index);
    open.delete(index);
    return block === undefined ? [] : [taken(block, isCut)];
  };
  const allClosed = (isCut: boolean): readonly GatheredBlock[] =>
    [...open.keys()].flatMap((index) => closed(index, isCut));

  return {
    see: (event) => {
      const index = event['index'];
      switch (stringField(event, 'type')) {
        case 'content_block_start': {
          const before = closed(index, true);
          if (count >= MAX_BLOCKS) throw new UnreadableReply(`the reply has more than ${MAX_BLOCKS} blocks`);
          const block = isJsonObject(event['content_block']) ? event['content_block'] : {};
          const isCall = stringField(block, 'type')?.endsWith('tool_use') === true;
          open.set(index, { number: count, isCall, block, held: [], citations: [], length: 0 });
          count += 1;
          return before;
        }
        case 'content_block_delta': {
          const block = open.get(index);
          if (block === undefined || !isJsonObject(event['delta'])) return [];
          addDelta(block, event['delta']);
          return block.length > MAX_HELD ? [taken(block, false)] : [];
        }
        case 'content_block_stop':
          return Number.isInteger(index) ? closed(index, false) : allClosed(false);
        case 'message_delta':
        case 'message_stop':
          return allClosed(false);
        case null:
        default:
          return [];
      }
    },
    end: () => allClosed(true),
  };
}

/** Signatures and what the service has encrypted for itself say nothing to a reader. */
function addDelta(block: OpenBlock, delta: JsonObject): void {
  const part = stringField(delta, 'text') ?? stringField(delta, 'partial_json') ?? stringField(delta, 'thinking');
  if (part !== null) {
    block.held.push(part);
    block.length += part.length;
  }
  const citation = delta['citation'];
  if (citation !== undefined) {
    block.citations.push(citation);
    block.length += JSON.stringify(citation).length;
  }
}

function taken(open: OpenBlock, isCut: boolean): GatheredBlock {
  const { number, isCall, block, held, citations } = open;
  open.block = null;
  open.held = [];
  open.citations = [];
  open.length = 0;
  const text = JSON.stringify({
    ...(block === null ? {} : { block }),
    text: held.join(''),
    ...(citations.length === 0 ? {} : { citations }),
    ...(isCut ? { isCut } : {}),
  });
  return { number, isCall, text };
}

/** The blocks of a reply that came whole. */
export function wholeBlocks(message: JsonObject): readonly GatheredBlock[] {
  const content = message['content'];
  const blocks: readonly Json[] = Array.isArray(content) ? content : [];
  return blocks.map((block, number) => ({
    number,
    isCall: isJsonObject(block) && stringField(block, 'type')?.endsWith('tool_use') === true,
    text: JSON.stringify({ block, text: '' }),
  }));
}
