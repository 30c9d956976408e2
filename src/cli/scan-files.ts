import { lstatSync, readdirSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { gitFiles } from './scan-git.ts';
import { NO_FILE } from './scan-problem.ts';

/** A file to scan. Names are bytes: not every one is UTF-8. */
export interface ListedFile {
  readonly path: Buffer;
  /** Whether someone named the file itself, so that a link is followed. */
  readonly isNamed: boolean;
  /** Whether it is a pipe, which has no size and no place to go back to. */
  readonly isPipe: boolean;
}

/** Why something that was come across is not scanned. */
export type SkipReason = 'symlink' | 'special' | 'gone';

/** What there is to scan below the paths that were named. */
export interface FileList {
  readonly files: readonly ListedFile[];
  readonly skipped: Readonly<Record<SkipReason, number>>;
  readonly unread: readonly UnreadFile[];
}

/** Something that should have been scanned and was not, or not as it is now. */
export interface UnreadFile {
  readonly path: Buffer;
  readonly problem: string;
}

/**
 * Lists the files below some paths, by name. Links are not followed unless they are named themselves, so that a loop of
 * them ends and nothing outside is read. In a git repository, what git ignores is left out, unless it is named itself or
 * `isAll` says otherwise; the folder `.git` always is. A pipe is read where it is named, as `<(command)` is.
 */
export async function listFiles(paths: readonly string[], isAll: boolean): Promise<FileList> {
  const files: ListedFile[] = [];
  const skipped = { symlink: 0, special: 0, gone: 0 };
  const unread: UnreadFile[] = [];
  const waiting: Waiting[] = paths.toReversed().map((path) => ({ path: Buffer.from(path), how: 'named' }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, how } = next;
    const stat = statOf(path, how === 'named');
    if (typeof stat === 'string') {
      // A file that is deleted and not yet committed is still in git's list.
      if (stat === 'ENOENT' && how === 'listed') skipped.gone += 1;
      else unread.push({ path, problem: stat });
    } else if (stat.isFile()) files.push({ path, isNamed: how === 'named', isPipe: false });
    else if (stat.isSymbolicLink()) skipped.symlink += 1;
    else if (!stat.isDirectory()) {
      // What is come across may wait for ever or act on being read; what is named is meant.
      if (how !== 'named') skipped.special += 1;
      else if (stat.isFIFO()) files.push({ path, isNamed: true, isPipe: true });
      else unread.push({ path, problem: NO_FILE });
    } else {
      const listed = isAll || how === 'walked' ? null : await gitFiles(path);
      if (listed === null) walk(path, waiting, unread);
      else for (const each of listed.toReversed()) waiting.push({ path: joined(path, each), how: 'listed' });
    }
  }
  return { files, skipped, unread };
}

interface Waiting {
  readonly path: Buffer;
  /** `walked` is below a folder that is in no repository, or is wanted whole. */
  readonly how: 'named' | 'listed' | 'walked';
}

function walk(path: Buffer, waiting: Waiting[], unread: UnreadFile[]): void {
  try {
    const names = readdirSync(path, { encoding: 'buffer' }).filter((name) => name.toString('latin1') !== '.git');
    for (const name of names.toSorted((a, b) => Buffer.compare(b, a)))
      waiting.push({ path: joined(path, name), how: 'walked' });
  } catch (error) {
    unread.push({ path, problem: problemOf(error) });
  }
}

function statOf(path: Buffer, isFollowed: boolean): Stats | string {
  try {
    return isFollowed ? statSync(path) : lstatSync(path);
  } catch (error) {
    return problemOf(error);
  }
}

const SLASH = 0x2f;

function joined(folder: Buffer, name: Uint8Array): Buffer {
  if (folder.length === 1 && folder[0] === 0x2e) return Buffer.from(name);
  return Buffer.concat(folder.at(-1) === SLASH ? [folder, name] : [folder, Buffer.of(SLASH), name]);
}

/** The system's code for what went wrong, such as `EACCES`. */
export function problemOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown failure';
}
