import { hash } from 'node:crypto';

import type { Json } from '../../core/json.ts';
import type { Piece, PieceRef, SessionContents } from './content-store.ts';

/** A reference as lists of pieces hold it. */
export type WrittenRef = readonly [at: number, bytes: number, sha256: string];

/** Keeps each text of a session once, however often it comes. */
export interface KeptPieces {
  keep(piece: Piece): WrittenRef;
}

/** Texts of which it is known where they lie; one that was forgotten is kept a second time. */
const MAX_KNOWN = 16_384;

export function keptPieces(contents: SessionContents): KeptPieces {
  const known = new Map<string, WrittenRef>();
  return {
    keep: (piece) => {
      const digest = hash('sha256', piece.text, 'base64');
      // What stands in clear need not be sealed as well; what is sealed is of no use to who searches.
      const found = known.get(`clear ${digest}`) ?? (piece.isSealed ? known.get(`sealed ${digest}`) : undefined);
      if (found !== undefined) return found;
      const ref = writtenRef(contents.add(piece));
      known.set(`${piece.isSealed ? 'sealed' : 'clear'} ${digest}`, ref);
      const [oldest] = known.keys();
      if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
      return ref;
    },
  };
}

export function writtenRef({ at, bytes, sha256 }: PieceRef): WrittenRef {
  return [at, bytes, sha256];
}

/** A reference as a record holds it. */
export function recordedRef([at, bytes, sha256]: WrittenRef): { readonly [key: string]: Json } {
  return { at, bytes, sha256 };
}
