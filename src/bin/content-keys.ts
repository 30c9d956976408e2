import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { StateFolder } from '../core/error.ts';
import type { SessionId } from '../core/ids.ts';
import { CONTENT_KEY_BYTES, contentKey } from '../seal/index.ts';
import type { ContentKey } from '../seal/index.ts';
import { readIfThere, writeWhole } from './state-folder.ts';

/**
 * The content keys of sessions, one file each: whoever deletes a file makes the recorded content of its session
 * unreadable for good, and the log stays whole.
 */
export interface ContentKeys {
  /**
   * Makes the key of a new session; it would survive a power cut when this returns.
   *
   * @throws {StateFolder} where it cannot be written; the session must not start then.
   */
  create(id: SessionId): void;
  /** The key of a session, or null where there is none. A running session's key is read once. */
  of(id: SessionId): ContentKey | null;
  /** Drops a key from memory; its file is left as it is. */
  forget(id: SessionId): void;
}

/** What of the system the keys rest on; a test brings its own. */
export interface KeyPorts {
  readonly random: (sizeBytes: number) => Uint8Array;
  readonly write: (path: string, bytes: Uint8Array) => void;
}

const OWN_PORTS: KeyPorts = { random: randomBytes, write: writeWhole };

/** Most keys that are held in memory; beyond that the one that was read first is read again when it is needed. */
const MAX_HELD_KEYS = 256;

/** @param folder exists, mode 0700. */
export function contentKeys(folder: string, ports: KeyPorts = OWN_PORTS): ContentKeys {
  const held = new Map<SessionId, ContentKey>();
  const hold = (id: SessionId, key: ContentKey): void => {
    held.set(id, key);
    const [oldest] = held.keys();
    if (held.size > MAX_HELD_KEYS && oldest !== undefined) held.delete(oldest);
  };
  return {
    create(id) {
      const bytes = ports.random(CONTENT_KEY_BYTES);
      try {
        ports.write(join(folder, id), bytes);
      } catch (cause) {
        const code = cause instanceof Error && 'code' in cause ? `: ${String(cause.code)}` : '';
        throw new StateFolder(`the content key of the session cannot be written${code}`, {
          cause,
          hint: `check the space and the rights in \`${folder}\``,
        });
      }
      hold(id, contentKey(bytes));
    },
    of(id) {
      const known = held.get(id);
      if (known !== undefined) return known;
      const key = readContentKey(folder, id);
      if (key !== null) hold(id, key);
      return key;
    },
    forget(id) {
      held.delete(id);
    },
  };
}

/** The key of a session as it lies in a folder of keys; null where it is gone or is no key. */
export function readContentKey(folder: string, id: SessionId): ContentKey | null {
  const bytes = readIfThere(join(folder, id));
  return bytes === null || bytes.length !== CONTENT_KEY_BYTES ? null : contentKey(bytes);
}
