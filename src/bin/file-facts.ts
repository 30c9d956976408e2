import { lstatSync, readdirSync } from 'node:fs';
import type { Dirent, Stats } from 'node:fs';
import { join } from 'node:path';
import { FileUnseen } from '../core/file-unseen.ts';
import { followedPath, ownFailure } from './followed-path.ts';
import type { LookFailure } from './followed-path.ts';
import { decisionLooks, globLooks } from './look-budget.ts';
import type { LookBudget } from './look-budget.ts';
import { linkedFiles as linkedFilesBy } from './linked-files.ts';
import type { EntryKind, FolderEntry, FolderLook } from './linked-files.ts';
import { globPart } from './shell-glob.ts';

/** Names that a glob of a command line is expanded to before it counts as too broad to tell. */
const MAX_GLOB_NAMES = 2_000;
/** Where a path leads once every link on the way is followed. See `followedPath`. @throws FileUnseen where that is too much to follow */
export function realPath(path: string, walks: LookBudget = decisionLooks()): string {
  return boundedPath(path, ownFailure, walks);
}

/** {@link realPath}, told what a failure means. */
export function boundedPath(path: string, failed: LookFailure, walks: LookBudget): string {
  const followed = followedPath(path, failed, walks);
  if (followed === null) throw new FileUnseen(null);
  return followed;
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
    realPath: (path, looks) => followedPath(path, failed, looks),
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
