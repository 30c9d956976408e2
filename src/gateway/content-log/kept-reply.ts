import type { ContentLog } from '../../core/gateway-rules.ts';
import { isJsonObject } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import { converseAsMessage } from '../converse-reply.ts';
import type { MessageFormat } from '../message-format.ts';
import type { ReplyStage, ReplyUnit } from '../reply/index.ts';
import { UnreadableReply } from '../stream-codec.ts';
import type { PieceForm, SessionContents } from './content-store.ts';
import { blockGatherer, wholeBlocks } from './gathered-blocks.ts';
import type { GatheredBlock } from './gathered-blocks.ts';
import { recordedRef, writtenRef } from './kept-pieces.ts';
import type { KeptPieces, WrittenRef } from './kept-pieces.ts';

/** Keeps what one reply says: as the model wrote it, and, where the policy has that kept, as the client gets it. */
export interface KeptReply {
  /** Stands in front of all other stages and sees what the model wrote. */
  readonly first: ReplyStage;
  /**
   * Stands behind all other stages and sees what the client gets. The end of a call waits here until the call would
   * survive a power cut; text does not wait.
   */
  readonly last: ReplyStage;
  /**
   * Takes a reply that came whole, before any of it goes out.
   *
   * @param given as the client gets it.
   * @throws {UnreadableReply} where it is no JSON object.
   */
  whole(sent: Buffer, given: Buffer, format: MessageFormat): void;
  /**
   * What the record of the reply says of its content, once that would survive a power cut. The same each time.
   *
   * @throws {Error} where it cannot be kept; the reply must not look whole then.
   */
  end(): Promise<JsonObject>;
}

/** One form of the reply. */
interface Keeper {
  keep(blocks: readonly GatheredBlock[]): void;
  see(event: JsonObject): readonly GatheredBlock[];
  /** Keeps what is open and the list of all blocks. */
  end(): WrittenRef;
  /** The list of blocks, to compare. */
  list(): string;
}

export function keptReply(
  contents: SessionContents,
  pieces: KeptPieces,
  policy: Exclude<ContentLog, 'digest'>,
): KeptReply {
  const masked = keeper(contents, pieces, 'masked', policy === 'sealed');
  const original = policy === 'masked' ? keeper(contents, pieces, 'original', true) : null;
  const given = blockGatherer();
  let ended: Promise<JsonObject> | null = null;

  const finish = async (): Promise<JsonObject> => {
    const ref = masked.end();
    const sealed = original?.end() ?? null;
    await contents.flush();
    const isSame = original !== null && original.list() === masked.list();
    return {
      policy,
      masked: recordedRef(ref),
      original: sealed === null ? null : isSame ? 'as-masked' : recordedRef(sealed),
    };
  };
  const passed = (unit: ReplyUnit, isLong: boolean): ReturnType<ReplyStage['push']> =>
    isLong ? certain(contents).then(() => [unit]) : [unit];

  return {
    first: {
      push: (unit) => passed(unit, unit.event !== null && masked.see(unit.event).some(isPart)),
      end: () => [],
    },
    last: {
      push: (unit) => {
        if (unit.event === null) return [unit];
        const blocks = original === null ? given.see(unit.event) : original.see(unit.event);
        return passed(
          unit,
          blocks.some((block) => block.isCall || isPart(block)),
        );
      },
      end: () => [],
    },
    whole: (sent, asGiven, format) => {
      masked.keep(wholeBlocks(messageIn(sent, format)));
      original?.keep(wholeBlocks(messageIn(asGiven, format)));
    },
    end: () => (ended ??= finish()),
  };
}

function keeper(contents: SessionContents, pieces: KeptPieces, form: PieceForm, isSealed: boolean): Keeper {
  const gatherer = blockGatherer();
  const blocks: WrittenRef[][] = [];
  const keep = (gathered: readonly GatheredBlock[]): void => {
    for (const { number, text } of gathered)
      (blocks[number] ??= []).push(pieces.keep({ kind: 'block', form, isSealed, text }));
  };
  const list = (): string => JSON.stringify({ v: 1, blocks: Array.from(blocks, (refs) => refs ?? []) });
  return {
    keep,
    see: (event) => {
      const gathered = gatherer.see(event);
      keep(gathered);
      return gathered;
    },
    end: () => {
      keep(gatherer.end());
      return writtenRef(contents.add({ kind: 'reply', form, isSealed, text: list() }));
    },
    list,
  };
}

/** A block that is long enough for the memory that it holds to matter, be it whole or not. */
function isPart({ text }: GatheredBlock): boolean {
  return text.length > 128 * 1024;
}

async function certain(contents: SessionContents): Promise<void> {
  try {
    await contents.flush();
  } catch (cause) {
    throw new UnreadableReply('its content cannot be kept, as the policy asks; see `sallyport doctor`', { cause });
  }
}

function messageIn(body: Buffer, format: MessageFormat): JsonObject {
  const reply = parsed(body);
  if (!isJsonObject(reply)) throw new UnreadableReply('the reply is no JSON object');
  return format === 'converse' ? converseAsMessage(reply) : reply;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new UnreadableReply('the reply is no JSON', { cause });
  }
}
