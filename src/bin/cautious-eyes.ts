import { opendirSync } from 'node:fs';
import { FileUnseen } from '../core/file-unseen.ts';
import { boundedPath, expandGlob, folderLook } from './file-facts.ts';
import { linkedFiles } from './linked-files.ts';
import { decisionLooks } from './look-budget.ts';
import type { FileEyes } from './watched-facts.ts';

/** Failures that say that nothing is there, as whoever opens the path will find too. */
const NOT_THERE: ReadonlySet<unknown> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ERR_INVALID_ARG_VALUE',
]);

/**
 * Eyes for the files of other users. Where this process may not look, a link could lead anywhere: then nothing is told, and
 * the call is denied.
 *
 * @param seesAll whether this process may search every folder (CAP_DAC_READ_SEARCH).
 */
export function cautiousEyes(seesAll: boolean): FileEyes {
  return {
    realPath: (path, walks = decisionLooks()) => boundedPath(path, failed, walks),
    // What a glob cannot look into it leaves out without a word.
    expandGlob(glob, looks) {
      const { folder, depth } = globParts(glob);
      return (seesAll || depth === 1) && mayList(folder) ? expandGlob(glob, looks) : null;
    },
    linkedFiles: (glob, looks = decisionLooks()) => linkedFiles(glob, folderLook(failed), looks),
  };
}

/** Behind what may not be looked at anything may be. */
function failed(error: unknown): void {
  if (!NOT_THERE.has(codeOf(error))) throw new FileUnseen(error);
}

/** The folder in front of the first part of a glob that is no plain name, and how many parts follow. */
function globParts(glob: string): { readonly folder: string; readonly depth: number } {
  const parts = glob.split('/');
  const first = parts.findIndex((part) => /[*?[\]{}()!+@\\]/.test(part));
  const fixed = first === -1 ? parts.length - 1 : first;
  return { folder: parts.slice(0, fixed).join('/') || '/', depth: parts.length - fixed };
}

/** Some file systems let nobody but their user in, whatever rights another process has. */
function mayList(folder: string): boolean {
  try {
    // One name tells, however many there are.
    const opened = opendirSync(folder, { bufferSize: 1 });
    try {
      opened.readSync();
    } finally {
      opened.closeSync();
    }
    return true;
  } catch (error) {
    return NOT_THERE.has(codeOf(error));
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}
