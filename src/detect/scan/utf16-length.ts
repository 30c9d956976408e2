import { isAscii } from 'node:buffer';

/**
 * How many UTF-16 code units stand in front of each place of some UTF-8 bytes, where broken sequences count as the
 * WHATWG Encoding standard decodes them. A place within a character counts what is complete before it.
 *
 * @param places ascending, each at most the length of the bytes.
 */
export function utf16Lengths(bytes: Uint8Array, places: readonly number[]): ReadonlyMap<number, number> {
  const last = places.at(-1) ?? 0;
  if (isAscii(bytes.subarray(0, last))) return new Map(places.map((place) => [place, place]));
  const lengths = new Map<number, number>();
  let [at, units] = [0, 0];
  for (const place of places) {
    while (at < place) {
      if ((bytes[at] as number) < 0x80) {
        at += 1;
        units += 1;
        continue;
      }
      const size = sequenceSize(bytes, at);
      if (at + size > place) break;
      at += size;
      units += size === 4 ? 2 : 1;
    }
    lengths.set(place, units);
  }
  return lengths;
}

/** Bytes that are decoded to one character: a whole sequence, or the longest beginning of one, which is replaced. */
function sequenceSize(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const size =
    lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 1;
  for (let count = 1; count < size; count += 1) {
    const byte = bytes[at + count] ?? 0;
    const [low, high] = count === 1 ? secondRange(lead) : [0x80, 0xbf];
    // A beginning of three bytes is one replacement character, like one of two: both are shorter than four.
    if (byte < low || byte > high) return count;
  }
  return size;
}

/** Second bytes that follow a leading byte: without overlong forms, surrogates and what is beyond Unicode. */
function secondRange(lead: number): readonly [number, number] {
  switch (lead) {
    case 0xe0:
      return [0xa0, 0xbf];
    case 0xed:
      return [0x80, 0x9f];
    case 0xf0:
      return [0x90, 0xbf];
    case 0xf4:
      return [0x80, 0x8f];
    default:
      return [0x80, 0xbf];
  }
}
