import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { detectorId } from '../../core/ids.ts';
import { withoutContained } from './contained.ts';
import type { Detector, KeywordDetector, KindMatch, PassDetector, ScanScene } from './detector.ts';
import { eachKeyword, keywordAutomaton } from './keyword-automaton.ts';
import { scanner } from './scanner.ts';
import { streamScanner } from './stream-scanner.ts';
import { utf16Lengths } from './utf16-length.ts';

const SCENE: ScanScene = { source: 'tool-result', path: null };

/** `ab` and up to five digits, and a word in front of the keyword. */
const AB: KeywordDetector = {
  how: 'keyword',
  id: detectorId('secret/ab'),
  keywords: ['ab', 'abc'],
  reachBytes: 8,
  matchAt({ latin1 }, start) {
    const pattern = /(?:ab|abc)\d{1,5}/iy;
    pattern.lastIndex = start;
    return pattern.test(latin1) ? { start, end: pattern.lastIndex, confidence: 0.9 } : null;
  },
};
const RUN: PassDetector = {
  how: 'pass',
  ids: [detectorId('pii/run')],
  reachBytes: 6,
  matches: ({ latin1 }) =>
    [...latin1.matchAll(/(?<![x])x{2,5}(?!x)/g)].map(({ index, 0: { length } }) => ({
      id: detectorId('pii/run'),
      start: index,
      end: index + length,
      confidence: 0.5,
    })),
};
const DETECTORS: readonly Detector[] = [AB, RUN];

test('keywords are found wherever a search of each finds them, in either case', () => {
  const keyword = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '_'), minLength: 1, maxLength: 4 });
  const text = fc.string({ unit: fc.constantFrom('a', 'B', 'b', 'c', 'C', '_', 'é', ' '), maxLength: 60 });
  fc.assert(
    fc.property(fc.uniqueArray(keyword, { maxLength: 12 }), text, (keywords, sample) => {
      const bytes = Buffer.from(sample);
      const found: string[] = [];
      eachKeyword(keywordAutomaton(keywords), bytes, (index, start, end) => {
        found.push(`${index} ${start} ${end}`);
      });
      const folded = bytes.toString('latin1').toLowerCase();
      const wanted = keywords.flatMap((each, index) =>
        Array.from(folded, (_, at) => at).flatMap((at) =>
          folded.startsWith(each, at) ? [`${index} ${at} ${at + each.length}`] : [],
        ),
      );
      assert.deepEqual(found.sort(), wanted.sort());
    }),
    { numRuns: 500 },
  );
});

for (const bad of ['', 'Ab', 'é', 'x'.repeat(201)]) {
  test(`no keyword: ${JSON.stringify(bad.slice(0, 10))}`, () => {
    assert.throws(() => keywordAutomaton([bad]), TypeError);
  });
}

test('keywords are found in a long text wherever they lie, also where its parts meet', () => {
  const keywords = ['needle', 'le', 'eedlework', 'x'.repeat(40)];
  const automaton = keywordAutomaton(keywords);
  for (const length of [1_023, 1_024, 1_025, 4_099]) {
    for (let at = 0; at < length - 12; at += 7) {
      const text = `${'.'.repeat(at)}Needlework`.padEnd(length, '.');
      const found: string[] = [];
      eachKeyword(automaton, Buffer.from(text), (keyword, start, end) => found.push(`${keyword} ${start} ${end}`));
      const wanted = [`0 ${at} ${at + 6}`, `1 ${at + 4} ${at + 6}`, `2 ${at + 1} ${at + 10}`];
      assert.deepEqual(found.sort(), wanted.sort(), `${length} ${at}`);
    }
  }
});

test('so many keywords that their states need more than 16 bits are found', () => {
  const keywords = Array.from({ length: 9_000 }, (_, index) => `${String(index).padStart(4, '0')}-end-of-it`);
  const automaton = keywordAutomaton(keywords);
  assert.ok(automaton.next.length / automaton.classCount > 0x10000);
  const found: number[] = [];
  eachKeyword(automaton, Buffer.from(` ${keywords[8_999]} ${keywords[0]}`.padEnd(3_000)), (keyword) =>
    found.push(keyword),
  );
  assert.deepEqual(
    found.toSorted((a, b) => a - b),
    [0, 8_999],
  );
});

test('positions are in bytes and in UTF-16', () => {
  const text = 'é😀 ab12 xx';
  assert.deepEqual(
    scanner(DETECTORS)
      .scanText(text, SCENE)
      .map((each) => [
        each.detectorId,
        text.slice(each.startUtf16, each.endUtf16),
        Buffer.from(text).subarray(each.startByte, each.endByte).toString(),
      ]),
    [
      ['secret/ab', 'ab12', 'ab12'],
      ['pii/run', 'xx', 'xx'],
    ],
  );
});

test('UTF-16 with a byte order mark is read, in either order', () => {
  const text = 'é ab12';
  const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
  const big = Buffer.from(little).swap16();
  for (const bytes of [little, big]) {
    const [found] = scanner(DETECTORS).scan(bytes, SCENE);
    assert.deepEqual([found?.startUtf16, found?.endUtf16, found?.startByte, found?.endByte], [2, 6, 6, 14]);
  }
});

test('what broken UTF-8 decodes to is what positions count', () => {
  const byte = fc.constantFrom(
    0x41,
    0x80,
    0xbf,
    0xc2,
    0xc1,
    0xe0,
    0xa0,
    0xed,
    0x9f,
    0xf0,
    0x90,
    0xf4,
    0x8f,
    0xf5,
    0xff,
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), fc.array(byte, { maxLength: 30 }), (some, hard) => {
      for (const bytes of [some, Uint8Array.from(hard)]) {
        const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
        assert.equal(utf16Lengths(bytes, [bytes.length]).get(bytes.length), decoded.length);
      }
    }),
    { numRuns: 2_000 },
  );
});

const sample = fc
  .array(fc.constantFrom('ab', 'abc', 'AB', '1', '22', '12345', 'x', 'xx', 'é', '😀', ' ', 'y'.repeat(9)), {
    maxLength: 60,
  })
  .map((parts) => Buffer.from(parts.join('')));

test('a stream cut anywhere gives the matches of the whole', () => {
  const parts = scanner(DETECTORS);
  fc.assert(
    fc.property(sample, fc.array(fc.nat(40)), fc.constantFrom(1, 7, 30, 1_000), (bytes, cuts, gatherBytes) => {
      const stream = streamScanner(parts, { scene: SCENE, gatherBytes });
      const found: KindMatch[] = [];
      let at = 0;
      for (const cut of cuts) {
        found.push(...stream.push(bytes.subarray(at, at + cut)));
        at += cut;
      }
      found.push(...stream.push(bytes.subarray(at)), ...stream.end());
      const whole = parts.rawMatches(bytes, 0, bytes.length, SCENE);
      assert.deepEqual(found.map(matchText).sort(), whole.map(matchText).sort());
      assert.deepEqual(
        found.map(({ start }) => start),
        found.map(({ start }) => start).toSorted((a, b) => a - b),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('any part of a text gives the matches that start in it', () => {
  const parts = scanner(DETECTORS);
  fc.assert(
    fc.property(sample, fc.nat(200), fc.nat(200), (bytes, one, other) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      const whole = parts.rawMatches(bytes, 0, bytes.length, SCENE).filter(({ start }) => start >= from && start < to);
      assert.deepEqual(parts.rawMatches(bytes, from, to, SCENE).map(matchText).sort(), whole.map(matchText).sort());
    }),
    { numRuns: 1_000 },
  );
});

test('what contains no other of its area covers what that area covers, and nothing more certain is lost', () => {
  const match = fc
    .tuple(
      fc.nat(20),
      fc.integer({ min: 1, max: 8 }),
      fc.constantFrom(0.5, 0.9, 1),
      fc.constantFrom('a/a', 'a/b', 'b/a'),
    )
    .map(([start, length, confidence, id]) => ({ start, end: start + length, confidence, id: detectorId(id) }));
  fc.assert(
    fc.property(fc.array(match, { maxLength: 12 }), (matches) => {
      const kept = withoutContained(matches);
      for (const each of matches)
        assert.ok(
          kept.some(
            ({ id, start, end, confidence }) =>
              id[0] === each.id[0] && start <= each.start && end >= each.end && confidence >= each.confidence,
          ),
        );
      for (const [index, each] of kept.entries())
        assert.ok(
          !kept.some(
            (other, at) =>
              at !== index &&
              other.id[0] === each.id[0] &&
              other.start <= each.start &&
              other.end >= each.end &&
              other.confidence >= each.confidence,
          ),
        );
    }),
    { numRuns: 1_000 },
  );
});

test('any bytes are taken', () => {
  const parts = scanner(DETECTORS);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const each of parts.scan(bytes, SCENE))
        assert.ok(each.startByte < each.endByte && each.endByte <= bytes.length);
    }),
  );
});

function matchText({ id, start, end, confidence }: KindMatch): string {
  return `${String(start).padStart(6, '0')} ${end} ${id} ${confidence}`;
}
