import type { KindMatch, ScanScene } from './detector.ts';
import type { ScannerParts } from './scanner.ts';

/** Scans a text that comes in pieces. It finds what a scan of the whole would find, cut anywhere. */
export interface StreamScanner {
  /** @returns matches that are certain by now, with positions in the whole text, by where they start. */
  push(piece: Uint8Array): readonly KindMatch[];
  /** Whatever is left. Nothing may be pushed any more. */
  end(): readonly KindMatch[];
  /** Up to where all that begins in the text was told, in bytes. */
  readonly toldTo: number;
}

export interface StreamScanning {
  readonly scene: ScanScene;
  /** Pieces are gathered until there are so many bytes: each scan costs four times the reach in addition. */
  readonly gatherBytes?: number;
  /** Which matches are told; its positions are in the bytes that come with it. All where it is left out. */
  readonly isMeant?: (bytes: Uint8Array, match: KindMatch) => boolean;
}

const GATHER_BYTES = 64 * 1024;

/** Matches may lie within each other; what they cover is what the findings of a whole scan cover. */
export function streamScanner(
  parts: Pick<ScannerParts, 'rawMatches' | 'reachBytes'>,
  { scene, gatherBytes = GATHER_BYTES, isMeant }: StreamScanning,
): StreamScanner {
  const margin = 2 * parts.reachBytes;
  let held = Buffer.alloc(0);
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  /** Where `held` begins in the whole text, and up to where matches were told. */
  let [heldFrom, toldTo] = [0, 0];

  const gather = (): void => {
    held = Buffer.concat([held, ...waiting]);
    waiting = [];
    waitingBytes = 0;
  };
  const tell = (upTo: number): readonly KindMatch[] => {
    const matches = parts
      .rawMatches(held, toldTo - heldFrom, upTo - heldFrom, scene)
      .filter((each) => isMeant?.(held, each) ?? true)
      .map((each) => ({ ...each, start: each.start + heldFrom, end: each.end + heldFrom }));
    toldTo = upTo;
    const keepFrom = Math.max(heldFrom, toldTo - margin);
    held = held.subarray(keepFrom - heldFrom);
    heldFrom = keepFrom;
    return matches.toSorted((a, b) => a.start - b.start || b.end - a.end);
  };
  return {
    push(piece) {
      if (piece.length > 0) waiting.push(Uint8Array.from(piece));
      waitingBytes += piece.length;
      if (waitingBytes < gatherBytes) return [];
      gather();
      // What lies nearer to the end than the margin may still become part of something.
      const upTo = heldFrom + held.length - margin;
      return upTo > toldTo ? tell(upTo) : [];
    },
    end() {
      gather();
      return tell(heldFrom + held.length);
    },
    get toldTo() {
      return toldTo;
    },
  };
}
