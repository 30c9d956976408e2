import { createHash } from 'node:crypto';

import type { Span } from '../json-spans.ts';
import type { ChainKey } from './leaf-decision.ts';

/** What conversations begin with. */
export const CHAIN_START: ChainKey = '';

const KEY_LENGTH = 22;

/**
 * The key of a text that stands behind all texts of `before`, by its bytes as the client wrote them. 128 bits of SHA-256:
 * two texts under one key would have to be made on purpose, at 2^64 tries, by someone who holds both.
 */
export function chainKey(before: ChainKey, kind: string, bytes: Buffer, span: Span): ChainKey {
  return createHash('sha256')
    .update(`${before}\0${kind}\0`)
    .update(bytes.subarray(span.start, span.end))
    .digest('base64url')
    .slice(0, KEY_LENGTH);
}
