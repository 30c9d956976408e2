// Verifies logs of Sallyport and proofs of their records. Needs Node 20 or newer, and nothing else.
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
{
  // Node before 20.12 and 20.15 lacks these.
  const crypto = require('node:crypto');
  const zlib = require('node:zlib');
  crypto.hash ??= (algorithm, data, encoding = 'hex') => crypto.createHash(algorithm).update(data).digest(encoding);
  zlib.crc32 ??= (data, before = 0) => {
    let crc = ~before;
    for (const byte of Buffer.from(data)) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc >>> 0;
  };
}
