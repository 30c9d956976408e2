import { resolve } from 'node:path/posix';
import { BUILTIN_RULES } from './builtin-rule.ts';
import type { FileCheck } from './file-check.ts';
import type { Finding } from './finding.ts';
import { globsOf, isFound, isTellable, shellGlob, splitGlob } from './glob-text.ts';
import type { LocatedPath } from './locate-path.ts';
import type { PathCandidate } from './path-candidate.ts';
import { askedBy, deniedBy, placedBy } from './path-verdict.ts';
import { MARK } from './shell-word.ts';

/** A glob, and where the folder in front of it leads. */
export interface FollowedGlobs {
  /** Globs behind a folder that is a link or lies behind one: absolute, with marks, each to be judged as if it were written so. */
  readonly moved: readonly string[];
  /** Globs whose folder is where it says; absolute, with marks. */
  readonly still: readonly string[];
}

/** Follows the folder in front of each glob that a text may be. None where nobody can look, or what the text stands for cannot be told. */
export function followedGlobs(check: FileCheck, { text, links }: PathCandidate, located: LocatedPath): FollowedGlobs {
  const { realPath, linkedFiles } = check.eyes;
  const moved: string[] = [];
  const still: string[] = [];
  if (realPath === undefined || linkedFiles === undefined || located.isAdrift || !isTellable(text))
    return { moved, still };
  const add = (glob: string, isElsewhere: boolean): void => {
    const { folder, rest } = splitGlob(glob);
    const real = realPath(folder);
    const followed = rest === '' ? real : below(real, rest);
    if (isElsewhere || real !== resolve(folder)) moved.push(followed);
    else still.push(followed);
  };
  for (const glob of globsOf(text, located)) {
    add(glob, false);
    for (const behind of check.links?.globsThrough(glob) ?? []) {
      // A link that is the last name is not followed: what is behind it is not touched.
      const isLast = behind.isLast && links !== 'followed' && links !== 'files';
      if (!isLast) add(behind.glob, behind.way === 'followed');
    }
  }
  return { moved, still };
}

/** Whether a link is followed that is the last name of a text, whatever program takes it: there is more behind it. */
export function isLastFollowed(text: string): boolean {
  return /(?:^|\/)(?:\.{0,2}|[\uDC02\uDC04]{3,})$/.test(text);
}

/** Where a path leads whose last name is not followed. */
export function unfollowed(path: string, realPath: (path: string) => string): string {
  const { folder, name } = splitLast(path);
  return isLastFollowed(path) ? realPath(path) : below(realPath(folder), name);
}

/**
 * What globs stand for to a program that does not follow their last names, in the folders that the rest of them stands for through a
 * link; absolute, as globs where they are too many to say.
 */
export function keptNames({ eyes }: FileCheck, { links }: PathCandidate, globs: readonly string[]): readonly string[] {
  if (links !== 'untouched' && links !== 'moved') return [];
  return globs.flatMap((glob) => {
    const { folder, name } = splitLast(glob);
    const folders = MARK.test(folder) ? eyes.linkedFiles?.(shellGlob(folder)) : null;
    return (folders ?? []).flatMap((each) => {
      const names = below(each, name);
      return eyes.expandGlob?.(shellGlob(names)) ?? [names];
    });
  });
}

function splitLast(path: string): { readonly folder: string; readonly name: string } {
  const end = path.lastIndexOf('/');
  return { folder: path.slice(0, end) || '/', name: path.slice(end + 1) };
}

function below(folder: string, name: string): string {
  return `${folder === '/' ? '' : folder}/${name}`;
}

const TOO_MANY: Finding = {
  verdict: 'ask',
  ruleId: BUILTIN_RULES.broadGlob,
  reason:
    'This glob stands for too many files to see where each of them leads. Name the files, or use a narrower glob.',
};

/**
 * What the rules and defaults say about the files that a glob stands for through a link: the same as about these files by name.
 *
 * @param globs absolute, with marks, their folder free of links.
 */
export function linkedFindings(
  check: FileCheck,
  candidate: PathCandidate,
  globs: readonly string[],
): readonly Finding[] {
  const { linkedFiles } = check.eyes;
  if (linkedFiles === undefined) return [];
  const isHeld = candidate.access === 'read' && check.table.isSandboxed;
  // As by a recursive read, what a sandbox hides is not read through a link that is found.
  if (isHeld && isFound(candidate.text)) return [];
  const findings: Finding[] = [];
  for (const glob of globs) {
    const followed = candidate.links === 'untouched' ? splitLast(glob).folder : glob;
    if (!MARK.test(followed)) continue;
    const asked = shellGlob(followed);
    const paths = linkedFiles(asked);
    if (paths === null) {
      if (!isHeld && !isFound(candidate.text) && candidate.isPlace) findings.push(TOO_MANY);
      continue;
    }
    if (candidate.links === 'untouched') continue;
    const denied = deniedBy(check, candidate, paths);
    if (denied !== null) return [denied];
    findings.push(...askedBy(check, candidate, paths));
    if (candidate.isPlace && candidate.links !== 'moved')
      findings.push(...placedBy(check, candidate, enteredOnly(check, candidate, asked, paths)));
  }
  return findings;
}

/** Without the folders outside of the workspace that a program is given and does not enter. */
function enteredOnly(
  check: FileCheck,
  candidate: PathCandidate,
  asked: string,
  paths: readonly string[],
): readonly string[] {
  if (candidate.links !== 'files' || candidate.isDeep || candidate.access !== 'read') return paths;
  if (placedBy(check, candidate, paths).length === 0) return paths;
  const folders = new Set(check.eyes.linkedFiles?.(`${asked}/`));
  return paths.filter((path) => !folders.has(path));
}
