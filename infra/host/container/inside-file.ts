import { closeSync, constants, fstatSync, openSync, readFileSync, readlinkSync } from 'node:fs';

/** A file to build from is small; a larger one is something else. */
const MAX_BYTES = 1_048_576;

/**
 * The text of the file at a path without links, read from what lies there now: a link that was put in its place meanwhile is not followed.
 *
 * @returns null where there is no such plain file.
 */
export function textOfPlainFile(realPath: string): string | null {
  let file: number;
  try {
    file = openSync(realPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    const isPlain = fstatSync(file).isFile() && size <= MAX_BYTES && readlinkSync(`/proc/self/fd/${file}`) === realPath;
    return isPlain ? readFileSync(file, 'utf8') : null;
  } finally {
    closeSync(file);
  }
}
