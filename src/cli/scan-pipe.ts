import { closeSync, constants, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** How long a named pipe may be without anyone who writes to it. One that a shell makes for `<(command)` has a writer. */
export const WRITER_WAIT_MS = 10_000;

/** Milliseconds between two tries to end a wait. */
const AGAIN_MS = 50;

/**
 * Opens a pipe for reading once somebody writes to it; null where nobody does in time. The caller closes it.
 *
 * @throws what the system says, where it may not be opened.
 */
export async function openPipe(path: Buffer, waitMs: number): Promise<FileHandle | null> {
  let isLate = false;
  const giveUp = (): void => {
    isLate = true;
    release(path);
    // The thread may not have come to its waiting yet; then there was nobody to release.
    timer = setTimeout(giveUp, AGAIN_MS);
  };
  let timer = setTimeout(giveUp, waitMs);
  try {
    // Without a writer this waits, in a thread that cannot be broken off.
    const file = await open(path, constants.O_RDONLY);
    if (!isLate) return file;
    await file.close();
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Becomes the writer that the other end waits for, and leaves at once. */
function release(path: Buffer): void {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch (error) {
    // Nobody waits any more: a writer came at the last moment, or the pipe is no one's to write to.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}
