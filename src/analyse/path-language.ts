import { ANY_FOLDERS, parsePathPattern } from '../core/path-pattern.ts';
import type { PathBase } from '../core/path-pattern.ts';
import type { PathPlaces } from '../core/path-pattern-match.ts';
import { literalGlob, pathGlob } from './name-glob.ts';
import type { NameGlob } from './name-glob.ts';

/** A set of names, or any number of folders. */
export type PathSegment = typeof ANY_FOLDERS | NameGlob;

/** A set of paths from the root, segment by segment. */
export type PathLanguage = readonly PathSegment[];

/** One text that the braces of a path pattern stand for. */
export interface PathAlternative {
  readonly base: PathBase;
  readonly segments: readonly string[];
}

/** The alternatives of a path pattern. @throws {TypeError} where it cannot be read. */
export function pathAlternatives(text: string): readonly PathAlternative[] {
  const result = parsePathPattern(text);
  if (!result.ok) throw new TypeError(`path pattern \`${text}\`: ${result.problem}`);
  const { base, alternatives } = result.pattern;
  return alternatives.map((segments) => ({ base, segments }));
}

/** The paths of an alternative where home and workspace are known. */
export function anchored(alternative: PathAlternative, places: PathPlaces): PathLanguage {
  const { base } = alternative;
  const front = base === 'root' ? '' : base === 'home' ? places.homeDir : places.workspace;
  return [...namesOf(front).map((name) => literalGlob(name, true)), ...segmentsOf(alternative)];
}

/** All paths that the alternative may mean, wherever home and workspace are. */
export function unanchored(alternative: PathAlternative): PathLanguage {
  return alternative.base === 'root' ? segmentsOf(alternative) : [ANY_FOLDERS, ...segmentsOf(alternative)];
}

/** The segments behind the base. */
export function segmentsOf(alternative: PathAlternative): PathLanguage {
  return alternative.segments.map((segment) => (segment === ANY_FOLDERS ? ANY_FOLDERS : pathGlob(segment)));
}

/** A folder and all in it. Its own names count by their case, as where inside and outside are told apart. */
export function folderLanguage(folder: string): PathLanguage {
  return [...namesOf(folder).map((name) => literalGlob(name, false)), ANY_FOLDERS];
}

function namesOf(path: string): readonly string[] {
  return path.split('/').filter((name) => name !== '');
}
