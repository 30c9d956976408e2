import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { UsageError } from '../core/error.ts';

/**
 * Makes sure that a file can be replaced as a whole and that nothing else would keep its old text.
 *
 * @throws {UsageError} where the name is a link or no file, or where the file has other names.
 */
export function checkReplaceable(file: string): void {
  const found = lstatSync(file);
  if (found.isSymbolicLink()) {
    throw new UsageError(`\`${file}\` is a link`, { hint: 'name the file that it leads to' });
  }
  if (!found.isFile()) throw new UsageError(`\`${file}\` is no file`);
  if (found.nlink > 1) {
    throw new UsageError(`\`${file}\` has another name as well`, {
      hint: 'mend it by hand: one of the two would stay as it is',
    });
  }
}

/**
 * Puts a new text in the place of a file whole, with the mode and the owner that it has.
 *
 * @param before what was read of it: it must still say that.
 * @throws {UsageError} as {@link checkReplaceable}, and where somebody changed the file since.
 */
export function replaceText(file: string, before: string, after: string): void {
  checkReplaceable(file);
  const found = lstatSync(file);
  const partial = `${file}.${process.pid}.part`;
  // `wx`: a file or a link of that name that is there already is not ours.
  const descriptor = openSync(partial, 'wx', 0o600);
  try {
    try {
      writeFileSync(descriptor, after);
      const own = fstatSync(descriptor);
      if (own.uid !== found.uid || own.gid !== found.gid) fchownSync(descriptor, found.uid, found.gid);
      fchmodSync(descriptor, found.mode & 0o7777);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    const now = lstatSync(file);
    if (now.ino !== found.ino || !now.isFile() || readFileSync(file, 'utf8') !== before) {
      throw new UsageError(`\`${file}\` was changed in the meantime`, { hint: 'run the command again' });
    }
    renameSync(partial, file);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
