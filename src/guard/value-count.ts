const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;

/**
 * How many values JSON holds, give or take one for each list or object: parsed, each takes memory that its bytes do not
 * tell of. Read before anything is parsed, so bytes that are no JSON get a number too. Linear in their length.
 *
 * @param enough counting stops behind so many.
 */
export function valueCount(bytes: Buffer, enough: number): number {
  let count = 1;
  for (let at = 0; at < bytes.length && count <= enough; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = closingQuote(bytes, at);
    else if (byte === COMMA || byte === OPEN_LIST || byte === OPEN_OBJECT) count += 1;
  }
  return count;
}

/** Where the string that begins at `start` has its closing quote; the end of the bytes where it has none. */
function closingQuote(bytes: Buffer, start: number): number {
  for (let from = start + 1; ;) {
    const quote = bytes.indexOf(QUOTE, from);
    if (quote === -1) return bytes.length;
    let slashes = 0;
    while (quote - 1 - slashes >= from && bytes[quote - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote;
    from = quote + 1;
  }
}
