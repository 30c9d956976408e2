import { resolve } from 'node:path/posix';
import { MAX_PATH_LENGTH } from '../core/path-pattern-match.ts';
import type { PathPlaces } from '../core/path-pattern-match.ts';
import type { RuleId } from '../core/ids.ts';
import type { RuleTable } from '../core/rule-table.ts';
import type { FileIndex } from './file-index.ts';
import type { Finding } from './finding.ts';
import { globsOf, isFound, isTellable, splitGlob } from './glob-text.ts';
import type { LinkWorld } from './link-world.ts';
import { followedGlobs, isLastFollowed, keptNames, linkedFindings, unfollowed } from './linked-paths.ts';
import { SOME_NAME, locate, walkedPaths } from './locate-path.ts';
import type { LocatedPath } from './locate-path.ts';
import { ODD_NAME, RECURSIVE_READ, UNKNOWN_PATH, checkOpen } from './open-path.ts';
import type { PathCandidate } from './path-candidate.ts';
import { askedBy, defaultOf, deniedBy, fileAccess, placeVerdict, placedBy, whereIs } from './path-verdict.ts';
import { LISTED, MARK } from './shell-word.ts';
import { splitsElsewhere } from './split-name.ts';

/** What the file system is asked for, by whoever holds it; `decide` itself touches no file. */
export interface FileEyes {
  /** The path with its symbolic links followed as far as it exists. */
  readonly realPath?: (absolutePath: string) => string;
  /** The files that an absolute glob expands to now; null where they are too many to say. */
  readonly expandGlob?: (absoluteGlob: string) => readonly string[] | null;
  /**
   * Where the files lead that lie behind a symbolic link among those of an absolute glob, links followed; null where they are too many to
   * say. Beside the wildcards of a shell it knows `[*]`, any text, hidden or not, and as whole names `**` and `[**]`, any folders; with a
   * slash at the end only folders are meant.
   */
  readonly linkedFiles?: (absoluteGlob: string) => readonly string[] | null;
}

/** All that is needed to judge a file. */
export interface FileCheck {
  readonly index: FileIndex;
  readonly table: RuleTable;
  readonly places: PathPlaces;
  readonly eyes: FileEyes;
  /** The links that the command line makes itself, where it is judged as if they were there. */
  readonly links?: LinkWorld;
}

/** What the rules and defaults say about a file that a command or a tool touches. Empty where nothing objects. */
export function checkFile(
  check: FileCheck,
  asked: PathCandidate,
  folders: readonly string[] | null,
): readonly Finding[] {
  const { text } = asked;
  if (text === '') return [];
  const candidate: PathCandidate = isLastFollowed(text) ? { ...asked, links: 'followed' } : asked;
  if (text.length > MAX_PATH_LENGTH) return candidate.isPlace ? [UNKNOWN_PATH] : [];
  const bases = candidate.isAnywhere ? null : folders;
  const located = locate(text, bases);
  const named = checkNamed(check, candidate, bases, located);
  if (located.steps === null || named.some((finding) => finding.verdict === 'deny')) return named;
  // A walk through all folders is for what nobody is asked about yet.
  if (isFound(text) && named.length > 0) return named;
  const { moved, still } = followedGlobs(check, candidate, located);
  // INVARIANT: what a glob has been followed to is not followed again, whatever the eyes answer.
  const followed = moved.flatMap((glob) => {
    const there = { ...candidate, text: glob, isAnywhere: false };
    return checkNamed(check, there, NO_FOLDERS, locate(glob, NO_FOLDERS));
  });
  const globs = [...still, ...moved];
  const kept = keptNames(check, candidate, globs).flatMap((name) =>
    checkNamed(check, { ...candidate, text: name, isAnywhere: false }, NO_FOLDERS, locate(name, NO_FOLDERS)),
  );
  return [...named, ...followed, ...kept, ...linkedFindings(check, candidate, globs)];
}

const NO_FOLDERS: readonly string[] = [];

/** What the words of a path say, and where it leads if it is all known. */
function checkNamed(
  check: FileCheck,
  candidate: PathCandidate,
  bases: readonly string[] | null,
  located: LocatedPath,
): readonly Finding[] {
  const paths = allPaths(check, candidate, bases, located);
  const denied = deniedBy(check, candidate, paths);
  if (denied !== null) return [denied];
  const findings: Finding[] = [];
  if (located.steps !== null) findings.push(...checkOpen(check, candidate, located));
  findings.push(...askedBy(check, candidate, paths));
  if (candidate.isPlace) {
    const isMoved = candidate.links === 'moved';
    const lying = isMoved ? allPaths(check, { ...candidate, links: 'untouched' }, bases, located) : paths;
    findings.push(...checkPlace(check, candidate, located, lying));
  }
  return findings;
}

/** The located paths, and others that the same text may lead to. */
function allPaths(
  check: FileCheck,
  { text, links, isPlace }: PathCandidate,
  bases: readonly string[] | null,
  located: LocatedPath,
): readonly string[] {
  const { realPath } = check.eyes;
  // A tilde that the shell left alone may still be expanded by the program.
  const isTilde = text.startsWith('~/') && !MARK.test(text);
  if (!isTilde && realPath === undefined) return located.paths;
  const paths = new Set(located.paths);
  if (isTilde) paths.add(resolve(check.places.homeDir, text.slice(2)));
  if (realPath === undefined) return [...paths];
  for (const walked of walkedPaths(text, bases))
    paths.add(links === 'untouched' ? unfollowed(walked, realPath) : realPath(walked));
  // Of what is neither known nor a glob, the folder in front may still be a link.
  if (isPlace && !located.isAdrift && MARK.test(text) && !isTellable(text))
    for (const open of globsOf(text, located)) paths.add(resolve(realPath(splitGlob(open).folder), SOME_NAME));
  return [...paths];
}

/** Where the file lies: inside of the workspace, or where a rule allows, or outside. */
function checkPlace(
  check: FileCheck,
  candidate: PathCandidate,
  located: LocatedPath,
  paths: readonly string[],
): readonly Finding[] {
  const { table } = check;
  const isRead = candidate.access === 'read';
  const findings: Finding[] = [];
  if (candidate.isDeep && isRead && !table.isSandboxed) findings.push(RECURSIVE_READ);
  if (!isRead && splitsElsewhere(candidate.text)) findings.push(ODD_NAME);
  // What another program lists may have any name: it is read where it lies, and not written unseen.
  if (located.isAdrift || (candidate.text.includes(LISTED) && !isRead))
    return placeVerdict(table, isRead, 'outside') === 'allow' ? findings : [...findings, UNKNOWN_PATH];
  return [...findings, ...placedBy(check, candidate, paths)];
}

/**
 * The rule by which a file passes that nothing objects to: one that allows it where its place alone would not do, else the default of
 * its place.
 */
export function passedBy(check: FileCheck, candidate: PathCandidate, folders: readonly string[]): RuleId {
  const isRead = candidate.access === 'read';
  const { text } = candidate;
  let passed = defaultOf(isRead, 'inside');
  for (const path of allPaths(check, candidate, folders, locate(text, folders))) {
    const where = whereIs(path, check.places);
    const rule =
      placeVerdict(check.table, isRead, where) === 'allow'
        ? null
        : check.index.matching('allow', fileAccess(candidate.access), path, check.places);
    if (rule !== null) return rule.id;
    if (where === 'outside') passed = defaultOf(isRead, where);
  }
  return passed;
}
