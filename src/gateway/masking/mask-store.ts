import type { SessionId } from '../../core/ids.ts';
import type { PlaceholderKey } from '../../mask/index.ts';

/** Where what a session masks is kept, so that a restart or another gateway goes on with the same bytes. */
export interface MaskStore {
  /** What is kept of a session; null where its key is gone, and nothing of it may go up. */
  open(sessionId: SessionId): KeptMasks | null;
}

export interface KeptMasks {
  /** The same in every process that holds the session's content key. */
  readonly key: PlaceholderKey;
  /** The entries kept so far, in order. Those that cannot be read any more are left out. */
  readonly entries: readonly string[];
  /**
   * Keeps one more, unreadable for all but the holder of the session's key.
   *
   * @throws {Error} where it cannot be kept; what it tells of must not go up then.
   */
  append(entry: string): void;
}
