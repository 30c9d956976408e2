import { createHash } from 'node:crypto';
import { detectorId } from '../../core/ids.ts';
import type { KindMatch, ScanText } from '../scan/detector.ts';
import { hasContext } from './surroundings.ts';

export const CRYPTO_ADDRESS = detectorId('pii/crypto-address');

/** The wallet's address that a run of letters and digits is: base58check and bech32 by their checksums, others by words. */
export function cryptoAddressAt(text: ScanText, start: number, end: number): KindMatch | null {
  const run = text.latin1.slice(start, end);
  if (/^[13][1-9A-HJ-NP-Za-km-z]{25,34}$/.test(run)) return isBase58Check(run) ? found(start, end, 1) : null;
  if (/^(?:bc|tb|ltc)1[02-9ac-hj-np-z]{11,87}$/i.test(run)) return isBech32(run) ? found(start, end, 1) : null;
  if (/^0x[0-9a-f]{40}$/i.test(run)) return hasContext(text, start, end, WORDS) ? found(start, end, 0.7) : null;
  return null;
}

const WORDS = /wallet|ethereum|\beth\b|crypto|bitcoin|\bbtc\b|donat|payout|deposit/;

function found(start: number, end: number, confidence: number): KindMatch {
  return { id: CRYPTO_ADDRESS, start, end, confidence };
}

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** 25 bytes whose last four are the start of the others' double SHA-256. */
function isBase58Check(text: string): boolean {
  const bytes = new Uint8Array(25);
  for (const character of text) {
    let carry = BASE58.indexOf(character);
    for (let at = bytes.length - 1; at >= 0; at -= 1) {
      carry += 58 * (bytes[at] ?? 0);
      bytes[at] = carry & 0xff;
      carry >>= 8;
    }
    if (carry !== 0) return false;
  }
  const once = createHash('sha256').update(bytes.subarray(0, 21)).digest();
  return createHash('sha256').update(once).digest().subarray(0, 4).equals(bytes.subarray(21));
}

const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** BIP 173 and BIP 350: the polynomial's remainder is 1, or the constant of bech32m. */
function isBech32(text: string): boolean {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return false;
  const separator = lower.lastIndexOf('1');
  const prefix = Array.from(Buffer.from(lower.slice(0, separator)));
  const values = Array.from(lower.slice(separator + 1), (each) => BECH32.indexOf(each));
  let rest = 1;
  for (const value of [...prefix.map((each) => each >> 5), 0, ...prefix.map((each) => each & 31), ...values]) {
    const top = rest >>> 25;
    rest = ((rest & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of GENERATOR.entries()) if (((top >> bit) & 1) === 1) rest ^= generator;
  }
  return values.length >= 6 && (rest === 1 || rest === 0x2bc830a3);
}
