import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of the delivery in one folder, mode 0600. Errors of the system pass through. */
export interface DeliveryFiles {
  /** Names in the folder, in no order. */
  list(): Promise<readonly string[]>;
  /** The bytes of a file, or null where there is none. */
  read(name: string): Promise<Uint8Array | null>;
  /** Puts a file in the place of what was there, whole: a crash leaves the old or the new. Durable when it resolves. */
  replace(name: string, text: string): Promise<void>;
  /** Adds to the end of a file. Durable when it resolves; a crash may leave a part. */
  append(name: string, text: string): Promise<void>;
}

/** The folder at an absolute path, made where it is missing. */
export async function deliveryFiles(folder: string): Promise<DeliveryFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return {
    list: () => readdir(folder),
    async read(name) {
      try {
        return await readFile(join(folder, name));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },
    async replace(name, text) {
      const partial = join(folder, `${name}.part`);
      try {
        await writeNew(partial, text);
        await rename(partial, join(folder, name));
        await syncFolder(folder);
      } catch (error) {
        await rm(partial, { force: true });
        throw error;
      }
    },
    async append(name, text) {
      const file = await open(join(folder, name), 'a', 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await syncFolder(folder);
    },
  };
}

async function writeNew(path: string, text: string): Promise<void> {
  // What a crash left is ours; `wx` follows no link that somebody put there since.
  await rm(path, { force: true });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A name that was put in place is there after a power cut only once its folder is on the disk. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
