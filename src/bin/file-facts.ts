import { lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { decisionLooks, globLooks } from './look-budget.ts';
import type { LookBudget } from './look-budget.ts';
import { linkedFiles as linkedFilesBy } from './linked-files.ts';
import type { EntryKind, FolderEntry, FolderLook } from './linked-files.ts';
import { globPart } from './shell-glob.ts';

/** Names that a glob of a command line is expanded to before it counts as too broad to tell. */
const MAX_GLOB_NAMES = 2_000;
/** Links to what is not there that are followed one after another, as Linux does (path_resolution(7)). */
const MAX_LINKS = 40;

/** What is done with a failure to look at something: it counts as not there where this returns, else this throws. */
export type LookFailure = (error: unknown) => void;

/** A failure of the file system means that nobody with this process' rights finds anything there. */
const ownFailure: LookFailure = (error) => {
  if (!(error instanceof Error && 'code' in error)) throw error;
};

/**
 * Where a path leads once every link on the way is followed, as the kernel walks it: `..` is the parent of where a link leads. The
 * part that does not exist yet is kept as written, behind a link too.
 */
export function realPath(path: string): string {
  return followedPath(path, ownFailure);
}

/** {@link realPath}, told what a failure means. */
export function followedPath(path: string, failed: LookFailure): string {
  let links = 0;
  const missing: string[] = [];
  for (let at = withoutEndSlash(path); ;) {
    try {
      return join(realpathSync.native(at), ...missing);
    } catch (error) {
      failed(error);
    }
    // What a link leads to can be made by writing through the link.
    const target = links < MAX_LINKS ? linkTarget(at) : null;
    if (target !== null) {
      links += 1;
      at = withoutEndSlash(target.startsWith('/') ? target : `${dirname(at)}/${target}`);
    } else if (at === dirname(at)) return path;
    else {
      missing.unshift(basename(at));
      at = dirname(at);
    }
  }
}

/** With a slash behind it a link is followed before it can be read. */
function withoutEndSlash(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    ownFailure(error);
    return null;
  }
}

/**
 * The names that the shell would put for an absolute glob, or null where there are too many to tell. Its parts are those of
 * `globPart`; `**` as a whole part is what shells with and without globstar find together.
 */
export function expandGlob(glob: string, decision: LookBudget = decisionLooks()): readonly string[] | null {
  // A class is for the caller to refuse, and zsh enters links by `***`.
  if (/(?:^|[^\\])(?:\\\\)*\[|(?:^|\/)\*{3,}(?:\/|$)/.test(glob)) return null;
  const looks = globLooks(decision);
  const parts = glob.split('/').filter((text) => text !== '');
  let found: readonly string[] = ['/'];
  for (const part of parts) {
    const next = part === '**' ? foldersBelow(found, looks) : namesBelow(found, globPart(part), looks);
    if (next === null) return null;
    found = next;
  }
  if (parts.at(-1) === '**') {
    const within = namesBelow(found, globPart('*'), looks);
    if (within === null) return null;
    found = [...new Set([...found, ...within])];
  }
  // What a wildcard found is there; what was put behind it may not be.
  const isSpelled = typeof globPart(parts.at(-1) ?? '') === 'string';
  const there = isSpelled ? found.filter((path) => kindAt(path, ownFailure) !== null) : found;
  return there.length > MAX_GLOB_NAMES ? null : there;
}

function namesBelow(
  folders: readonly string[],
  wanted: ReturnType<typeof globPart>,
  looks: LookBudget,
): readonly string[] | null {
  if (typeof wanted === 'string') return folders.map((folder) => join(folder, wanted));
  const names: string[] = [];
  for (const folder of folders) {
    const entries = looks.spend(1) ? entriesOf(folder, ownFailure) : null;
    if (entries === null || !looks.spend(entries.length)) return null;
    for (const { name } of entries) if (wanted(name)) names.push(join(folder, name));
  }
  return names;
}

/** Folders and those below them; a linked one is there, but not entered. */
function foldersBelow(folders: readonly string[], looks: LookBudget): readonly string[] | null {
  const entered = new Set(folders);
  const linked: string[] = [];
  for (const folder of entered) {
    const entries = looks.spend(1) ? entriesOf(folder, ownFailure) : null;
    if (entries === null || !looks.spend(entries.length)) return null;
    for (const { name, kind } of entries) {
      if (kind === 'other' || name.startsWith('.')) continue;
      if (kind === 'link') linked.push(join(folder, name));
      else entered.add(join(folder, name));
    }
  }
  return [...new Set([...entered, ...linked])];
}

/** Where the files lead that lie behind a link, among those that an absolute glob stands for. See `linkedFiles`. */
export function linkedFiles(glob: string, decision: LookBudget = decisionLooks()): readonly string[] | null {
  return linkedFilesBy(glob, folderLook(ownFailure), decision);
}

/** Looks at the file system, told what a failure means. */
export function folderLook(failed: LookFailure): FolderLook {
  return {
    entries: (folder) => entriesOf(folder, failed),
    kindOf: (path) => kindAt(path, failed),
    realPath: (path) => followedPath(path, failed),
  };
}

function entriesOf(folder: string, failed: LookFailure): readonly FolderEntry[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
  } catch (error) {
    failed(error);
    return [];
  }
}

function kindAt(path: string, failed: LookFailure): EntryKind | null {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    return stats === undefined ? null : kindOf(stats);
  } catch (error) {
    failed(error);
    return null;
  }
}

function kindOf(entry: Dirent | Stats): EntryKind {
  if (entry.isSymbolicLink()) return 'link';
  return entry.isDirectory() ? 'folder' : 'other';
}
