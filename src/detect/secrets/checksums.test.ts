import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32, hasBase62Crc, hasBech32Checksum, hasHexCrc } from './checksums.ts';
import { drawnText, seeded } from './drawn-text.ts';
import { scanner } from '../scan/scanner.ts';
import { SECRET_DETECTORS } from './index.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const random = seeded(3);

function base62(number: number): string {
  let [rest, digits] = [number, ''];
  for (let place = 0; place < 6; place += 1) {
    digits = `${BASE62.charAt(rest % 62)}${digits}`;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

test('the check value of CRC-32 is the published one', () => {
  assert.equal(crc32('123456789'), 0xcbf43926);
});

test('texts of BIP 173 have a checksum, and do not with a letter changed', () => {
  for (const text of ['A12UEL5L', 'abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw']) {
    assert.ok(hasBech32Checksum(text));
    assert.ok(!hasBech32Checksum(text.replace(/.$/, 'q')));
  }
  assert.ok(!hasBech32Checksum('nothing'));
});

test('a token with its CRC is certain, and one without it is not', () => {
  const body = drawnText('[A-Za-z0-9]{30}', random);
  const right = `ghp_${body}${base62(crc32(body))}`;
  const wrong = `ghp_${body}${base62(crc32(`${body}x`))}`;
  assert.ok(hasBase62Crc(right));
  assert.ok(!hasBase62Crc(wrong));
  const sure = (text: string): number | undefined =>
    scanner(SECRET_DETECTORS).scanText(text, { source: 'tool-result', path: null })[0]?.confidence;
  assert.equal(sure(right), 1);
  assert.equal(sure(wrong), 0.9);
});

test('the CRC in hex covers what stands before it', () => {
  const head = `glsa_${drawnText('[A-Za-z0-9]{32}', random)}`;
  assert.ok(hasHexCrc(`${head}_${crc32(head).toString(16).padStart(8, '0')}`));
  assert.ok(!hasHexCrc(`${head}_00000000`));
});
