import { resolve } from 'node:path/posix';
import { BUILTIN_RULES } from './builtin-rule.ts';
import type { FileCheck } from './file-check.ts';
import type { Finding } from './finding.ts';
import { globsOf, isFound, isTellable, shellGlob, splitGlob } from './glob-text.ts';
import type { LocatedPath } from './locate-path.ts';
import type { PathCandidate } from './path-candidate.ts';
import { askedBy, deniedBy, placedBy } from './path-verdict.ts';

/** A glob, and where the folder in front of it leads. */
export interface FollowedGlobs {
  /** Globs behind a folder that is a link or lies behind one: absolute, with marks, each to be judged as if it were written so. */
  readonly moved: readonly string[];
  /** Globs whose folder is where it says; absolute, with marks. */
  readonly still: readonly string[];
}

/** Follows the folder in front of each glob that a text may be. None where nobody can look, or what the text stands for cannot be told. */
export function followedGlobs({ eyes }: FileCheck, { text }: PathCandidate, located: LocatedPath): FollowedGlobs {
  const { realPath, linkedFiles } = eyes;
  const moved: string[] = [];
  const still: string[] = [];
  if (realPath === undefined || linkedFiles === undefined || located.isAdrift || !isTellable(text))
    return { moved, still };
  for (const glob of globsOf(text, located)) {
    const { folder, rest } = splitGlob(glob);
    const real = realPath(folder);
    const followed = `${real === '/' ? '' : real}/${rest}`;
    if (real === resolve(folder)) still.push(followed);
    else moved.push(followed);
  }
  return { moved, still };
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
    const paths = linkedFiles(shellGlob(glob));
    if (paths === null) {
      if (!isHeld && !isFound(candidate.text) && candidate.isPlace) findings.push(TOO_MANY);
      continue;
    }
    const denied = deniedBy(check, candidate, paths);
    if (denied !== null) return [denied];
    findings.push(...askedBy(check, candidate, paths));
    if (candidate.isPlace) findings.push(...placedBy(check, candidate, paths));
  }
  return findings;
}
