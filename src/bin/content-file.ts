import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file that grows at its end and nowhere else. */
export interface ContentFile {
  /** Where the next bytes go, those included that were added and not written yet. */
  readonly end: number;
  /** Whether a write failed: nothing is taken any more, and the file is to be opened anew. */
  readonly isBroken: boolean;
  add(bytes: Buffer): void;
  /** Resolves when all that was added would survive a power cut. @throws {Error} of the operating system, or of ours. */
  flush(): Promise<void>;
}

// O_NONBLOCK: a named pipe in place of the file must not stop the daemon.
const FLAGS = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Opens a file for appending, mode 0600; makes it where it is missing. It is held open only while something is written,
 * and found again by what it is: bytes that went to another file, or behind bytes of somebody else, are a failure.
 *
 * A line that a crash cut short stays a line of its own.
 *
 * @throws {Error} of the operating system, or where the path is a link, no regular file, or one that others may use.
 */
export async function openContentFile(path: string): Promise<ContentFile> {
  const file = await open(path, FLAGS | constants.O_CREAT, 0o600);
  let found: { readonly identity: string; readonly size: number; readonly isTorn: boolean };
  try {
    const { identity, size } = await checked(file, path);
    found = { identity, size, isTorn: size > 0 && (await lastByte(file, size)) !== NEWLINE };
  } finally {
    await file.close();
  }
  if (found.size === 0) await syncFolder(dirname(path));

  let written = found.size;
  let waiting: Buffer[] = found.isTorn ? [Buffer.of(NEWLINE)] : [];
  let end = found.size + waiting.length;
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  let failure: Error | null = null;

  const writeWaiting = async (): Promise<void> => {
    next = null;
    if (failure !== null) throw failure;
    const bytes = waiting;
    waiting = [];
    try {
      written = await appended(path, bytes, { identity: found.identity, size: written });
    } catch (error) {
      failure = error instanceof Error ? error : new Error('writing failed', { cause: error });
      waiting = [];
      throw failure;
    }
  };

  return {
    get end() {
      return end;
    },
    get isBroken() {
      return failure !== null;
    },
    add: (bytes) => {
      if (failure !== null) throw failure;
      waiting.push(bytes);
      end += bytes.length;
    },
    flush: () => {
      // All that comes while one write is under way goes with the next.
      next ??= running.then(writeWaiting, writeWaiting);
      running = next;
      return next;
    },
  };
}

interface FoundFile {
  readonly identity: string;
  readonly size: number;
}

/** @returns the size after. */
async function appended(path: string, bytes: readonly Buffer[], expected: FoundFile): Promise<number> {
  if (bytes.length === 0) return expected.size;
  const file = await open(path, FLAGS);
  try {
    const { identity, size } = await checked(file, path);
    if (identity !== expected.identity || size !== expected.size) {
      throw new Error(`\`${path}\` was changed by someone else`);
    }
    let added = 0;
    for (const piece of bytes) {
      for (let done = 0; done < piece.length;) {
        const { bytesWritten } = await file.write(piece, done, piece.length - done);
        if (bytesWritten === 0) throw new Error(`\`${path}\` takes nothing`);
        done += bytesWritten;
      }
      added += piece.length;
    }
    await file.datasync();
    return expected.size + added;
  } finally {
    await file.close();
  }
}

async function checked(file: FileHandle, path: string): Promise<FoundFile> {
  const facts = await file.stat();
  if (!facts.isFile() || facts.nlink !== 1) throw new Error(`\`${path}\` is no regular file of one name`);
  if ((facts.mode & 0o077) !== 0) throw new Error(`\`${path}\` is open to others`);
  return { identity: `${facts.dev}:${facts.ino}`, size: facts.size };
}

const NEWLINE = 0x0a;

async function lastByte(file: FileHandle, size: number): Promise<number | undefined> {
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, size - 1);
  return byte[0];
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
