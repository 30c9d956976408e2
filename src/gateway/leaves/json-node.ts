import { afterBlanks, MAX_JSON_DEPTH, scalarEnd, stringAt, stringEnd } from '../json-spans.ts';
import type { Span } from '../json-spans.ts';

/** The values of one message; more are malformed to us. At two tokens each, this fills a window of a million tokens. */
export const MAX_MESSAGE_VALUES = 500_000;

/** A JSON value as the bytes that it takes. Of the strings, only keys are decoded. */
export type JsonNode =
  | (Span & { readonly kind: 'string' })
  | (Span & { readonly kind: 'scalar' })
  | (Span & { readonly kind: 'array'; readonly elements: readonly JsonNode[] })
  | JsonObjectNode;

/** A JSON object. */
export type JsonObjectNode = Span & { readonly kind: 'object'; readonly members: JsonMembers };

/** The members of an object in the order of their bytes. */
export type JsonMembers = ReadonlyMap<string, JsonMember>;

/** A member of an object: its key, as it stands in the bytes, and its value. */
export interface JsonMember {
  readonly key: Span;
  readonly value: JsonNode;
}

/**
 * Reads the JSON value that fills `within` in one pass, blanks around it aside.
 *
 * The grammar is that of `JSON.parse`, but for escapes and control characters in values, which are looked at only when
 * a string is decoded.
 *
 * @returns null where it is malformed, is nested deeper than `MAX_JSON_DEPTH`, has more values than
 *   {@link MAX_MESSAGE_VALUES}, or an object has a key twice: of two equal keys one parser takes the first and another
 *   the last.
 */
export function readJsonNode(bytes: Buffer, within: Span): JsonNode | null {
  const node = new NodeReader(bytes, within.end).value(afterBlanks(bytes, within.start, within.end), 0);
  return node !== null && afterBlanks(bytes, node.end, within.end) === within.end ? node : null;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

class NodeReader {
  readonly #bytes: Buffer;
  readonly #limit: number;
  #values = 0;

  constructor(bytes: Buffer, limit: number) {
    this.#bytes = bytes;
    this.#limit = limit;
  }

  /** The value that starts at `start`, where no blank stands. */
  value(start: number, depth: number): JsonNode | null {
    this.#values += 1;
    if (this.#values > MAX_MESSAGE_VALUES || start >= this.#limit) return null;
    const first = this.#bytes[start];
    if (first === OPEN_BRACE) return depth === MAX_JSON_DEPTH ? null : this.#object(start, depth + 1);
    if (first === OPEN_BRACKET) return depth === MAX_JSON_DEPTH ? null : this.#array(start, depth + 1);
    const isString = first === QUOTE;
    const end = isString ? stringEnd(this.#bytes, start, this.#limit) : scalarEnd(this.#bytes, start, this.#limit);
    return end === -1 ? null : { kind: isString ? 'string' : 'scalar', start, end };
  }

  #object(start: number, depth: number): JsonNode | null {
    const members = new Map<string, JsonMember>();
    let at = this.#past(start + 1);
    if (this.#is(at, CLOSE_BRACE)) return { kind: 'object', start, end: at + 1, members };
    for (;;) {
      if (!this.#is(at, QUOTE)) return null;
      const key = { start: at, end: stringEnd(this.#bytes, at, this.#limit) };
      const name = key.end === -1 ? null : stringAt(this.#bytes, key);
      if (name === null || members.has(name)) return null;
      at = this.#past(key.end);
      if (!this.#is(at, COLON)) return null;
      const value = this.value(this.#past(at + 1), depth);
      if (value === null) return null;
      members.set(name, { key, value });
      at = this.#past(value.end);
      if (this.#is(at, CLOSE_BRACE)) return { kind: 'object', start, end: at + 1, members };
      if (!this.#is(at, COMMA)) return null;
      at = this.#past(at + 1);
    }
  }

  #array(start: number, depth: number): JsonNode | null {
    const elements: JsonNode[] = [];
    let at = this.#past(start + 1);
    if (this.#is(at, CLOSE_BRACKET)) return { kind: 'array', start, end: at + 1, elements };
    for (;;) {
      const value = this.value(at, depth);
      if (value === null) return null;
      elements.push(value);
      at = this.#past(value.end);
      if (this.#is(at, CLOSE_BRACKET)) return { kind: 'array', start, end: at + 1, elements };
      if (!this.#is(at, COMMA)) return null;
      at = this.#past(at + 1);
    }
  }

  #past(at: number): number {
    return afterBlanks(this.#bytes, at, this.#limit);
  }

  #is(at: number, byte: number): boolean {
    return at < this.#limit && this.#bytes[at] === byte;
  }
}
