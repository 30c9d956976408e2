import { ANY_FOLDERS } from './path-pattern.ts';
import type { PathPattern } from './path-pattern.ts';

/** Longest path and longest name in it that Linux takes (PATH_MAX, NAME_MAX). Longer ones name no file. */
export const MAX_PATH_LENGTH = 4_096;
export const MAX_NAME_LENGTH = 255;

/** The folders that patterns can start from; both absolute and normalised, without a trailing slash. */
export interface PathPlaces {
  readonly workspace: string;
  readonly homeDir: string;
}

/** Tells whether an absolute, normalised path is one that any of the given patterns covers. */
export type PathMatcher = (path: string, places: PathPlaces) => boolean;

/**
 * Joins patterns into one matcher: one regular expression for each base, which is an order of magnitude faster than
 * a matcher for each pattern. Bounded by {@link MAX_PATH_LENGTH}: longer paths match nothing.
 */
export function pathMatcher(patterns: readonly PathPattern[]): PathMatcher {
  const fromRoot = joinedRegExp(patterns.filter((pattern) => pattern.base === 'root'));
  const fromHome = joinedRegExp(patterns.filter((pattern) => pattern.base === 'home'));
  const fromWorkspace = joinedRegExp(patterns.filter((pattern) => pattern.base === 'workspace'));
  return (path, places) => {
    if (!isPossiblePath(path)) return false;
    if (fromRoot?.test(path.slice(1)) === true) return true;
    const belowHome = fromHome === null ? null : below(places.homeDir, path);
    if (belowHome !== null && fromHome?.test(belowHome) === true) return true;
    const belowWorkspace = fromWorkspace === null ? null : below(places.workspace, path);
    return belowWorkspace !== null && fromWorkspace?.test(belowWorkspace) === true;
  };
}

/** Whether the file system would take a path of this length, with names of these lengths. */
export function isPossiblePath(path: string): boolean {
  if (path.length <= MAX_NAME_LENGTH) return true;
  if (path.length > MAX_PATH_LENGTH) return false;
  let start = 0;
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', start)) {
    if (slash - start > MAX_NAME_LENGTH) return false;
    start = slash + 1;
  }
  return path.length - start <= MAX_NAME_LENGTH;
}

/**
 * What of `path` stands below `folder`, without a slash in front: empty for the folder itself, null outside of it.
 * Both must be absolute and normalised; the comparison ignores case, as patterns do.
 */
export function below(folder: string, path: string): string | null {
  const prefix = folder === '/' ? '' : folder;
  if (path.length < prefix.length || path.slice(0, prefix.length).toLowerCase() !== prefix.toLowerCase()) return null;
  if (path.length === prefix.length) return '';
  return path[prefix.length] === '/' ? path.slice(prefix.length + 1) : null;
}

function joinedRegExp(patterns: readonly PathPattern[]): RegExp | null {
  const anywhere: string[] = [];
  const fixed: string[] = [];
  for (const pattern of patterns) {
    for (const segments of pattern.alternatives) {
      if (segments[0] === ANY_FOLDERS && segments.length > 1) anywhere.push(segmentsSource(segments.slice(1)));
      else fixed.push(segmentsSource(segments));
    }
  }
  if (anywhere.length + fixed.length === 0) return null;
  const sources = [...new Set(fixed)];
  if (anywhere.length > 0) sources.push(`(?:.*/)?(?:${[...new Set(anywhere)].join('|')})`);
  return new RegExp(`^(?:${sources.join('|')})$`, 'is');
}

function segmentsSource(segments: readonly string[]): string {
  let source = '';
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment !== ANY_FOLDERS)
      source += segmentSource(segment) + (isLast || segments[index + 1] === ANY_FOLDERS ? '' : '/');
    else if (index === 0) source += isLast ? '.*' : '(?:.*/)?';
    else source += isLast ? '(?:/.*)?' : '/(?:.*/)?';
  }
  return source;
}

function segmentSource(segment: string): string {
  // No name is empty: without this, `~/*` would cover the home folder itself.
  if (segment === '*') return '[^/]+';
  return segment.replaceAll(/\*+|[^*]/gu, (piece) => {
    if (piece.startsWith('*')) return '[^/]*';
    return piece === '?' ? '[^/]' : piece.replace(/[\\^$.|?+()[\]{}/-]/u, String.raw`\$&`);
  });
}
