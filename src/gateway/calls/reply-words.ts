import type { GatewayRules } from '../../core/gateway-rules.ts';
import { isJsonObject, stringField } from '../../core/json.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { TokenLookup } from '../../mask/index.ts';
import type { Refusal } from '../refusal.ts';
import type { PromptStage, ReplyUnit } from '../reply/index.ts';
import { UnreadableReply } from '../stream-codec.ts';
import { blockWords } from './block-words.ts';
import type { BlockWords } from './block-words.ts';
import type { WordScanner, WordsSeen } from './call-ports.ts';
import { RefusedReply } from './refused-reply.ts';
import { isHeldBack, wordFindings } from './word-findings.ts';
import type { WordFinding } from './word-findings.ts';

/** Looks through the words of one reply: its texts and the inputs of its calls. */
export interface ReplyWords {
  /** Belongs in front of the stage that restores values: there the model's words are as it wrote them. */
  readonly stage: PromptStage;
  /** What was found in all that came. Looks through what is left, which takes time where nothing waits for it. */
  findings(): readonly WordFinding[];
}

export interface ReplyWordsOptions {
  readonly scanner: WordScanner;
  readonly replies: GatewayRules['replies'];
  readonly lookup: TokenLookup;
  readonly maxHeldBytes: number;
}

/** Words of a block that wait, or an event behind such. */
interface WaitingUnit {
  readonly unit: ReplyUnit;
  readonly words: OpenWords | null;
  piece: number;
}

interface OpenWords {
  readonly block: BlockWords;
  certainPieces: number;
}

/**
 * Where the policy only alerts, each unit passes at once. Where it blocks, words wait until it is certain that nothing
 * that it blocks begins in them: until as much has come behind them as a detector may look at, or their block ends.
 * Then the stage throws before the first unit with a part of what was found.
 */
export function replyWords({ scanner, replies, lookup, maxHeldBytes }: ReplyWordsOptions): ReplyWords {
  const isHeld = isHeldBack(replies, scanner);
  const findings = wordFindings(replies);
  const open = new Map<Json | undefined, OpenWords>();
  let waiting: WaitingUnit[] = [];
  let heldBytes = 0;

  const wordsAt = (index: Json | undefined): OpenWords => {
    const known = open.get(index);
    if (known !== undefined) return known;
    const made = { block: blockWords(scanner.scan(isHeld), lookup, isHeld ? 0 : GATHER_LENGTH), certainPieces: 0 };
    open.set(index, made);
    return made;
  };
  const seen = (words: OpenWords, { found, certainPieces }: WordsSeen): Refusal | null => {
    words.certainPieces = certainPieces;
    return findings.add(found);
  };
  const closed = (index: Json | undefined): Refusal | null => {
    const words = open.get(index);
    open.delete(index);
    return words === undefined ? null : seen(words, words.block.end());
  };
  const allClosed = (): Refusal | null => {
    const [refusal = null] = [...open.keys()].map(closed).filter((each) => each !== null);
    return refusal;
  };
  /** In front of an event by which words end. */
  const close = (index: Json | undefined): void => {
    if (isHeld) cutFor(index === ALL ? allClosed() : closed(index));
  };

  const wait = (unit: ReplyUnit, words: OpenWords | null): void => {
    heldBytes += unit.bytes.length;
    if (heldBytes > maxHeldBytes) throw new UnreadableReply(`more than ${maxHeldBytes} bytes wait to be looked at`);
    waiting.push({ unit, words, piece: Number.POSITIVE_INFINITY });
  };
  /** Units up to the first whose words are not certain. */
  const released = (): readonly ReplyUnit[] => {
    const first = waiting.findIndex(({ words, piece }) => words !== null && words.certainPieces < piece);
    if (first === 0) return NONE;
    const ready = first === -1 ? waiting : waiting.slice(0, first);
    waiting = first === -1 ? [] : waiting.slice(first);
    for (const { unit } of ready) heldBytes -= unit.bytes.length;
    return ready.map(({ unit }) => unit);
  };
  /** Words that came while a token was open in them are as certain as those that ended it. */
  const number = (words: OpenWords): void => {
    const { lastPiece } = words.block;
    if (lastPiece === Number.POSITIVE_INFINITY) return;
    for (let at = waiting.length - 1; at >= 0; at -= 1) {
      const each = waiting[at];
      if (each?.words !== words) continue;
      if (each.piece !== Number.POSITIVE_INFINITY) break;
      each.piece = lastPiece;
    }
  };

  const take = (unit: ReplyUnit, said: readonly Words[], index: Json | undefined): readonly ReplyUnit[] => {
    if (said.length === 0) return passed(unit);
    const words = wordsAt(index);
    if (isHeld) wait(unit, words);
    for (const { kind, text } of said) cutFor(seen(words, words.block.take(kind, text)));
    if (!isHeld) return [unit];
    number(words);
    return released();
  };
  const passed = (unit: ReplyUnit): readonly ReplyUnit[] => {
    if (waiting.length === 0) return [unit];
    wait(unit, null);
    return released();
  };

  return {
    stage: {
      push: (unit) => {
        const { event } = unit;
        switch (event === null ? null : stringField(event, 'type')) {
          case 'content_block_delta':
            return take(unit, wordsOf(event?.['delta']), event?.['index']);
          case 'content_block_start':
            close(event?.['index']);
            return take(unit, wordsOf(event?.['content_block']), event?.['index']);
          case 'content_block_stop':
            // A stop without a number stops what a client takes it to stop.
            close(Number.isInteger(event?.['index']) ? event?.['index'] : ALL);
            return passed(unit);
          case 'message_delta':
          case 'message_stop':
          case 'error':
            close(ALL);
            return passed(unit);
          case 'message_start':
            close(ALL);
            return take(unit, wordsInMessage(event), MESSAGE);
          // Holds nothing that anything else depends on, and keeps a client from giving up.
          case 'ping':
            return [unit];
          case null:
          default:
            return passed(unit);
        }
      },
      end: () => {
        close(ALL);
        return released();
      },
    },
    findings: () => {
      // The reply has ended: what would have stopped it is counted.
      allClosed();
      return findings.all();
    },
  };
}

function cutFor(refusal: Refusal | null): void {
  if (refusal !== null) throw new RefusedReply(refusal);
}

/** Words that are gathered where nothing waits for them, in UTF-16 code units. */
const GATHER_LENGTH = 4_096;

/** In place of a block's number: words of the message itself, and of all blocks. */
const [MESSAGE, ALL] = ['message', 'all'] as const;
const NONE: readonly ReplyUnit[] = [];

interface Words {
  readonly kind: 'text' | 'json';
  readonly text: string;
}

/** The words in a block or in a piece of one. Thinking is none: no client acts on it, and it is sealed. */
export function wordsOf(part: Json | undefined): readonly Words[] {
  if (!isJsonObject(part)) return [];
  const type = stringField(part, 'type');
  if (type === 'text' || type === 'text_delta') return said('text', part['text']);
  if (type === 'input_json_delta') return said('json', part['partial_json']);
  const input = part['input'];
  if (type?.endsWith('tool_use') !== true || !isJsonObject(input) || Object.keys(input).length === 0) return [];
  return said('json', JSON.stringify(input));
}

function wordsInMessage(event: JsonObject | null): readonly Words[] {
  const message = event?.['message'];
  const content = isJsonObject(message) ? message['content'] : null;
  return Array.isArray(content) ? content.flatMap((block: Json) => wordsOf(block)) : [];
}

function said(kind: Words['kind'], text: Json | undefined): readonly Words[] {
  return typeof text === 'string' && text !== '' ? [{ kind, text }] : [];
}
