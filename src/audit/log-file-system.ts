/**
 * What the log asks of a file system. Errors carry the system's `code` (`ENOSPC`, `EIO` ...) and pass through.
 *
 * Paths are absolute. No operation follows a symbolic link in the last part of a path.
 */
export interface LogFileSystem {
  /** Makes a folder and those above it, mode 0700 and durable; does nothing where it exists. */
  makeFolder(path: string): Promise<void>;
  /** Names in a folder, in no order; none where it does not exist. */
  list(folder: string): Promise<readonly string[]>;
  /** Makes the entries of a folder durable. */
  syncFolder(path: string): Promise<void>;
  /** Facts about what is at a path now. */
  stat(path: string): Promise<FileFacts>;
  /**
   * Opens a regular file. `create` makes an empty one, mode 0600, and fails with `EEXIST` where something is there.
   * `read` refuses writes.
   */
  open(path: string, mode: 'read' | 'write' | 'create'): Promise<LogFile>;
  /** Puts a file in the place of what is at `to`, in one step. Durable once the folder is synced, as all changes of names. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; fails with `ENOENT` where there is none. */
  remove(path: string): Promise<void>;
  /** Removes an empty folder; fails with `ENOTEMPTY` where something is in it. */
  removeFolder(path: string): Promise<void>;
}

/** One open file. Offsets and sizes are in bytes. */
export interface LogFile {
  stat(): Promise<FileFacts>;
  /** Fills `into` from `offset`; gives how many bytes there were, 0 at the end of the file. */
  read(into: Uint8Array, offset: number): Promise<number>;
  /** Writes at `offset`; gives how many bytes were taken, which may be fewer than asked. */
  write(bytes: Uint8Array, offset: number): Promise<number>;
  truncate(sizeBytes: number): Promise<void>;
  /** Resolves when all bytes written would survive a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileFacts {
  /** The same for two looks at the same file, whatever its name. */
  readonly identity: string;
  readonly sizeBytes: number;
  /** Whether nobody but its owner may read or write it. */
  readonly isOwnersAlone: boolean;
}

/** The code of an error, the system's or ours (`ENOSPC`, `AUDIT_CORRUPT` ...), or `unknown`. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

/** Whether an error says that there is no space left. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(errorCode(error));
}
