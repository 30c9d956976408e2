import { scanCache, scanner } from '../../src/detect/index.ts';
import { promise } from '../entry.ts';
import type { FuzzEntry, OpenEntry } from '../entry.ts';
import { ALL_DETECTORS, SCAN_MOST, sceneOf, scannedSeeds, scannedWords } from './scan.ts';

const LIMITS = { maxEntries: 5, maxBytes: 4096 } as const;
const SEPARATOR = 0x00;

export const cacheEntry: FuzzEntry = {
  name: 'cache',
  about: 'texts scanned through a small cache, some twice: each answer is the scanner’s own, and the bounds hold',
  maxBytes: 64 * 1024,
  most: { baseMs: 100, msPerMb: 2 * SCAN_MOST.msPerMb },
  open(material): OpenEntry {
    const all = scanner(ALL_DETECTORS);
    const cache = scanCache(all, LIMITS);
    return {
      seeds: scannedSeeds(material).map((seed) => Buffer.concat([seed, Buffer.of(SEPARATOR), seed])),
      words: [...scannedWords(), Buffer.of(SEPARATOR)],
      run(input, watch) {
        const texts = split(input);
        const answers = watch.time(() => texts.map((text) => cache.scan(text.subarray(1), sceneOf(text[0]))));
        for (const [at, text] of texts.entries()) {
          const own = all.scan(text.subarray(1), sceneOf(text[0]));
          promise(JSON.stringify(own) === JSON.stringify(answers[at]), 'the cache answers something else');
        }
        const { entries, bytes } = cache.stats();
        promise(entries <= LIMITS.maxEntries && bytes <= LIMITS.maxBytes, 'the cache holds more than it may');
        return `${texts.length} ${entries} ${answers.flat().length}`;
      },
    };
  },
};

/** Most texts of one input. */
const MAX_TEXTS = 12;

function split(input: Uint8Array): readonly Uint8Array[] {
  const texts: Uint8Array[] = [];
  let from = 0;
  for (
    let to = input.indexOf(SEPARATOR, 1);
    to >= 0 && texts.length < MAX_TEXTS;
    to = input.indexOf(SEPARATOR, from + 1)
  ) {
    texts.push(input.subarray(from, to));
    from = to + 1;
  }
  return [...texts, input.subarray(from)];
}
