import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { CHUNK_BYTES, FileUnreadable } from './file-tree.ts';
import type { FileTree, TreeEntry } from './file-tree.ts';

// O_NONBLOCK: a named pipe in place of a file must not stop the reader.
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Deeper folders than a log or a store has are listed as something that is not read. */
const MAX_DEPTH = 12;

/** The files below a folder of this machine. The folder itself may be named through a link; nothing below it is followed. */
export function folderTree(folder: string): FileTree {
  return {
    place: folder,
    parallelReads: 1,
    list: (below) => listFolder(folder, below, 0),
    read: (name, maxBytes) => readSmall(join(folder, name), maxBytes),
    range: (name, start, lengthBytes) => readRange(join(folder, name), start, lengthBytes),
    chunks: (file) => readChunks(join(folder, file.name)),
  };
}

async function* listFolder(root: string, prefix: string, depth: number): AsyncGenerator<TreeEntry> {
  let entries;
  try {
    entries = await readdir(join(root, prefix), { withFileTypes: true });
  } catch (error) {
    if (depth === 0 && codeOf(error) === 'ENOENT') return;
    throw error;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory() && depth < MAX_DEPTH) yield* listFolder(root, `${name}/`, depth + 1);
    else if (entry.isFile()) yield { name, sizeBytes: await sizeOf(join(root, name)), isFile: true };
    else yield { name, sizeBytes: 0, isFile: false };
  }
}

/** A log that is being written drops tiles while it is listed. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}

async function readSmall(path: string, maxBytes: number): Promise<Uint8Array | null> {
  try {
    return await Promise.resolve(readAt(path, 0, maxBytes, true));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw error;
  }
}

async function readRange(path: string, start: number, lengthBytes: number): Promise<Uint8Array> {
  return await Promise.resolve(readAt(path, start, lengthBytes, false));
}

// Thousands of tiles are read one after another: the way to another thread and back would take several times longer.
function readAt(path: string, start: number, mostBytes: number, isWhole: boolean): Uint8Array {
  let file;
  try {
    file = openSync(path, READ_FLAGS);
  } catch (error) {
    throw codeOf(error) === 'ELOOP' ? new FileUnreadable('it is a link') : error;
  }
  try {
    const facts = fstatSync(file);
    if (!facts.isFile()) throw new FileUnreadable('it is no regular file');
    if (isWhole && facts.size > mostBytes) throw new FileUnreadable(`it is longer than ${mostBytes} bytes`);
    const bytes = Buffer.allocUnsafe(Math.min(mostBytes, Math.max(0, facts.size - start)));
    let filled = 0;
    while (filled < bytes.length) {
      const taken = readSync(file, bytes, filled, bytes.length - filled, start + filled);
      if (taken === 0) break;
      filled += taken;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}

async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  let file;
  try {
    file = await open(path, READ_FLAGS);
  } catch (error) {
    throw codeOf(error) === 'ELOOP' ? new FileUnreadable('it is a link') : error;
  }
  try {
    if (!(await file.stat()).isFile()) throw new FileUnreadable('it is no regular file');
    let [current, ahead] = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)];
    let offset = 0;
    let reading = file.read(current, 0, CHUNK_BYTES, offset);
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead === 0) return;
      offset += bytesRead;
      // The disk works on the next piece while this one is hashed.
      reading = file.read(ahead, 0, CHUNK_BYTES, offset);
      try {
        yield current.subarray(0, bytesRead);
      } finally {
        await reading.catch(() => undefined);
      }
      [current, ahead] = [ahead, current];
    }
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
