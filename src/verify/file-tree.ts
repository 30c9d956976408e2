/** One name in a tree of files. */
export interface TreeEntry {
  /** From the root of the tree, with `/` between its parts. */
  readonly name: string;
  readonly sizeBytes: number;
  /** False for a link, a pipe or another thing that is not read. */
  readonly isFile: boolean;
}

/** Files below one place, a folder or the prefix of a bucket, for reading only. What they hold is not trusted. */
export interface FileTree {
  /** For messages. */
  readonly place: string;
  /** Files that are asked for at the same time: 1 on a disk, more where each takes a way over the network. */
  readonly parallelReads: number;
  /** Every file below a folder in the order of names, none where that does not exist. Never follows a link. `''`: all. */
  list(folder: '' | `${string}/`): AsyncGenerator<TreeEntry>;
  /**
   * A small file whole, or null where it is absent.
   *
   * @throws {FileUnreadable} where it is longer than `maxBytes`, or no regular file.
   */
  read(name: string, maxBytes: number): Promise<Uint8Array | null>;
  /** Bytes of a file from `start` on, at most `lengthBytes`; fewer at its end. */
  range(name: string, start: number, lengthBytes: number): Promise<Uint8Array>;
  /**
   * A file in order, in pieces of at most {@link CHUNK_BYTES}; each is overwritten when the next is asked for. One that
   * grew since it was listed may end at either size.
   */
  chunks(file: TreeEntry): AsyncGenerator<Uint8Array>;
}

/** Longest piece of a file that is in memory. */
export const CHUNK_BYTES = 1024 * 1024;

/** A file that is there and cannot be used. The message is short, and quotes nothing of the file. */
export class FileUnreadable extends Error {}

/** Why a file could not be read, in a few words: our reason, or the system's or the store's code. */
export function readFailure(error: unknown): string {
  if (error instanceof FileUnreadable) return error.message;
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
