import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { tokenSpace } from './token-space.ts';
import type { PlaceholderLimits, Placeholders } from './token-space.ts';
import { TAG_ALPHABET, TAG_LENGTH } from './token-shape.ts';
import type { TokenClass } from './token-class.ts';

/** Length of the key of a session's placeholders. */
export const PLACEHOLDER_KEY_BYTES = 32;

/** The key of one session's placeholders. It prints nothing of itself. */
export interface PlaceholderKey {
  readonly secret: KeyObject;
}

/** Takes key bytes into an object that cannot be printed. @throws {TypeError} for another length than 32. */
export function placeholderKey(bytes: Uint8Array): PlaceholderKey {
  if (bytes.length !== PLACEHOLDER_KEY_BYTES)
    throw new TypeError(`a key of placeholders has ${PLACEHOLDER_KEY_BYTES} bytes`);
  return { secret: createSecretKey(bytes) };
}

/**
 * The placeholders of one session, kept by whoever made them.
 *
 * A token is `qz`, the class in capitals and 80 bits of HMAC-SHA-256 over class and value: under one key, the same class and
 * value have the same token in every process and in any order; under another key nothing tells that they are the same.
 * No token has two values, even where two hashes were the same in these bits; only then does the order count.
 */
export function placeholders(key: PlaceholderKey, limits: Partial<PlaceholderLimits> = {}): Placeholders {
  return tokenSpace((tokenClass, value, attempt) => hashTag(key, tokenClass, value, attempt), limits);
}

const BITS_PER_CHARACTER = 5;

function hashTag({ secret }: PlaceholderKey, tokenClass: TokenClass, value: string, attempt: number): string {
  const hash = createHmac('sha256', secret)
    .update(`sallyport/placeholder/1\0${tokenClass}\0${attempt}\0`)
    // Not UTF-8: there, values with different lone surrogates would be one.
    .update(Buffer.from(value, 'utf16le'))
    .digest();
  let tag = '';
  for (let [at, held, bits] = [0, 0, 0]; tag.length < TAG_LENGTH; bits -= BITS_PER_CHARACTER) {
    if (bits < BITS_PER_CHARACTER) {
      held = ((held << 8) | (hash[at] ?? 0)) & 0xffff;
      at += 1;
      bits += 8;
    }
    tag += TAG_ALPHABET[(held >>> (bits - BITS_PER_CHARACTER)) & 31] ?? '';
  }
  return tag;
}
