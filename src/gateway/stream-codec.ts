import type { JsonObject } from '../core/json.ts';

/** A reply that cannot be read for certain, and so is not passed on. The message holds no content. */
export class UnreadableReply extends Error {
  override readonly name = 'UnreadableReply';
}

/** Cuts a byte stream into the smallest units that a client acts on, keeping every byte. */
export interface StreamSplitter {
  /**
   * Takes the next bytes.
   *
   * @returns the units that are complete now; joined with all others and {@link rest} they are the stream's bytes.
   * @throws {UnreadableReply} where a unit is longer than its bound or cannot be one.
   */
  push(chunk: Buffer): readonly Buffer[];
  /** What is left after the last complete unit. */
  rest(): Buffer;
}

/** A string in an event, and what it shall be. */
export interface StringEdit {
  /** Keys and indexes that lead to it in the event as {@link StreamCodec.read} gives it. */
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** One form in which events of the model come. */
export interface StreamCodec {
  splitter(maxUnitBytes: number): StreamSplitter;
  /**
   * The event in one unit, or null where the unit holds none, as a comment.
   *
   * @throws {UnreadableReply} where a client might read an event in it that we do not.
   */
  read(unit: Buffer, isFirst: boolean): JsonObject | null;
  /**
   * The unit with the strings at these places replaced. Every other byte stays as it was, but for what the framing says of
   * the rest: lengths, checksums, base64.
   *
   * @throws {UnreadableReply} where there is no string at one of the places, or the unit cannot be taken apart for certain.
   */
  withStrings(unit: Buffer, edits: readonly StringEdit[]): Buffer;
  /** A unit that carries an event made here, given as the Messages service would write it. */
  write(event: JsonObject): Buffer;
  /** A unit that tells the client why the stream ends here. */
  refusalUnit(message: string): Buffer;
  /** Whether a clean end of the stream may leave bytes behind the last unit. */
  readonly mayEndInRest: boolean;
}

/** Keeps the pieces of a unit that is not complete, so that a long one costs what its bytes cost. */
export interface Pieces {
  add(piece: Buffer): void;
  /** All pieces as one buffer; empties the list. */
  take(): Buffer;
  readonly length: number;
}

/** @throws {UnreadableReply} from `add` once there are more than `maxBytes`. */
export function pieces(maxBytes: number): Pieces {
  let held: Buffer[] = [];
  let length = 0;
  return {
    add: (piece) => {
      length += piece.length;
      if (length > maxBytes) throw new UnreadableReply(`an event is longer than ${maxBytes} bytes`);
      if (piece.length > 0) held.push(piece);
    },
    take: () => {
      const [only] = held;
      const joined = held.length === 1 && only !== undefined ? only : Buffer.concat(held);
      held = [];
      length = 0;
      return joined;
    },
    get length() {
      return length;
    },
  };
}
