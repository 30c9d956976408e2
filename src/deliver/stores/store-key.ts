import { StoreFailed } from '../../core/error.ts';
import { MAX_KEY_BYTES, isObjectKey, isStorePrefix } from '../../core/object-store.ts';

/** @throws {StoreFailed} `STORE_REFUSED` for a key that is none, or is too long behind the prefix. */
export function checkedKey(key: string, prefix = ''): string {
  if (isObjectKey(key) && prefix.length + key.length <= MAX_KEY_BYTES) return key;
  throw new StoreFailed('STORE_REFUSED', `${JSON.stringify(key.slice(0, 100))} is not a key`);
}

/** @throws {StoreFailed} `STORE_REFUSED` for a prefix of a bucket that is none. */
export function checkedPrefix(prefix: string): string {
  if (isStorePrefix(prefix)) return prefix;
  throw new StoreFailed('STORE_REFUSED', `${JSON.stringify(prefix.slice(0, 100))} is not the prefix of a store`);
}

/** The same for the start of keys, which may end within a name or with a slash. */
export function checkedStart(start: string): string {
  if (start === '' || isObjectKey(start.endsWith('/') ? start.slice(0, -1) : start)) return start;
  throw new StoreFailed('STORE_REFUSED', `${JSON.stringify(start.slice(0, 100))} is not the start of a key`);
}
