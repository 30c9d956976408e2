import { SECRET_DETECTORS, scanner, streamScanner, withoutContained } from '../../src/detect/index.ts';
import type { KindMatch } from '../../src/detect/index.ts';
import { promise } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { drawFrom } from '../draw.ts';
import type { Draw } from '../draw.ts';
import { ALL_DETECTORS, SCAN_MOST, sceneOf, scannedSeeds, scannedWords } from './scan.ts';

/** Detectors that read no further: a window that is short is crossed by short texts. */
const SHORT_REACH_BYTES = 700;

const SCANNERS = [
  scanner(ALL_DETECTORS.filter(({ reachBytes }) => reachBytes <= SHORT_REACH_BYTES)),
  scanner(SECRET_DETECTORS),
  scanner(ALL_DETECTORS),
] as const;

/** Bytes in front of the text: where it comes from, which scanner, and what the cuts are drawn from. */
const HEAD_BYTES = 4;

export const streamEntry: FuzzEntry = {
  name: 'stream',
  about: 'a text in pieces, cut anywhere, gives what the whole gives',
  maxBytes: 256 * 1024,
  // Each piece is scanned with what stands around it.
  most: { baseMs: 200, msPerMb: 20 * SCAN_MOST.msPerMb },
  open(material): OpenEntry {
    return {
      seeds: scannedSeeds(material).map((seed, at) =>
        Buffer.concat([seed.subarray(0, 1), Buffer.of(at % 8, at & 0xff, at >> 8), seed.subarray(1)]),
      ),
      words: scannedWords(),
      run(input, watch) {
        const scene = sceneOf(input[0]);
        const parts = SCANNERS[(input[1] ?? 0) % SCANNERS.length] ?? SCANNERS[0];
        const bytes = input.subarray(HEAD_BYTES);
        const draw = drawFrom((input[2] ?? 0) | ((input[3] ?? 0) << 8));
        const stream = streamScanner(parts, { scene, gatherBytes: 1 + draw.below(2 * parts.reachBytes) });
        const cuts = cutsOf(bytes.length, draw);
        const told = watch.time(() => [
          ...cuts.flatMap(([from, to]) => stream.push(bytes.subarray(from, to))),
          ...stream.end(),
        ]);
        const whole = parts.rawMatches(bytes, 0, bytes.length, scene);
        promise(printed(told) === printed(whole), 'a stream tells something else than the whole');
        return [...new Set(told.map(({ id }) => id))].sort().join(' ');
      },
    };
  },
};

/** Most pieces of a text: many small ones cost time and find nothing more. */
const MAX_PIECES = 12;

function cutsOf(length: number, { below }: Draw): readonly (readonly [number, number])[] {
  const places = Array.from({ length: below(MAX_PIECES) }, () => below(length + 1)).sort((a, b) => a - b);
  return [...places, length].map((to, at) => [places[at - 1] ?? 0, to]);
}

function printed(matches: readonly KindMatch[]): string {
  return withoutContained(matches)
    .map(({ id, start, end, confidence }) => `${start} ${end} ${id} ${confidence}`)
    .join('\n');
}
