import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { detectorId } from '../../core/ids.ts';
import type { Finding } from '../../core/finding.ts';
import type { ScanScene } from './detector.ts';
import { scanCache } from './scan-cache.ts';
import type { ScanCacheLimits } from './scan-cache.ts';

const SCENE: ScanScene = { source: 'tool-result', path: null };
const ROOMY: ScanCacheLimits = { maxEntries: 100, maxBytes: 1_000_000 };

/** A scanner that finds as many things as its text has bytes, and counts how often it is asked. */
function counting(): { scan(bytes: Uint8Array, scene: ScanScene): readonly Finding[]; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    scan(bytes, { source, path }) {
      asked.push(`${source} ${path} ${Buffer.from(bytes).toString('latin1')}`);
      return Array.from(bytes, (_, at) => ({
        detectorId: detectorId('secret/x'),
        startByte: at,
        endByte: at + 1,
        startUtf16: at,
        endUtf16: at + 1,
        confidence: 0.9,
      }));
    },
  };
}

test('the same text is scanned once', () => {
  const own = counting();
  const cache = scanCache(own, ROOMY);
  assert.deepEqual(cache.scan(Buffer.from('abc'), SCENE), cache.scan(Buffer.from('abc'), SCENE));
  assert.equal(own.asked.length, 1);
  assert.deepEqual(cache.stats(), { hits: 1, misses: 1, entries: 1, bytes: 640 });
});

for (const { name, scene } of [
  { name: 'another source', scene: { source: 'user-prompt', path: null } },
  { name: 'another path', scene: { source: 'tool-result', path: 'a' } },
  { name: 'an empty path', scene: { source: 'tool-result', path: '' } },
] satisfies readonly { name: string; scene: ScanScene }[])
  test(`${name} is another question`, () => {
    const own = counting();
    const cache = scanCache(own, ROOMY);
    cache.scan(Buffer.from('abc'), SCENE);
    cache.scan(Buffer.from('abc'), scene);
    assert.equal(own.asked.length, 2);
  });

test('what was not asked for longest goes first', () => {
  const own = counting();
  const cache = scanCache(own, { ...ROOMY, maxEntries: 2 });
  for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) cache.scan(Buffer.from(text), SCENE);
  assert.deepEqual(
    own.asked.map((one) => one.at(-1)),
    ['a', 'b', 'c', 'b'],
  );
});

test('an answer that is larger than the whole cache is given and not kept', () => {
  const cache = scanCache(counting(), { maxEntries: 9, maxBytes: 1000 });
  assert.equal(cache.scan(Buffer.alloc(50), SCENE).length, 50);
  assert.deepEqual(cache.stats(), { hits: 0, misses: 1, entries: 0, bytes: 0 });
});

test('answers cannot be changed by whoever gets them', () => {
  const cache = scanCache(counting(), ROOMY);
  const got = cache.scan(Buffer.from('a'), SCENE) as Finding[];
  assert.throws(() => got.pop(), TypeError);
});

test('it answers as the scanner does and keeps within its limits', () => {
  const texts = fc.array(fc.string({ maxLength: 4 }), { maxLength: 60 });
  fc.assert(
    fc.property(
      texts,
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 3000 }),
      (asked, maxEntries, maxBytes) => {
        const cache = scanCache(counting(), { maxEntries, maxBytes });
        for (const text of asked) {
          assert.deepEqual(cache.scan(Buffer.from(text), SCENE), counting().scan(Buffer.from(text), SCENE));
          const { entries, bytes } = cache.stats();
          assert.ok(entries <= maxEntries && bytes <= maxBytes);
        }
        const { hits, misses } = cache.stats();
        assert.equal(hits + misses, asked.length);
      },
    ),
  );
});

test('limits that are none are refused', () => {
  for (const limit of [0, -1, 1.5, Number.NaN, Infinity])
    assert.throws(() => scanCache(counting(), { maxEntries: limit, maxBytes: 1 }), TypeError);
});
