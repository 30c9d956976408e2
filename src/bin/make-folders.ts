import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it where they are missing. Node's own recursive form never ends on a file system that
 * answers ENOENT where nothing can be made, such as `/proc` (seen with Node 24.21).
 *
 * @param path absolute.
 * @throws {Error} of the operating system, such as ENOENT, EACCES or ENOTDIR.
 */
export function makeFolders(path: string, mode: number = 0o777): void {
  const missing: string[] = [];
  for (let each = path; !isFolder(each); each = dirname(each)) {
    missing.push(each);
    if (dirname(each) === each) break;
  }
  for (const each of missing.toReversed()) {
    try {
      mkdirSync(each, { mode });
    } catch (error) {
      // Somebody else made it in the meantime.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST' && isFolder(each))) throw error;
    }
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
