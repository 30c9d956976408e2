import { randomBytes } from 'node:crypto';
import type { SessionId } from '../core/ids.ts';
import { openContent, SEAL_NONCE_BYTES, sealContent } from '../seal/index.ts';
import type { ContentKey } from '../seal/index.ts';

/** A data key that only its wrapper can read again. */
export interface WrappedKey {
  /** Names the key that wraps it, for who has several. */
  readonly keyId: string;
  readonly wrapped: string;
}

/**
 * Keeps data keys readable for as long as a session's own key exists, and no longer. The key that wraps never leaves its
 * keeper: this machine's folder of keys, or a service.
 */
export interface KeyWrap {
  /** Null where the session's key is gone. @throws {Error} where the keeper does not answer. */
  wrap(sessionId: SessionId, dataKey: Uint8Array): Promise<WrappedKey | null>;
  /** Null where the session's key is gone or is not the one that wrapped. @throws {Error} where the keeper does not answer. */
  unwrap(sessionId: SessionId, key: WrappedKey): Promise<Uint8Array | null>;
}

/** Wraps with the content keys of this machine, AES-256-GCM. */
export function localKeyWrap(keyOf: (id: SessionId) => ContentKey | null): KeyWrap {
  return {
    wrap: async (sessionId, dataKey) => {
      const key = keyOf(sessionId);
      if (key === null) return null;
      const text = Buffer.from(dataKey).toString('base64');
      const wrapped = sealContent(key, placeOf(sessionId), text, randomBytes(SEAL_NONCE_BYTES));
      return await Promise.resolve({ keyId: `local/${sessionId}`, wrapped });
    },
    unwrap: async (sessionId, { wrapped }) => {
      const key = keyOf(sessionId);
      const opened = key === null ? null : openContent(key, placeOf(sessionId), wrapped);
      return await Promise.resolve(opened?.ok === true ? Buffer.from(opened.text, 'base64') : null);
    },
  };
}

function placeOf(sessionId: SessionId): Parameters<typeof sealContent>[1] {
  return { sessionId, toolUseId: 'content-data-key', bundle: '' };
}
