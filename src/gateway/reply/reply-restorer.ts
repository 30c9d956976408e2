import { isJsonObject, stringField } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { jsonRestorer, textRestorer } from '../../mask/index.ts';
import type { StreamRestorer, TokenLookup } from '../../mask/index.ts';
import type { StreamCodec, StringEdit } from '../stream-codec.ts';
import type { PromptStage, ReplyUnit } from './reply-stage.ts';
import { citationEdits, isCallType, restoredBlock, textBlockEdits } from './restored-content.ts';

/** The restorers of one open block, made when first needed. */
interface OpenBlock {
  text: StreamRestorer | null;
  input: StreamRestorer | null;
}

/**
 * Puts values in the place of tokens in a reply that comes as a stream: in its text, the input of its calls and its
 * citations, and nowhere else. What comes out is the same however the text was cut into deltas.
 *
 * A unit in which nothing changes is passed on as it is, at once. Of a text that ends as a token begins the end is kept,
 * at most {@link LONGEST_TOKEN} - 1 code units of text or {@link MOST_HELD_IN_JSON} of input, until the next delta of its
 * block shows what it is, or the block, the message or the stream ends; then it goes out in a delta of its own. Blocks are
 * restored each by itself.
 */
export function replyRestorer(codec: StreamCodec, lookup: TokenLookup): PromptStage {
  const open = new Map<Json | undefined, OpenBlock>();

  const blockAt = (index: Json | undefined): OpenBlock => {
    const known = open.get(index);
    if (known !== undefined) return known;
    const made = { text: null, input: null };
    open.set(index, made);
    return made;
  };
  const restoredText = (index: Json | undefined, text: string): string => {
    const known = open.get(index)?.text ?? null;
    if ((known === null || !known.isHolding()) && !hasFirstLetter(text)) return text;
    const restorer = known ?? textRestorer(lookup);
    blockAt(index).text = restorer;
    return restorer.push(text);
  };
  const restoredInput = (index: Json | undefined, fragment: string): string => {
    const block = blockAt(index);
    block.input ??= jsonRestorer(lookup);
    return block.input.push(fragment);
  };
  const edited = (unit: ReplyUnit, edits: readonly StringEdit[]): readonly ReplyUnit[] => {
    if (edits.length === 0) return [unit];
    const bytes = codec.withStrings(unit.bytes, edits);
    // Read again rather than edited too: the gate must see what stands in the bytes.
    return [{ bytes, event: codec.read(bytes, false) }];
  };
  const made = (event: JsonObject): ReplyUnit => ({ bytes: codec.write(event), event });

  const closed = (index: Json | undefined): readonly ReplyUnit[] => {
    const block = open.get(index);
    if (block === undefined) return NONE;
    open.delete(index);
    const text = block.text?.end() ?? '';
    const input = block.input?.end() ?? '';
    const at = index === undefined ? {} : { index };
    const units: ReplyUnit[] = [];
    if (text !== '') units.push(made({ type: 'content_block_delta', ...at, delta: { type: 'text_delta', text } }));
    if (input !== '')
      units.push(
        made({ type: 'content_block_delta', ...at, delta: { type: 'input_json_delta', partial_json: input } }),
      );
    return units;
  };
  const allClosed = (): readonly ReplyUnit[] => [...open.keys()].flatMap(closed);

  const delta = (unit: ReplyUnit, event: JsonObject): readonly ReplyUnit[] => {
    const part = event['delta'];
    if (!isJsonObject(part)) return [unit];
    switch (stringField(part, 'type')) {
      case 'text_delta': {
        const text = part['text'];
        if (typeof text !== 'string') return [unit];
        const restored = restoredText(event['index'], text);
        return restored === text ? [unit] : edited(unit, [{ path: TEXT, text: restored }]);
      }
      case 'input_json_delta': {
        const fragment = part['partial_json'];
        if (typeof fragment !== 'string') return [unit];
        const restored = restoredInput(event['index'], fragment);
        return restored === fragment ? [unit] : edited(unit, [{ path: INPUT, text: restored }]);
      }
      case 'citations_delta':
        return edited(unit, citationEdits(part['citation'], CITATION, lookup));
      case null:
      default:
        return [unit];
    }
  };
  const start = (unit: ReplyUnit, event: JsonObject): readonly ReplyUnit[] => {
    const block = event['content_block'];
    if (!isJsonObject(block)) return [unit];
    const type = stringField(block, 'type');
    if (type === 'text') {
      const ownText = (text: string): string => restoredText(event['index'], text);
      return edited(unit, textBlockEdits(block, ['content_block'], ownText, lookup));
    }
    // Keys may hold tokens as well, so the whole input is written anew. The service sends it in deltas.
    const restored = isCallType(type) ? restoredBlock(block, lookup) : block;
    return restored === block ? [unit] : [made({ ...event, content_block: restored })];
  };
  const messageStart = (unit: ReplyUnit, event: JsonObject): readonly ReplyUnit[] => {
    const message = event['message'];
    const content = isJsonObject(message) ? message['content'] : undefined;
    if (!isJsonObject(message) || !Array.isArray(content)) return [unit];
    const restored = content.map((block: Json) => restoredBlock(block, lookup));
    const isSame = restored.every((block, at) => block === content[at]);
    return isSame ? [unit] : [made({ ...event, message: { ...message, content: restored } })];
  };

  return {
    push: (unit) => {
      const { event } = unit;
      if (event === null) return [unit];
      switch (stringField(event, 'type')) {
        case 'content_block_delta':
          return delta(unit, event);
        case 'content_block_start':
          return [...closed(event['index']), ...start(unit, event)];
        case 'content_block_stop': {
          // A stop without a number stops what a client takes it to stop.
          const kept = Number.isInteger(event['index']) ? closed(event['index']) : allClosed();
          return [...kept, unit];
        }
        case 'message_start':
          return [...allClosed(), ...messageStart(unit, event)];
        case 'message_delta':
        case 'message_stop':
        case 'error':
          return [...allClosed(), unit];
        case null:
        default:
          return [unit];
      }
    },
    end: allClosed,
  };
}

const NONE: readonly ReplyUnit[] = [];
const TEXT = ['delta', 'text'] as const;
const INPUT = ['delta', 'partial_json'] as const;
const CITATION = ['delta', 'citation'] as const;

/** Whether a text holds the letter with which each token begins. */
function hasFirstLetter(text: string): boolean {
  return text.includes('q') || text.includes('Q');
}
