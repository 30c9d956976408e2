import { resolve } from 'node:path/posix';
import { MAX_PATH_LENGTH } from '../core/path-pattern-match.ts';
import { walkedPaths } from './locate-path.ts';
import { MARK } from './shell-word.ts';
import type { ShellState } from './shell-state.ts';

/** The name of a folder and then `..`, which leads to where that folder really lies. */
const BACK_OUT = /(?:^|\/)(?!\.{1,2}\/)[^/]+\/+(?:\.\/+)*\.\.(?:\/|$)/;

/**
 * The folders in which a program is that changes to `text`: as the kernel walks there, so that `..` leads out of where a link leads.
 * Null where that is not known.
 */
export function physicalFolders(
  { folders, realPath }: Pick<ShellState, 'folders' | 'realPath'>,
  text: string,
): readonly string[] | null {
  if (MARK.test(text) || text.length > MAX_PATH_LENGTH) return null;
  if (folders === null && !text.startsWith('/')) return null;
  const walked = walkedPaths(text, folders);
  if (realPath !== undefined) return [...new Set(walked.map(realPath))];
  return BACK_OUT.test(text) ? null : walked.map((path) => resolve(path));
}
