import { closeSync, openSync } from 'node:fs';

/** Files that the process must be able to open at one time: a connection for each beat, and what answers it. */
const SPARE_FILES = 16;

/**
 * Whether this process, or the system, has hardly a descriptor left: then nobody is heard, and whoever is silent may have
 * spoken.
 *
 * @param open opens a file and gives its descriptor.
 */
export function isShortOfFiles(open: () => number = () => openSync('/dev/null', 'r')): boolean {
  const opened: number[] = [];
  try {
    while (opened.length < SPARE_FILES) opened.push(open());
    return false;
  } catch (error) {
    // Whatever else keeps a file from being opened says nothing of descriptors, and must not keep sessions from being looked at.
    return error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE');
  } finally {
    for (const file of opened) closeSync(file);
  }
}
