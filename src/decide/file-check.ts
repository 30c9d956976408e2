import { resolve } from 'node:path/posix';
import { MAX_PATH_LENGTH } from '../core/path-pattern-match.ts';
import type { PathPlaces } from '../core/path-pattern-match.ts';
import type { RuleId } from '../core/ids.ts';
import type { RuleTable, RuleVerdict } from '../core/rule-table.ts';
import { BUILTIN_FILE_RULES } from './builtin-file-rules.ts';
import { BUILTIN_RULES } from './builtin-rule.ts';
import type { FileIndex } from './file-index.ts';
import type { Finding } from './finding.ts';
import { locate, walkedPaths } from './locate-path.ts';
import type { LocatedPath } from './locate-path.ts';
import type { CandidateAccess, PathCandidate } from './path-candidate.ts';
import { FOLDERS, GLOB_ANY, GLOB_ONE, GLOB_RUN, LISTED, MARK, hasUnknown } from './shell-word.ts';

/** What the file system is asked for, by whoever holds it; `decide` itself touches no file. */
export interface FileEyes {
  /** The path with its symbolic links followed as far as it exists. */
  readonly realPath?: (absolutePath: string) => string;
  /** The files that an absolute glob expands to now; null where they are too many to say. */
  readonly expandGlob?: (absoluteGlob: string) => readonly string[] | null;
}

/** All that is needed to judge a file. */
export interface FileCheck {
  readonly index: FileIndex;
  readonly table: RuleTable;
  readonly places: PathPlaces;
  readonly eyes: FileEyes;
}

/** What the rules and defaults say about a file that a command or a tool touches. Empty where nothing objects. */
export function checkFile(
  check: FileCheck,
  candidate: PathCandidate,
  folders: readonly string[] | null,
): readonly Finding[] {
  const { text } = candidate;
  if (text === '') return [];
  if (text.length > MAX_PATH_LENGTH) return candidate.isPlace ? [UNKNOWN_PATH] : [];
  const bases = candidate.isAnywhere ? null : folders;
  const located = locate(text, bases);
  const paths = allPaths(check, text, bases, located);
  const denied = deniedBy(check, candidate, paths);
  if (denied !== null) return [denied];
  const findings: Finding[] = [];
  if (located.steps !== null) findings.push(...checkOpen(check, candidate, located));
  for (const path of paths) {
    const asked = check.index.matching('ask', candidate.access, path, check.places);
    if (asked !== null) findings.push({ verdict: 'ask', ruleId: asked.id, reason: asked.reason });
  }
  if (candidate.isPlace) findings.push(...checkPlace(check, candidate, located, paths));
  return findings;
}

/** The located paths, and others that the same text may lead to. */
function allPaths(
  check: FileCheck,
  text: string,
  bases: readonly string[] | null,
  located: LocatedPath,
): readonly string[] {
  const { realPath } = check.eyes;
  // A tilde that the shell left alone may still be expanded by the program.
  const isTilde = text.startsWith('~/') && !MARK.test(text);
  if (!isTilde && realPath === undefined) return located.paths;
  const paths = new Set(located.paths);
  if (isTilde) paths.add(resolve(check.places.homeDir, text.slice(2)));
  if (realPath !== undefined) for (const walked of walkedPaths(text, bases)) paths.add(realPath(walked));
  return [...paths];
}

const UNKNOWN_PATH: Finding = {
  verdict: 'ask',
  ruleId: BUILTIN_RULES.unknownPath,
  reason: 'Which file this touches is not known before it runs. Name the file plainly.',
};

const RECURSIVE_READ: Finding = {
  verdict: 'ask',
  ruleId: BUILTIN_RULES.recursiveRead,
  reason: 'This reads all files below a folder, protected ones too. Name the files or folders that are needed.',
};

function deniedBy(check: FileCheck, candidate: PathCandidate, paths: readonly string[]): Finding | null {
  for (const path of paths) {
    const matching = check.index.matching('deny', candidate.access, path, check.places);
    const isDeepWrite = candidate.isDeep && candidate.access === 'write';
    const guarding = isDeepWrite ? check.index.guardingBelow(path, check.places) : null;
    // What a policy says comes before our own rules: only it can be excepted.
    const rule =
      matching !== null && BUILTIN_FILE_RULES.includes(matching) ? (guarding ?? matching) : (matching ?? guarding);
    if (rule !== null) return { verdict: 'deny', ruleId: rule.id, reason: rule.reason };
  }
  return null;
}

/** A path that is not all known: what it could be decides. */
function checkOpen(check: FileCheck, candidate: PathCandidate, located: LocatedPath): readonly Finding[] {
  const steps = located.steps ?? [];
  const { text, access } = candidate;
  const { index, places } = check;
  const isOpenText = hasUnknown(text) || /[\uDC00-\uDC06]/.test(text);
  if (!isOpenText) return [];
  if (!steps.some((each) => index.possible('deny', access, each, places) !== null)) return [];
  const isListed = text.includes(LISTED) || text.includes(FOLDERS);
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
  const broad: Finding = {
    verdict: 'ask',
    ruleId: BUILTIN_RULES.broadGlob,
    reason: 'This glob could stand for a protected file. Name the files, or use a narrower glob.',
  };
  const { expandGlob } = check.eyes;
  if (expandGlob === undefined || candidate.text.includes(GLOB_ANY) || located.isAdrift)
    return candidate.isPlace || !candidate.isAnywhere ? [broad] : [];
  for (const path of globsOf(candidate.text, located)) {
    const hits = expandGlob(path);
    if (hits === null) return [broad];
    const denied = deniedBy(check, candidate, hits);
    if (denied !== null) return [denied];
    const asked = hits
      .map((hit) => check.index.matching('ask', candidate.access, hit, check.places))
      .find((rule) => rule !== null);
    if (asked !== undefined && asked !== null) return [{ verdict: 'ask', ruleId: asked.id, reason: asked.reason }];
  }
  return [];
}

/** The absolute globs, as a shell would take them. */
function globsOf(text: string, located: LocatedPath): readonly string[] {
  const glob = text
    .replaceAll(/[*?[\\]/g, String.raw`\$&`)
    .replaceAll(GLOB_RUN, '*')
    .replaceAll(GLOB_ONE, '?');
  if (text.startsWith('/')) return [glob];
  return located.bases.map((base) => `${base === '/' ? '' : base}/${glob}`);
}

/** Where the file lies: inside of the workspace, or where a rule allows, or outside. */
function checkPlace(
  check: FileCheck,
  candidate: PathCandidate,
  located: LocatedPath,
  paths: readonly string[],
): readonly Finding[] {
  const { table, places, index } = check;
  const isRead = candidate.access === 'read';
  const findings: Finding[] = [];
  if (candidate.isDeep && isRead && !table.isSandboxed) findings.push(RECURSIVE_READ);
  if (located.isAdrift) {
    const isCovered = candidate.text.includes(LISTED) && isRead && table.isSandboxed;
    return placeVerdict(table, isRead, 'outside') === 'allow' || isCovered ? findings : [...findings, UNKNOWN_PATH];
  }
  for (const path of paths) {
    const where = isInside(path, places) ? 'inside' : 'outside';
    const verdict = placeVerdict(table, isRead, where);
    if (verdict === 'allow' || index.matching('allow', fileAccess(candidate.access), path, places) !== null) continue;
    findings.push({
      verdict,
      ruleId: defaultOf(isRead, where),
      reason: `This ${isRead ? 'reads' : 'writes'} a file ${where} the workspace.`,
    });
  }
  return findings;
}

/**
 * The rule by which a file passes that nothing objects to: one that allows it where its place alone would not do, else the default of
 * its place.
 */
export function passedBy(check: FileCheck, candidate: PathCandidate, folders: readonly string[]): RuleId {
  const isRead = candidate.access === 'read';
  const { text } = candidate;
  let passed = defaultOf(isRead, 'inside');
  for (const path of allPaths(check, text, folders, locate(text, folders))) {
    const where = isInside(path, check.places) ? 'inside' : 'outside';
    const rule =
      placeVerdict(check.table, isRead, where) === 'allow'
        ? null
        : check.index.matching('allow', fileAccess(candidate.access), path, check.places);
    if (rule !== null) return rule.id;
    if (where === 'outside') passed = defaultOf(isRead, where);
  }
  return passed;
}

function fileAccess(access: CandidateAccess): 'read' | 'write' {
  return access === 'read' ? 'read' : 'write';
}

type Place = 'inside' | 'outside';

function isInside(path: string, places: PathPlaces): boolean {
  return path === places.workspace || path.startsWith(`${places.workspace}/`);
}

function placeVerdict({ defaults }: RuleTable, isRead: boolean, where: Place): RuleVerdict {
  if (where === 'inside') return isRead ? defaults.readInside : defaults.writeInside;
  return isRead ? defaults.readOutside : defaults.writeOutside;
}

function defaultOf(isRead: boolean, where: Place): RuleId {
  if (where === 'inside') return isRead ? BUILTIN_RULES.readInside : BUILTIN_RULES.writeInside;
  return isRead ? BUILTIN_RULES.readOutside : BUILTIN_RULES.writeOutside;
}
