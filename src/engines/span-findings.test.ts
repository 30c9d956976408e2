import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { detectorId } from '../core/ids.ts';
import { spanFindings } from './span-findings.ts';
import { utf8 } from './scripted-engines.ts';

const id = detectorId('secret/some');
const span = (startByte: number, endByte: number) => ({ detectorId: id, startByte, endByte, confidence: 0.8 });

test('places are counted in bytes and in UTF-16 code units', () => {
  const [finding] = spanFindings(utf8('ä😀key'), [span(6, 9)]);
  assert.deepEqual([finding?.startUtf16, finding?.endUtf16], [3, 6]);
});

test('a span within a character is widened to it', () => {
  const [finding] = spanFindings(utf8('a😀b'), [span(2, 3)]);
  assert.deepEqual([finding?.startByte, finding?.endByte, finding?.startUtf16, finding?.endUtf16], [1, 5, 1, 3]);
});

test('a span that makes no sense is the whole text and not lost', () => {
  for (const odd of [span(3, 2), span(-1, 2), span(0, 99), span(2, 2), span(Number.NaN, 2), span(0.5, 2)]) {
    const [finding] = spanFindings(utf8('abcd'), [odd]);
    assert.deepEqual([finding?.startByte, finding?.endByte], [0, 4]);
  }
});

test('findings are ordered, and the same span is one', () => {
  const findings = spanFindings(utf8('abcdef'), [span(3, 5), span(0, 2), span(3, 5)]);
  assert.deepEqual(
    findings.map(({ startByte, endByte }) => [startByte, endByte]),
    [
      [0, 2],
      [3, 5],
    ],
  );
});

test('whatever the bytes and the numbers are, places lie within the text and both counts agree with a decoder', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 40 }),
        fc.string({ unit: 'binary', maxLength: 20 }).map((text) => utf8(text)),
      ),
      fc.array(fc.tuple(fc.integer({ min: -5, max: 50 }), fc.integer({ min: -5, max: 50 })), { maxLength: 5 }),
      (bytes, pairs) => {
        const decode = (part: Uint8Array): number => new TextDecoder('utf-8', { ignoreBOM: true }).decode(part).length;
        for (const found of spanFindings(
          bytes,
          pairs.map(([start, end]) => span(start, end)),
        )) {
          assert.ok(found.startByte >= 0 && found.startByte <= found.endByte && found.endByte <= bytes.length);
          assert.equal(found.startUtf16, decode(bytes.subarray(0, found.startByte)));
          assert.equal(found.endUtf16, decode(bytes.subarray(0, found.endByte)));
        }
      },
    ),
  );
});
