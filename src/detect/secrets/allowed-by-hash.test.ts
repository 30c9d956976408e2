import assert from 'node:assert/strict';
import { test } from 'node:test';
import { detectorId } from '../../core/ids.ts';
import { allowedHash, withoutAllowed } from './allowed-by-hash.ts';

const SALT = Buffer.alloc(16, 7);
const BYTES = Buffer.from('é one two');
const finding = (startByte: number, endByte: number) => ({
  detectorId: detectorId('secret/generic-secret'),
  startByte,
  endByte,
  startUtf16: 0,
  endUtf16: 0,
  confidence: 0.7,
});

test('a finding of exactly the listed bytes is left out, and no other', () => {
  const hashes = new Set([allowedHash(SALT, Buffer.from('one'))]);
  const findings = [finding(3, 6), finding(3, 7), finding(7, 10)];
  assert.deepEqual(withoutAllowed(BYTES, findings, { salt: SALT, hashes }), findings.slice(1));
});

test('another salt allows nothing', () => {
  const hashes = new Set([allowedHash(Buffer.alloc(16, 8), Buffer.from('one'))]);
  assert.equal(withoutAllowed(BYTES, [finding(3, 6)], { salt: SALT, hashes }).length, 1);
});

test('a short salt is refused', () => {
  assert.throws(() => allowedHash(Buffer.alloc(15), Buffer.from('one')), TypeError);
});
