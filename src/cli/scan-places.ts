/** A place in a text, both from 1; columns in UTF-16 code units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Knows lines and columns in a text that comes in pieces, and holds no more of it than is still asked about. */
export interface ScanPlaces {
  /** Takes the next piece. What lies over `keepBytes` before it may not be asked about any more. */
  push(piece: Uint8Array): void;
  /**
   * Where a part of the whole text begins and ends. Quick for one part after the other by where they start: then each
   * costs what lies between them, and its own length.
   */
  placesOf(startByte: number, endByte: number): { readonly start: TextPlace; readonly end: TextPlace };
  /** Bytes of the whole text, as far as they are held. */
  bytesOf(startByte: number, endByte: number): Uint8Array;
}

const LINE_FEED = 0x0a;

/** Where a line or a column was counted up to. */
interface Cursor {
  byte: number;
  line: number;
  column: number;
}

/** @param keepBytes how far back before its latest piece a text is asked about. */
export function scanPlaces(keepBytes: number): ScanPlaces {
  let held: Uint8Array = new Uint8Array();
  // INVARIANT: `anchor` stands where `held` begins, and `cursor` in it or at its end.
  let anchor: Cursor = { byte: 0, line: 1, column: 1 };
  let cursor: Cursor = { ...anchor };
  const advance = (from: Cursor, toByte: number): void => {
    const start = anchor.byte;
    const part = held.subarray(from.byte - start, toByte - start);
    let lineStart = 0;
    for (let at = part.indexOf(LINE_FEED); at >= 0; at = part.indexOf(LINE_FEED, lineStart)) {
      from.line += 1;
      from.column = 1;
      lineStart = at + 1;
    }
    from.column += unitsOf(part.subarray(lineStart));
    from.byte = toByte;
  };
  return {
    push(piece) {
      const droppedBytes = Math.max(0, held.length - keepBytes);
      const next = { ...anchor };
      advance(next, anchor.byte + droppedBytes);
      held = Buffer.concat([held.subarray(droppedBytes), piece]);
      anchor = next;
      if (cursor.byte < anchor.byte) cursor = { ...anchor };
    },
    placesOf(startByte, endByte) {
      if (startByte < cursor.byte) cursor = { ...anchor };
      advance(cursor, startByte);
      // The next part may begin before this one ends: the cursor stays where it began.
      const end = { ...cursor };
      advance(end, endByte);
      return { start: placeAt(cursor), end: placeAt(end) };
    },
    bytesOf: (startByte, endByte) => held.subarray(startByte - anchor.byte, endByte - anchor.byte),
  };
}

function placeAt({ line, column }: Cursor): TextPlace {
  return { line, column };
}

/**
 * UTF-16 code units of UTF-8: one for each byte that begins a character, two where it is of four bytes. In bytes that are
 * no UTF-8, columns are near to what an editor shows.
 */
function unitsOf(bytes: Uint8Array): number {
  let units = 0;
  for (const byte of bytes) units += (byte & 0xc0) === 0x80 ? 0 : byte >= 0xf0 && byte <= 0xf4 ? 2 : 1;
  return units;
}
