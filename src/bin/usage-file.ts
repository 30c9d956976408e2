import { closeSync, constants, fdatasync, openSync, writeSync } from 'node:fs';

import { writeWhole } from './state-folder.ts';

/** Milliseconds until written lines go to the disk: each sync holds up those of the log, which requests wait for. */
const SYNC_AFTER_MS = 500;

/** A file of lines that grows at its end. Whoever opens it closes it. */
export interface UsageFile {
  /** Bytes that it holds. */
  readonly sizeBytes: number;
  /**
   * Writes one line, which survives the end of this process once this returns, and a power cut soon after.
   *
   * @throws {Error} of the operating system. A part of the line may be there: the file is to be written anew.
   */
  append(line: string): void;
  close(): void;
}

/**
 * Puts a file with these lines in place of the one that is there, mode 0600, and opens it for more. A crash leaves the
 * old content or the new.
 *
 * @param onSyncFault called where the system did not take written lines to the disk.
 * @throws {Error} of the operating system; the old content is as it was.
 */
export function newUsageFile(path: string, lines: readonly string[], onSyncFault: () => void): UsageFile {
  const content = lines.map((line) => `${line}\n`).join('');
  writeWhole(path, content);
  const fd = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW);
  let sizeBytes = Buffer.byteLength(content);
  let isDue = false;
  let isSyncing = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | null = null;

  const sync = (): void => {
    isDue = false;
    isSyncing = true;
    fdatasync(fd, (error) => {
      if (error !== null) onSyncFault();
      isSyncing = false;
      if (!isClosed) return;
      if (isDue) sync();
      else closeSync(fd);
    });
  };
  const syncSoon = (): void => {
    // INVARIANT: one timer at most, and none once the file is closed.
    if (isDue) return;
    isDue = true;
    timer = setTimeout(() => {
      if (isSyncing) timer?.refresh();
      else sync();
    }, SYNC_AFTER_MS);
    timer.unref();
  };

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    append: (line) => {
      const bytes = Buffer.from(`${line}\n`, 'utf8');
      sizeBytes += bytes.length;
      if (writeSync(fd, bytes) !== bytes.length) throw new Error('a line was written in part');
      syncSoon();
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      if (isSyncing) return;
      if (isDue) sync();
      else closeSync(fd);
    },
  };
}
