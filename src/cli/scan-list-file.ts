import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { DataInvalid, StateFolder } from '../core/error.ts';

/**
 * Reads a whole file that somebody named for a list of theirs; null where there is none.
 *
 * @param what it is, as a message says it: `allowed hashes`.
 * @throws {DataInvalid} for what is no plain file, such as a pipe that nobody writes to, or is too large.
 * @throws {StateFolder} where it cannot be read.
 */
export function readListFile(file: string, what: string, maxBytes: number): string | null {
  let fd: number | null = null;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(fd);
    if (!stat.isFile())
      throw new DataInvalid(`${file}: this is no plain file`, { hint: `name a file that holds ${what}` });
    if (stat.size > maxBytes) throw new DataInvalid(`${file}: a file of ${what} is smaller`);
    return readFileSync(fd, 'utf8');
  } catch (cause) {
    if (cause instanceof DataInvalid) throw cause;
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new StateFolder(`the file \`${file}\` cannot be read`, { cause, hint: 'check the path and its rights' });
  } finally {
    if (fd !== null) closeSync(fd);
  }
}
