import { Buffer } from 'node:buffer';

/** Half-open range of bytes. */
export interface ByteRange {
  readonly startByte: number;
  readonly endByte: number;
}

/** Searches through the whole text that one report may cause: reports may be made to be slow. */
const MAX_WHOLE_SEARCHES = 200;
/** Places of one secret; a text that says it more often is taken as one finding. */
const MAX_PLACES = 100;

/** Finds the places of reported secrets in the text that was scanned. */
interface SecretLocator {
  /** The secret within the range, else the range; null where neither makes sense. */
  within(range: ByteRange, secret: string): ByteRange | null;
  /** Every place of the secret, or none where it is not in the text, stands there too often or too much was asked. */
  everywhere(secret: string): readonly ByteRange[];
  /** Whether the text holds some words; true as well where too much was asked. */
  holds(words: string): boolean;
}

export function secretLocator(text: Uint8Array): SecretLocator {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const known = new Map<string, readonly ByteRange[]>();
  const held = new Map<string, boolean>();

  const search = (secret: string): readonly ByteRange[] => {
    const needle = Buffer.from(secret);
    const places: ByteRange[] = [];
    if (needle.length === 0) return places;
    for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + needle.length)) {
      if (places.length === MAX_PLACES) return [];
      places.push({ startByte: at, endByte: at + needle.length });
    }
    return places;
  };

  return {
    within: ({ startByte, endByte }, secret) => {
      if (!(startByte >= 0 && startByte < endByte && endByte <= bytes.length)) return null;
      const needle = Buffer.from(secret);
      const at = needle.length === 0 ? -1 : bytes.subarray(startByte, endByte).indexOf(needle);
      if (at === -1) return null;
      return { startByte: startByte + at, endByte: startByte + at + needle.length };
    },
    everywhere: (secret) => {
      const before = known.get(secret);
      if (before !== undefined) return before;
      if (known.size >= MAX_WHOLE_SEARCHES) return [];
      const places = search(secret);
      known.set(secret, places);
      return places;
    },
    holds: (words) => {
      const before = held.get(words);
      if (before !== undefined) return before;
      if (held.size >= MAX_WHOLE_SEARCHES) return true;
      const isHeld = bytes.includes(words);
      held.set(words, isHeld);
      return isHeld;
    },
  };
}

/**
 * First bytes of the lines of a text, as Gitleaks counts columns: from the line break in front, which is the first
 * column, so that the first line alone begins one earlier.
 */
export function lineBases(text: Uint8Array): readonly number[] {
  const bases = [0];
  for (let at = text.indexOf(0x0a); at !== -1; at = text.indexOf(0x0a, at + 1)) bases.push(at);
  return bases;
}
