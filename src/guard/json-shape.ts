import { MAX_EVENT_DEPTH, MAX_EVENT_KEYS } from './limits.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;

/** A list or an object that is open at the place being read. */
interface Level {
  /** Keys seen, or null in a list. */
  readonly keys: Set<string> | null;
  /** Whether the next string is a key. */
  isKeyNext: boolean;
}

/**
 * What JSON text holds that `JSON.parse` lets pass but another parser may read in another way: a key that an object has
 * twice, or nesting and keys beyond the bounds. Null where there is nothing. Linear in the length of the text.
 *
 * @param text JSON that `JSON.parse` takes.
 */
export function jsonShapeFault(text: string): string | null {
  const levels: Level[] = [];
  let keys = 0;
  for (let at = 0; at < text.length; at += 1) {
    const level = levels.at(-1);
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = stringEnd(text, at);
        if (level !== undefined && level.keys !== null && level.isKeyNext) {
          const key = keyOf(text.slice(at, end + 1));
          if (level.keys.has(key)) return 'an object has one key twice';
          level.keys.add(key);
          level.isKeyNext = false;
          keys += 1;
          if (keys > MAX_EVENT_KEYS) return `more than ${MAX_EVENT_KEYS} keys`;
        }
        at = end;
        break;
      }
      case OPEN_OBJECT:
        levels.push({ keys: new Set(), isKeyNext: true });
        break;
      case OPEN_LIST:
        levels.push({ keys: null, isKeyNext: false });
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        levels.pop();
        break;
      case COMMA:
        if (level !== undefined) level.isKeyNext = level.keys !== null;
        break;
      default:
    }
    if (levels.length > MAX_EVENT_DEPTH) return `nested deeper than ${MAX_EVENT_DEPTH} levels`;
  }
  return null;
}

/** Offset of the quote that ends the string which begins at `start`. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return at;
    if (unit === BACKSLASH) at += 1;
  }
  return text.length;
}

/** The key that a quoted string stands for: `"comm\u0061nd"` is `command` to every parser. */
function keyOf(quoted: string): string {
  return quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
}
