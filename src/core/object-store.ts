import type { Sha256 } from './ids.ts';

/**
 * How long a version of an object can be neither changed nor deleted. `compliance` binds everyone, the owner of the account too, and
 * can never be undone or shortened; `governance` can be lifted by who has the right to.
 */
export interface ObjectLock {
  readonly mode: 'compliance' | 'governance';
  /** Milliseconds since the Unix epoch. */
  readonly retainUntilMs: number;
}

/** How an object is stored. */
export interface PutOptions {
  readonly contentType: string;
  /** SHA-256 of the bytes. A store that is told one refuses bytes that arrived changed. */
  readonly sha256: Sha256;
  /** True: only if nothing is stored under the key. False: what is there is replaced, as a new version where the store has versions. */
  readonly ifNoneMatch: boolean;
  readonly lock?: ObjectLock;
  /** True: cannot be deleted until somebody takes the hold away, whatever the lock says. */
  readonly legalHold?: boolean;
  readonly signal?: AbortSignal;
}

/** `present`: the same bytes were there already and nothing was written. `versionId` is null where the store has no versions. */
export interface PutOutcome {
  readonly kind: 'stored' | 'present';
  readonly versionId: string | null;
}

/** Bytes of an object: half-open, from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What is known of an object without reading it. */
export interface ObjectHead {
  readonly sizeBytes: number;
  /** As the store holds it, or null where it holds none. A claim of the store: who must know reads the bytes. */
  readonly sha256: Sha256 | null;
  readonly versionId: string | null;
  readonly modifiedMs: number;
  /** Null: none, or not to be seen with these credentials. */
  readonly lock: ObjectLock | null;
  readonly legalHold: boolean;
}

/** One key of a listing. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
}

/** Longest object that {@link ObjectStore.get} gives in one piece. Longer ones are read in ranges. */
export const MAX_GET_BYTES = 64 * 1024 * 1024;

/** Longest key in bytes, prefix of the store included. */
export const MAX_KEY_BYTES = 1024;

const KEY = /^[A-Za-z0-9_=-][A-Za-z0-9._=-]*(?:\/[A-Za-z0-9_=-][A-Za-z0-9._=-]*)*$/;

/** As {@link KEY}, with what the names of AWS sessions hold: `AROA…:i-0123`, `AROA…:ada@example.com`. */
const PREFIX = /^[A-Za-z0-9_=-][A-Za-z0-9._=:@+,-]*(?:\/[A-Za-z0-9_=-][A-Za-z0-9._=:@+,-]*)*$/;

/**
 * Whether a text may be a key: segments of `A-Z a-z 0-9 . _ = -` with single slashes between them, none
 * of them starting with a dot.
 */
export function isObjectKey(text: string): boolean {
  return text.length <= MAX_KEY_BYTES && KEY.test(text);
}

/** Whether a text may be the prefix of a bucket's store: as {@link isObjectKey}, and `: @ + ,` behind the first character of a segment. */
export function isStorePrefix(text: string): boolean {
  return text.length <= MAX_KEY_BYTES && PREFIX.test(text);
}

/**
 * Where objects lie: a bucket with a prefix, or a folder. Keys ({@link isObjectKey}) are relative to it.
 *
 * All methods throw {@link StoreFailed}, whose code says whether waiting, somebody's act, or nothing helps. Each waits and tries
 * again within bounds before that.
 */
export interface ObjectStore {
  /** For messages: `s3://bucket/prefix` or the folder. No secret. */
  readonly place: string;

  /**
   * Implementations MUST NOT resolve before the object would survive a power cut.
   *
   * @throws {StoreFailed} `STORE_CONFLICT` if other bytes are there already and `ifNoneMatch` is set; also where the same bytes
   *   are there under a weaker lock than the one asked for, and it cannot be made as strong.
   */
  put(key: string, bytes: Uint8Array, options: PutOptions): Promise<PutOutcome>;

  /**
   * Newest version. Null: no such object. Of a range, what lies beyond the end is left out.
   *
   * @throws {StoreFailed} `STORE_REFUSED` if more than {@link MAX_GET_BYTES} would be given.
   */
  get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array | null>;

  /** Newest version. Null: no such object. */
  head(key: string, signal?: AbortSignal): Promise<ObjectHead | null>;

  /** All keys that start with `prefix` (which may end within a name), in the order of their bytes, read page by page. */
  list(prefix: string, signal?: AbortSignal): AsyncGenerator<ListedObject>;

  /** Breaks off what is under way and frees what is held. */
  close(): void;
}

/** Whether a lock keeps an object at least as long, and against as many, as another. Any lock does where none is asked for. */
export function isAsStrong(lock: ObjectLock | null, asked: ObjectLock | null): boolean {
  if (asked === null) return true;
  if (lock === null || lock.retainUntilMs < asked.retainUntilMs) return false;
  return lock.mode === 'compliance' || asked.mode === 'governance';
}
