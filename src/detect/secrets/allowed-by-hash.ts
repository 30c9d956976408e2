import { createHmac } from 'node:crypto';
import type { Finding } from '../../core/finding.ts';

/** Values that a company has reviewed and accepts, known by their hashes alone. */
export interface AllowedHashes {
  /** At least 16 bytes, drawn once for each list: without it nobody can test guesses against a list. */
  readonly salt: Uint8Array;
  /** As {@link allowedHash} writes them: lower-case hex, 64 characters. */
  readonly hashes: ReadonlySet<string>;
}

const LEAST_SALT_BYTES = 16;

/**
 * Findings whose bytes are not on a list. A finding is left out only if exactly the bytes it means are listed: what
 * holds an allowed value among other bytes stays.
 *
 * @param bytes the text that the findings mean places of.
 * @throws {TypeError} for a salt of under 16 bytes.
 */
export function withoutAllowed(
  bytes: Uint8Array,
  findings: readonly Finding[],
  { salt, hashes }: AllowedHashes,
): readonly Finding[] {
  checkSalt(salt);
  if (hashes.size === 0) return findings;
  return findings.filter(
    ({ startByte, endByte }) => !hashes.has(allowedHash(salt, bytes.subarray(startByte, endByte))),
  );
}

/**
 * How a value stands in such a list: HMAC-SHA-256 of its bytes, keyed with the salt.
 *
 * @throws {TypeError} for a salt of under 16 bytes.
 */
export function allowedHash(salt: Uint8Array, value: Uint8Array): string {
  checkSalt(salt);
  return createHmac('sha256', salt).update(value).digest('hex');
}

function checkSalt(salt: Uint8Array): void {
  if (salt.length < LEAST_SALT_BYTES) throw new TypeError(`a salt has at least ${LEAST_SALT_BYTES} bytes`);
}
