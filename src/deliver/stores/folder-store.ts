import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StoreFailed } from '../../core/error.ts';
import { MAX_GET_BYTES } from '../../core/object-store.ts';
import type {
  ByteRange,
  ListedObject,
  ObjectHead,
  ObjectStore,
  PutOptions,
  PutOutcome,
} from '../../core/object-store.ts';
import { folderFailure, systemCode } from './folder-failure.ts';
import { listFolder } from './list-folder.ts';
import { checkedKey, checkedStart } from './store-key.ts';

/**
 * A folder as a store: an object is a file, named by its key. A file is there whole or not at all, and survives a power cut
 * once its `put` resolves. What is no plain file or folder, links above all, is refused wherever it is met.
 *
 * The folder itself must be there: a disk that is not mounted is no empty store.
 */
export function folderStore(root: string): ObjectStore {
  return new FolderStore(root);
}

class FolderStore implements ObjectStore {
  readonly place: string;
  readonly #closing = new AbortController();
  /** Folders whose names are known to be durable: whoever made one may have died before that. */
  readonly #durableFolders = new Set<string>();

  constructor(root: string) {
    this.place = root;
  }

  async put(key: string, bytes: Uint8Array, options: PutOptions): Promise<PutOutcome> {
    checkedKey(key);
    if (options.lock !== undefined || options.legalHold === true) {
      throw new StoreFailed('STORE_MISCONFIGURED', `${this.place}: a folder cannot lock what is in it`);
    }
    return await this.#told(key, options.signal, async () => {
      const folder = await this.#makeFolders(key);
      const draft = join(folder, `.draft-${randomBytes(12).toString('hex')}`);
      try {
        await writeDurably(draft, bytes);
        if (options.ifNoneMatch) {
          if (!(await isLinked(draft, join(this.place, key)))) return await this.#settle(key, bytes, folder);
        } else {
          await rename(draft, join(this.place, key));
        }
      } finally {
        await unlink(draft).catch(ifThere);
      }
      await syncFolder(folder);
      return { kind: 'stored', versionId: null };
    });
  }

  async get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Uint8Array | null> {
    checkedKey(key);
    return await this.#told(key, signal, async () => {
      const file = await this.#open(key);
      if (file === null) return null;
      try {
        const { size } = await file.stat();
        const start = Math.min(range?.start ?? 0, size);
        const length = Math.max(0, Math.min(range?.end ?? size, size) - start);
        if (length > MAX_GET_BYTES) {
          throw new StoreFailed(
            'STORE_REFUSED',
            `\`${key}\` is longer than ${MAX_GET_BYTES} bytes; it has to be read in ranges`,
          );
        }
        return await readWhole(file, start, length);
      } finally {
        await file.close();
      }
    });
  }

  async head(key: string, signal?: AbortSignal): Promise<ObjectHead | null> {
    checkedKey(key);
    return await this.#told(key, signal, async () => {
      const file = await this.#open(key);
      if (file === null) return null;
      try {
        const { size, mtimeMs } = await file.stat();
        const modifiedMs = Math.floor(mtimeMs);
        return { sizeBytes: size, sha256: null, versionId: null, modifiedMs, lock: null, legalHold: false };
      } finally {
        await file.close();
      }
    });
  }

  async *list(start: string, signal?: AbortSignal): AsyncGenerator<ListedObject> {
    checkedStart(start);
    const objects = listFolder(this.place, start);
    for (;;) {
      const next = await this.#told(start, signal, () => objects.next());
      if (next.done === true) return;
      yield next.value;
    }
  }

  close(): void {
    this.#closing.abort();
  }

  /** Null: no such file. A link on the way to it is refused, not followed: whoever could set one could show other bytes. */
  async #open(key: string): Promise<FileHandle | null> {
    try {
      await this.#checkFolders(key);
      // Not blocking: a pipe in the place of a file would hold its reader for ever.
      const file = await open(join(this.place, key), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      if ((await file.stat()).isFile()) return file;
      await file.close();
      throw new StoreFailed('STORE_REFUSED', `\`${key}\` is no plain file`);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      await this.#checkFolder('');
      return null;
    }
  }

  async #makeFolders(key: string): Promise<string> {
    await this.#checkFolder('');
    for (const folder of foldersOf(key)) {
      const path = join(this.place, folder);
      await mkdir(path, { mode: 0o700 }).catch(ifNotThere);
      await this.#checkFolder(folder);
      if (this.#durableFolders.has(folder)) continue;
      await syncFolder(dirname(path));
      this.#durableFolders.add(folder);
    }
    return join(this.place, dirname(key));
  }

  async #checkFolders(key: string): Promise<void> {
    for (const folder of foldersOf(key)) await this.#checkFolder(folder);
  }

  async #checkFolder(folder: string): Promise<void> {
    const facts = await lstat(join(this.place, folder)).catch((error: unknown) => {
      if (folder !== '' || systemCode(error) !== 'ENOENT') throw error;
      throw new StoreFailed('STORE_MISCONFIGURED', 'the folder does not exist', {
        cause: error,
        hint: 'make it, or mount what it stands for; it is never made by itself',
      });
    });
    if (!facts.isDirectory()) throw new StoreFailed('STORE_REFUSED', `\`${folder}\` is no folder`);
  }

  async #settle(key: string, bytes: Uint8Array, folder: string): Promise<PutOutcome> {
    const held = await this.get(key);
    if (held === null || Buffer.compare(held, bytes) !== 0) {
      throw new StoreFailed('STORE_CONFLICT', `\`${key}\` holds other bytes than those to be written`);
    }
    // Who put it may have died before its name was durable.
    await syncFolder(folder);
    return { kind: 'present', versionId: null };
  }

  async #told<Answer>(key: string, signal: AbortSignal | undefined, act: () => Promise<Answer>): Promise<Answer> {
    try {
      this.#closing.signal.throwIfAborted();
      signal?.throwIfAborted();
      return await act();
    } catch (error) {
      throw folderFailure(error, this.place, key);
    }
  }
}

function foldersOf(key: string): readonly string[] {
  const segments = key.split('/').slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** False: something is under that name already. A link to the file makes it appear in one step, as a rename would, but replaces nothing. */
async function isLinked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readWhole(file: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function ifThere(error: unknown): void {
  if (systemCode(error) !== 'ENOENT') throw error;
}

function ifNotThere(error: unknown): void {
  if (systemCode(error) !== 'EEXIST') throw error;
}
