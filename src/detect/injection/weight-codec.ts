import { BUCKETS } from './tokens.ts';

/**
 * Writes weights as text: for each that is not nought, how many were skipped (seven bits a byte, the lowest first) and
 * its value, all in base64.
 */
export function encodeWeights(weights: Int8Array): string {
  const bytes: number[] = [];
  let last = -1;
  weights.forEach((weight, bucket) => {
    if (weight === 0) return;
    let skipped = bucket - last - 1;
    last = bucket;
    while (skipped > 0x7f) {
      bytes.push((skipped & 0x7f) | 0x80);
      skipped >>>= 7;
    }
    bytes.push(skipped, weight & 0xff);
  });
  return Buffer.from(bytes).toString('base64');
}

/** Reads what {@link encodeWeights} wrote. Weights that a damaged text puts elsewhere are left out. */
export function decodeWeights(text: string): Int8Array {
  const weights = new Int8Array(BUCKETS);
  const bytes = Buffer.from(text, 'base64');
  let bucket = -1;
  let at = 0;
  while (at < bytes.length) {
    let skipped = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at] ?? 0;
      at += 1;
      skipped |= (byte & 0x7f) << shift;
      if (byte < 0x80 || shift >= 14) break;
    }
    bucket += skipped + 1;
    if (bucket < BUCKETS) weights[bucket] = ((bytes[at] ?? 0) << 24) >> 24;
    at += 1;
  }
  return weights;
}
