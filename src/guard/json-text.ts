import { isJsonObject } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';

/**
 * All texts of a JSON value as one, so that it is looked at once: each with the key that it stands under, in the order
 * of the value.
 */
export interface JsonText {
  readonly text: string;
  /** Pictures and other encoded content in it that are no text. */
  readonly unreadCount: number;
}

/** A part of a {@link JsonText} that is to be replaced. Half-open, in UTF-16 code units. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
  /** What stands there instead. */
  readonly by: string;
}

/** Longest text that stands in one line with its key. */
const MAX_SHORT_LENGTH = 200;
/** Shorter ones are looked at as they are. */
const LEAST_ENCODED_LENGTH = 256;
/** Names of the encoded content of a picture or file, as the client and MCP write it (measured; MCP specification). */
const ENCODED_KEYS: ReadonlySet<string> = new Set(['base64', 'data', 'blob']);

export function jsonText(value: Json): JsonText {
  const parts: string[] = [];
  let unreadCount = 0;
  walk(value, {
    between: (text) => void parts.push(text),
    leaf: (leaf) => {
      parts.push(String(leaf));
      return leaf;
    },
    unread: () => void (unreadCount += 1),
  });
  return { text: parts.join(''), unreadCount };
}

/** Texts that stand one behind the other for whoever reads them, and where they meet. */
export interface SeamedText {
  readonly text: string;
  /** Offsets in UTF-16 code units, ascending. */
  readonly seams: readonly number[];
}

/**
 * The parts of a result that a model reads as one: the texts of MCP content, and what a command wrote on both its outputs.
 * Null where there are no two of them.
 */
export function seamedText(value: Json): SeamedText | null {
  const parts = Array.isArray(value)
    ? value.flatMap((each: Json) => (isJsonObject(each) && typeof each['text'] === 'string' ? [each['text']] : []))
    : isJsonObject(value)
      ? [value['stdout'], value['stderr']].filter((each) => typeof each === 'string' && each !== '').map(String)
      : [];
  if (parts.length < 2) return null;
  const seams: number[] = [];
  let at = 0;
  for (const part of parts.slice(0, -1)) seams.push((at += part.length));
  return { text: parts.join(''), seams };
}

/**
 * The value with other text in place of some, of the same shape: a number that holds such a part becomes 0.
 *
 * @param spans parts of the value's {@link jsonText} in their order, without overlap.
 * @returns null where a part stands in the name of a field, be it only with its beginning: a value of the same shape cannot
 * be without it.
 */
export function withSpansReplaced(value: Json, spans: readonly TextSpan[]): Json | null {
  // INVARIANT: spans before `next` are done with; `touched` is the last one that a leaf held a part of.
  let [at, next, touched] = [0, 0, -1];
  let isWhole = true;
  const replaced = walk(value, {
    between(text, keyLength) {
      const [from, keyEnd] = [at, at + keyLength];
      const isInKey = (span: TextSpan): boolean => keyLength > 0 && span.start < keyEnd && span.end > from;
      isWhole &&= !spans.slice(next, next + 1).some(isInKey);
      at += text.length;
      for (let span = spans[next]; span !== undefined && span.end <= at; span = spans[next]) {
        isWhole &&= touched === next;
        next += 1;
        isWhole &&= !spans.slice(next, next + 1).some(isInKey);
      }
    },
    leaf(leaf) {
      const [text, from] = [String(leaf), at];
      at += text.length;
      let [result, copied] = ['', 0];
      const last = touched;
      for (let span = spans[next]; span !== undefined && span.start < at; span = spans[next]) {
        touched = next;
        result += text.slice(copied, Math.max(copied, span.start - from)) + span.by;
        copied = Math.min(text.length, span.end - from);
        // What goes on behind this text is taken out of the next one as well.
        if (span.end > at) break;
        next += 1;
      }
      if (touched === last && copied === 0) return leaf;
      // Nothing is said in the place of a number, so that the value keeps its shape.
      return typeof leaf === 'number' ? 0 : result + text.slice(copied);
    },
    unread: () => undefined,
  });
  return isWhole && (next >= spans.length || touched === next) ? replaced : null;
}

interface Visitor {
  /** Text that belongs to no leaf; so much of its beginning is the name of a field. */
  between(text: string, keyLength: number): void;
  /** @returns what stands in the place of the leaf. */
  leaf(leaf: string | number): string | number;
  unread(): void;
}

/** Visits all texts and numbers in order, and returns the value that the visitor makes of it. Events are at most 64 deep. */
function walk(value: Json, visitor: Visitor): Json {
  if (typeof value === 'string' || typeof value === 'number') return visitor.leaf(value);
  if (Array.isArray(value)) {
    return value.map((each: Json) => {
      const made = walk(each, visitor);
      visitor.between('\n', 0);
      return made;
    });
  }
  if (!isJsonObject(value)) return value;
  const isEncoded = holdsEncoded(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, each]): readonly [string, Json] => {
      if (isEncoded && ENCODED_KEYS.has(key) && isEncoding(each)) {
        visitor.unread();
        return [key, each];
      }
      visitor.between(isShort(each) ? `${key}: ` : `${key}\n`, key.length);
      const made = walk(each, visitor);
      visitor.between('\n', 0);
      return [key, made];
    }),
  );
}

function isShort(value: Json): boolean {
  return (
    typeof value === 'number' ||
    (typeof value === 'string' && value.length <= MAX_SHORT_LENGTH && !value.includes('\n'))
  );
}

/** Whether an object says of itself that it holds a picture, a recording or a file. */
function holdsEncoded(value: JsonObject): boolean {
  const kinds = [value['type'], value['mimeType'], value['media_type']];
  return kinds.some((one) => typeof one === 'string' && /^(?:image|audio|video|pdf|application\/[a-z])/.test(one));
}

/** Whether a text can be encoded content at all: what could be read by a person is looked at in any case. */
function isEncoding(text: Json): boolean {
  return typeof text === 'string' && text.length >= LEAST_ENCODED_LENGTH && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}
