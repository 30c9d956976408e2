import { BUILTIN_RULES } from './builtin-rule.ts';
import type { FileCheck } from './file-check.ts';
import type { Finding } from './finding.ts';
import { globsOf, shellGlob } from './glob-text.ts';
import { locate } from './locate-path.ts';
import type { LocatedPath } from './locate-path.ts';
import type { PathCandidate } from './path-candidate.ts';
import { askedBy, deniedBy } from './path-verdict.ts';
import { FOLDERS, GLOB_ANY, LISTED, MARK, hasUnknown } from './shell-word.ts';

/** Which file is touched is not known. */
export const UNKNOWN_PATH: Finding = {
  verdict: 'ask',
  ruleId: BUILTIN_RULES.unknownPath,
  reason: 'Which file this touches is not known before it runs. Name the file plainly.',
};

/** Which file is touched hangs on a link that is made just before. */
export const UNKNOWN_LINK: Finding = {
  verdict: 'ask',
  ruleId: BUILTIN_RULES.unknownPath,
  reason:
    'This goes through a link that it makes itself, and where that leads is not known before it runs. Name the file plainly.',
};

/** A file gets a name that other programs take for several. */
export const ODD_NAME: Finding = {
  verdict: 'ask',
  ruleId: BUILTIN_RULES.unknownPath,
  reason:
    'A program that is handed this name may split it, and take a part for another file. Use a name without blanks and quotes.',
};

/** All files below a folder are read, where no sandbox holds the rules on them. */
export const RECURSIVE_READ: Finding = {
  verdict: 'ask',
  ruleId: BUILTIN_RULES.recursiveRead,
  reason: 'This reads all files below a folder, protected ones too. Name the files or folders that are needed.',
};

const BROAD_GLOB: Finding = {
  verdict: 'ask',
  ruleId: BUILTIN_RULES.broadGlob,
  reason: 'This glob could stand for a protected file. Name the files, or use a narrower glob.',
};

/** A path that is not all known: what it could be by its words decides. */
export function checkOpen(check: FileCheck, candidate: PathCandidate, located: LocatedPath): readonly Finding[] {
  const steps = located.steps ?? [];
  const { text, access } = candidate;
  const { index, places } = check;
  if (!MARK.test(text)) return [];
  const isListed = text.includes(LISTED) || text.includes(FOLDERS);
  const mayBe = (verdict: 'deny' | 'ask'): boolean =>
    steps.some((each) => index.possible(verdict, access, each, places) !== null);
  if (!mayBe('deny')) return !isListed && !hasUnknown(text) && mayBe('ask') ? checkGlob(check, candidate, located) : [];
  // A hidden name that is spelled in part is no accident; and the file may appear after this was decided.
  if ((isListed || !hasUnknown(text)) && text.split('/').some((name) => /^\..*[\uDC00-\uDC04]/.test(name))) {
    for (const each of steps) {
      const hidden = index.possibleHidden(access, each, places);
      if (hidden !== null) return [{ verdict: 'deny', ruleId: hidden.id, reason: hidden.reason }];
    }
  }
  if (isListed && access !== 'read') return checkListedWrite(check, candidate, located);
  if (isListed) return check.table.isSandboxed ? [] : [RECURSIVE_READ];
  if (hasUnknown(text)) return candidate.isPlace ? [UNKNOWN_PATH] : [];
  return checkGlob(check, candidate, located);
}

/** A sandbox keeps what it hides from being read by a name that was found; what is found may still be written. */
function checkListedWrite(check: FileCheck, candidate: PathCandidate, located: LocatedPath): readonly Finding[] {
  const { index, places } = check;
  const { access, text } = candidate;
  const start = text.slice(0, Math.max(0, text.search(MARK)));
  for (const folder of start === '' ? [] : locate(start, located.bases).paths) {
    const rule = index.guardingBelow(folder, places) ?? index.matching('deny', access, folder, places);
    if (rule !== null) return [{ verdict: 'deny', ruleId: rule.id, reason: rule.reason }];
  }
  const isNamed = (located.steps ?? []).some((steps) => index.possibleNamed(steps, places) !== null);
  return isNamed ? [UNKNOWN_PATH] : [];
}

function checkGlob(check: FileCheck, candidate: PathCandidate, located: LocatedPath): readonly Finding[] {
  const { expandGlob } = check.eyes;
  if (expandGlob === undefined || candidate.text.includes(GLOB_ANY) || located.isAdrift)
    return candidate.isPlace || !candidate.isAnywhere ? [BROAD_GLOB] : [];
  for (const glob of globsOf(candidate.text, located)) {
    const hits = expandGlob(shellGlob(glob));
    if (hits === null) return [BROAD_GLOB];
    const denied = deniedBy(check, candidate, hits);
    if (denied !== null) return [denied];
    const [asked] = askedBy(check, candidate, hits);
    if (asked !== undefined) return [asked];
  }
  return [];
}
