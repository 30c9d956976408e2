import { detectorId } from '../../core/ids.ts';
import type { DetectorId } from '../../core/ids.ts';
import type { WordArea, WordScan, WordScanner } from './call-ports.ts';

/** How far the rig's detectors see, in UTF-16 code units. */
export const REACH = 12;

/** What the rig's detectors find. None is longer than they see. */
const DETECTORS: ReadonlyArray<{ readonly id: DetectorId; readonly pattern: RegExp }> = [
  { id: detectorId('secret/hot'), pattern: /HOT[0-9]{4}/g },
  { id: detectorId('company/acme'), pattern: /ACME/g },
];

/** Finds `HOT` with four digits, and `ACME`. */
export function rigScanner(areas: readonly WordArea[] = ['secret', 'company']): WordScanner {
  const wanted = DETECTORS.filter(({ id }) => areas.some((area) => id.startsWith(area)));
  return { areas, scan: () => rigScan(wanted) };
}

function rigScan(wanted: typeof DETECTORS): WordScan {
  let [text, toldTo, certainPieces] = ['', 0, 0];
  const ends: number[] = [];
  const tell = (upTo: number): ReturnType<WordScan['push']> => {
    const found = wanted.flatMap(({ id, pattern }) =>
      Array.from(text.matchAll(pattern)).flatMap(({ index }) => (index >= toldTo && index < upTo ? [id] : [])),
    );
    toldTo = Math.max(toldTo, upTo);
    certainPieces = ends.filter((end) => end <= toldTo).length;
    return { found, certainPieces };
  };
  return {
    push: (piece) => {
      text += piece;
      ends.push(text.length);
      return tell(text.length - REACH);
    },
    end: () => tell(text.length),
  };
}
