import { constants, fstatSync, lstatSync, writeSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

import { errorCode } from './log-file-system.ts';
import type { FileFacts, LogFile, LogFileSystem } from './log-file-system.ts';

// O_NONBLOCK: a named pipe in place of a segment must not stop the daemon.
const GUARDED = constants.O_NOFOLLOW | constants.O_NONBLOCK;
const FLAGS = {
  read: constants.O_RDONLY | GUARDED,
  write: constants.O_RDWR | GUARDED,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | GUARDED,
} as const;

/** The machine's own file system. */
export function nodeLogFileSystem(): LogFileSystem {
  return {
    makeFolder,
    list,
    syncFolder,
    stat: statPath,
    open: openFile,
    rename,
    remove: unlink,
    removeFolder: rmdir,
  };
}

async function makeFolder(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true, mode: 0o700 });
  if (firstMade !== undefined) {
    for (let made = path; made.length >= firstMade.length; made = dirname(made)) await syncFolder(dirname(made));
  }
  const facts = await lstat(path);
  if (!facts.isDirectory()) throw notRegular(`\`${path}\` is not a folder`);
}

async function list(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function statPath(path: string): Promise<FileFacts> {
  return await Promise.resolve(factsOf(lstatSync(path)));
}

function factsOf({ dev, ino, size, mode }: Stats): FileFacts {
  return { identity: `${dev}:${ino}`, sizeBytes: size, isOwnersAlone: (mode & 0o077) === 0 };
}

async function openFile(path: string, mode: keyof typeof FLAGS): Promise<LogFile> {
  const file = await open(path, FLAGS[mode], 0o600);
  const facts = await file.stat();
  if (!facts.isFile()) {
    await file.close();
    throw notRegular(`\`${path}\` is not a regular file`);
  }
  return nodeLogFile(file);
}

function nodeLogFile(file: FileHandle): LogFile {
  return {
    // Facts and writes touch memory only, and take less than the way to another thread; a caller waits for each of them.
    stat: async () => await Promise.resolve(factsOf(fstatSync(file.fd))),
    read: async (into, offset) => (await file.read(into, 0, into.length, offset)).bytesRead,
    write: async (bytes, offset) => await Promise.resolve(writeSync(file.fd, bytes, 0, bytes.length, offset)),
    truncate: (sizeBytes) => file.truncate(sizeBytes),
    // Data and size are what a reader needs; the time of change is not worth a second journal write.
    sync: () => file.datasync(),
    close: () => file.close(),
  };
}

function notRegular(message: string): Error {
  return Object.assign(new Error(message), { code: 'EINVAL' });
}
