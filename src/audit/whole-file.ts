import { dirname } from 'node:path';

import { errorCode } from './log-file-system.ts';
import type { LogFile, LogFileSystem } from './log-file-system.ts';

/** Reads `sizeBytes` bytes, or fewer where the file ends before. */
export async function readRange(file: LogFile, offset: number, sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.alloc(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const readBytes = await file.read(bytes.subarray(filled), offset + filled);
    if (readBytes === 0) break;
    filled += readBytes;
  }
  return bytes.subarray(0, filled);
}

/** Writes all bytes at `offset`, in as many steps as the system takes. */
export async function writeRange(file: LogFile, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const taken = await file.write(bytes.subarray(done), offset + done);
    if (taken === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
    done += taken;
  }
}

/** Reads a small file whole. Null where there is none; of a longer one, the first `maxBytes + 1` bytes. */
export async function readSmallFile(fs: LogFileSystem, path: string, maxBytes: number): Promise<Buffer | null> {
  let file: LogFile;
  try {
    file = await fs.open(path, 'read');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return await readRange(file, 0, maxBytes + 1);
  } finally {
    await file.close();
  }
}

/** Makes a file hold these bytes and no others, durable but for its name. It may hold a part of them while this runs. */
export async function writeFile(fs: LogFileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const file = await openEmpty(fs, path);
  try {
    await writeRange(file, bytes, 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts a file in the place of what is at `path`, in one step: a reader, and a crash, finds the old bytes or the new. */
export async function replaceFile(fs: LogFileSystem, path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.part`;
  await writeFile(fs, part, bytes);
  await fs.rename(part, path);
  await fs.syncFolder(dirname(path));
}

/** Makes a file, or takes the one that an interrupted attempt left. */
async function openEmpty(fs: LogFileSystem, path: string): Promise<LogFile> {
  try {
    return await fs.open(path, 'create');
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  const file = await fs.open(path, 'write');
  try {
    await file.truncate(0);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
