import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { canonicalJson } from '../core/json.ts';
import type { SealPlace } from '../core/seen-call.ts';

/** Length of a content key: AES-256. */
export const CONTENT_KEY_BYTES = 32;

/** Format of sealed bytes: this byte, a nonce of 12 bytes, the ciphertext, a tag of 16 bytes. */
const FORMAT = 1;
/** NIST SP 800-38D, 8.2.2: random nonces of 96 bits stay safe for 2^32 calls under one key, far beyond any session. */
export const SEAL_NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A key that seals the content of one session. It prints nothing of itself. */
export interface ContentKey {
  readonly secret: KeyObject;
}

/** What came of opening: `altered` holds for changed bytes, another key and another place alike. */
export type Opened =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: 'malformed' | 'altered' };

/** Takes key bytes into an object that cannot be printed. @throws {TypeError} for another length than 32. */
export function contentKey(bytes: Uint8Array): ContentKey {
  if (bytes.length !== CONTENT_KEY_BYTES) throw new TypeError(`a content key has ${CONTENT_KEY_BYTES} bytes`);
  return { secret: createSecretKey(bytes) };
}

/**
 * Seals a text for one place with AES-256-GCM; the result is base64.
 *
 * @param nonce 12 bytes from a cryptographic source, never given twice with one key.
 */
export function sealContent(key: ContentKey, place: SealPlace, text: string, nonce: Uint8Array): string {
  if (nonce.length !== SEAL_NONCE_BYTES) throw new TypeError(`a nonce has ${SEAL_NONCE_BYTES} bytes`);
  const cipher = createCipheriv('aes-256-gcm', key.secret, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(place));
  const parts = [Uint8Array.of(FORMAT), nonce, cipher.update(text, 'utf8'), cipher.final()];
  return Buffer.concat([...parts, cipher.getAuthTag()]).toString('base64');
}

/** Opens what {@link sealContent} made, for the same place and with the same key. Never throws on any text. */
export function openContent(key: ContentKey, place: SealPlace, sealed: string): Opened {
  const bytes = Buffer.from(sealed, 'base64');
  const tagAt = bytes.length - TAG_BYTES;
  const contentAt = 1 + SEAL_NONCE_BYTES;
  if (bytes[0] !== FORMAT || tagAt < contentAt) return { ok: false, problem: 'malformed' };
  const decipher = createDecipheriv('aes-256-gcm', key.secret, bytes.subarray(1, contentAt), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(boundTo(place));
  decipher.setAuthTag(bytes.subarray(tagAt));
  const content = decipher.update(bytes.subarray(contentAt, tagAt));
  try {
    decipher.final();
  } catch {
    // The one failure that `final` has here is a tag that does not fit, and its message says no more.
    return { ok: false, problem: 'altered' };
  }
  return { ok: true, text: content.toString('utf8') };
}

/** The additional data: as JSON, so that no two places share their bytes. */
function boundTo({ sessionId, toolUseId, bundle }: SealPlace): Buffer {
  return Buffer.from(canonicalJson(['sallyport/sealed-call/1', sessionId, toolUseId, bundle]));
}
