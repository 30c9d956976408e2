/** Bytes that each piece costs beside its own: its object, and what it keeps of the buffer that it was read into. */
const PIECE_BYTES = 256;

/** Bytes that arrive in pieces, put together in memory that was asked for before. */
export interface GatheredBytes {
  /** Bytes that have come. */
  readonly length: number;
  /** Takes in a piece; false, and it is not taken, where there is no room for it. */
  add(piece: Buffer): boolean;
  /** All that came, in order. Nothing may be added any more. */
  whole(): Buffer;
}

/**
 * @param declaredBytes how many come as whoever sends them says; null where they do not say. Never more come.
 * @param hold asked for room: for all of them at once where it is known how many come, else for each piece, and for what a
 *   piece costs, however small it is.
 * @returns null where there is no room for what was declared.
 */
export function gatheredBytes(declaredBytes: number | null, hold: (bytes: number) => boolean): GatheredBytes | null {
  if (declaredBytes !== null && !hold(declaredBytes)) return null;
  const pieces: Buffer[] = [];
  let room: Buffer | null = null;
  let length = 0;
  return {
    get length() {
      return length;
    },
    add(piece) {
      if (declaredBytes === null) {
        if (!hold(piece.length + PIECE_BYTES)) return false;
        pieces.push(piece);
      } else if (length === 0 && piece.length === declaredBytes) pieces.push(piece);
      else {
        if (length + piece.length > declaredBytes) return false;
        // Copied as they come, many bytes are whole as soon as the last one is there.
        room ??= Buffer.allocUnsafeSlow(declaredBytes);
        piece.copy(room, length);
      }
      length += piece.length;
      return true;
    },
    whole() {
      if (room !== null) return room.subarray(0, length);
      const [only] = pieces;
      return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces, length);
    },
  };
}
