const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BECH32 = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

/** CRC-32 of ISO 3309 over the characters as bytes, as an unsigned number. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at += 1) {
    crc ^= text.charCodeAt(at) & 0xff;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : 0xedb88320);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** Tokens such as GitHub's and npm's: a prefix up to `_`, random characters, and their CRC-32 in six digits of base 62. */
export function hasBase62Crc(token: string): boolean {
  const body = token.slice(token.lastIndexOf('_') + 1);
  let rest = crc32(body.slice(0, -6));
  let digits = '';
  for (let place = 0; place < 6; place += 1) {
    digits = `${BASE62.charAt(rest % 62)}${digits}`;
    rest = Math.floor(rest / 62);
  }
  return digits === body.slice(-6);
}

/** Grafana's tokens: everything up to the last `_` has the CRC-32 that follows it, in hex. */
export function hasHexCrc(token: string): boolean {
  const mark = token.lastIndexOf('_');
  return crc32(token.slice(0, mark)).toString(16).padStart(8, '0') === token.slice(mark + 1).toLowerCase();
}

/** The six characters at the end of a bech32 text, as in BIP 173; `age` writes its keys in it. */
export function hasBech32Checksum(text: string): boolean {
  const lower = text.toLowerCase();
  const mark = lower.lastIndexOf('1');
  const values = Array.from(lower.slice(mark + 1), (character) => BECH32.indexOf(character));
  const prefix = Array.from(lower.slice(0, mark), (character) => character.charCodeAt(0));
  if (values.includes(-1) || mark < 1) return false;
  const expanded = [...prefix.map((code) => code >> 5), 0, ...prefix.map((code) => code & 31), ...values];
  return expanded.reduce(bech32Step, 1) === 1;
}

const BECH32_GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;

function bech32Step(sum: number, value: number): number {
  const top = sum >>> 25;
  return BECH32_GENERATOR.reduce(
    (next, generator, bit) => (((top >>> bit) & 1) === 0 ? next : next ^ generator),
    ((sum & 0x1ffffff) << 5) ^ value,
  );
}
