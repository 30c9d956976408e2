import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { inPieces } from '../reply/reply-fixtures.ts';
import { jsonUnescape } from './json-unescape.ts';

function unescaped(pieces: readonly string[]): string {
  const unescape = jsonUnescape();
  return pieces.map((piece) => unescape.push(piece)).join('');
}

test('strings are read as JSON reads them, however they are cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 7 }), (text, length) => {
      const json = JSON.stringify(text);
      assert.equal(unescaped(inPieces(json, length)), `"${text}"`);
      const all = `"${Array.from({ length: text.length }, (_, n) => `\\u${text.charCodeAt(n).toString(16).padStart(4, '0')}`).join('')}"`;
      assert.equal(unescaped(inPieces(all, length)), `"${text}"`);
    }),
  );
});

test('what is no escape stays, and nothing throws', () => {
  for (const text of ['\\x', '\\uZZZZ', '\\u12', '\\', 'a\\\\\\"b']) assert.equal(typeof unescaped([text]), 'string');
  assert.equal(unescaped(['\\x41\\uZZZZ']), '\\x41\\uZZZZ');
});

test('a hostile input costs what its length costs', () => {
  const startedAt = process.cpuUsage().user;
  for (const text of ['\\\\'.repeat(500_000), '\\u0041'.repeat(160_000), '\\'.repeat(999_999)]) unescaped([text]);
  unescaped(inPieces('\\u0041'.repeat(50_000), 1));
  assert.ok(process.cpuUsage().user - startedAt < 3_000_000);
});
