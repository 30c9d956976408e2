const BYTE_ORDER_MARKS: readonly (readonly [mark: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** Where an XML declaration names its encoding, which must stand in its first bytes. */
const DECLARATION_BYTES = 256;

/**
 * The text of bytes that are nothing but text: UTF-8, or what a byte order mark says.
 *
 * @returns null where they are not, or hold characters that no text has.
 */
export function plainText(bytes: Uint8Array): string | null {
  const marked = BYTE_ORDER_MARKS.find(([mark]) => mark.every((byte, index) => bytes[index] === byte));
  const text = decoded(bytes, marked?.[1] ?? 'utf-8');
  // oxlint-disable-next-line no-control-regex -- these tell bytes that are no text
  return text === null || /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? null : text;
}

/** The text of a part that must be XML, in the encoding that its mark, its first bytes or its declaration names. */
export function xmlSource(bytes: Uint8Array): string | null {
  const marked = BYTE_ORDER_MARKS.find(([mark]) => mark.every((byte, index) => bytes[index] === byte));
  if (marked !== undefined) return decoded(bytes, marked[1]);
  if (bytes[0] === 0x3c && bytes[1] === 0) return decoded(bytes, 'utf-16le');
  if (bytes[0] === 0 && bytes[1] === 0x3c) return decoded(bytes, 'utf-16be');
  const head = Buffer.from(bytes.subarray(0, DECLARATION_BYTES)).toString('latin1');
  const named = /^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][\w.:-]{0,40})["']/.exec(head)?.[1] ?? 'utf-8';
  // Without the mark, "utf-16" cannot be the truth of bytes that were just read as ASCII.
  return decoded(bytes, /^utf-16/i.test(named) ? 'utf-8' : named);
}

function decoded(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return null;
    throw error;
  }
}
