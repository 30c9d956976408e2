import { lstatSync, writeFileSync } from 'node:fs';
import { writeWhole } from '../bin/state-folder.ts';

/**
 * Writes what a command gives to a file that somebody named: whole or not at all where it is a file, and just so where
 * it is a device or a pipe. `-` is standard output.
 *
 * @throws {Error} of the operating system, with the path that was given.
 */
export function writeOutput(path: string, content: string | Uint8Array): void {
  if (path === '-') {
    process.stdout.write(content);
    return;
  }
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) writeWhole(path, content, 0o644);
  else writeFileSync(path, content);
}
