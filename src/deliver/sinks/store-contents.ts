import { createHash } from 'node:crypto';
import { StoreFailed } from '../../core/error.ts';
import type { Sha256 } from '../../core/ids.ts';
import type { ObjectLock, ObjectStore, PutOptions } from '../../core/object-store.ts';
import { LOG_KEY_KEY } from '../../core/store-layout.ts';

/** Retention that each object of a store is put under. */
export interface Retention {
  readonly mode: ObjectLock['mode'];
  readonly days: number;
}

const DAY_MS = 86_400_000;

/**
 * The store of one log, and how objects are put into it.
 *
 * INVARIANT: one log has one prefix. Objects of two logs under one would be one log that cannot be verified.
 */
export class StoreContents {
  readonly store: ObjectStore;
  readonly #retention: Retention | null;
  readonly #nowMs: () => number;
  #isOurs = false;

  constructor(store: ObjectStore, retention: Retention | null, nowMs: () => number) {
    this.store = store;
    this.#retention = retention;
    this.#nowMs = nowMs;
  }

  /** What an object put now is locked with: until the end of a day, so that tries on the same day ask for the same. */
  lock(): ObjectLock | null {
    if (this.#retention === null) return null;
    const { mode, days } = this.#retention;
    return { mode, retainUntilMs: (Math.floor(this.#nowMs() / DAY_MS) + 1 + days) * DAY_MS };
  }

  /** Puts bytes under a key that has none, or has the same. @throws {StoreFailed} `STORE_CONFLICT` where it has others. */
  async put(key: string, bytes: Uint8Array, contentType: string, signal: AbortSignal): Promise<void> {
    await this.store.put(key, bytes, { ...this.#options(bytes, contentType, signal), ifNoneMatch: true });
  }

  /** Puts bytes under a key in place of what is there. */
  async replace(key: string, bytes: Uint8Array, contentType: string, signal: AbortSignal): Promise<void> {
    await this.store.put(key, bytes, { ...this.#options(bytes, contentType, signal), ifNoneMatch: false });
  }

  /** @throws {StoreFailed} `STORE_CONFLICT` where the store holds the key of another log. Asks the store once. */
  async checkOwner(logId: string, signal: AbortSignal): Promise<void> {
    if (this.#isOurs) return;
    const vkey = await this.store.get(LOG_KEY_KEY, undefined, signal);
    if (vkey !== null && !Buffer.from(vkey).toString('utf8').startsWith(`${logId}+`)) {
      throw new StoreFailed('STORE_CONFLICT', `${this.store.place}: another log than \`${logId}\` is kept there`, {
        hint: 'give each log a prefix or folder of its own',
      });
    }
    this.#isOurs = true;
  }

  #options(bytes: Uint8Array, contentType: string, signal: AbortSignal): Omit<PutOptions, 'ifNoneMatch'> {
    const lock = this.lock();
    const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;
    return { contentType, sha256, signal, ...(lock === null ? {} : { lock }) };
  }
}
