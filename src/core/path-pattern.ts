import { MAX_BRACE_ALTERNATIVES, braceProblem, expandBraces } from './command-pattern-braces.ts';
import type { PatternResult } from './command-pattern.ts';

/**
 * What a policy's path pattern means. Segments are relative to `base`; `**` is any number of folders, `*` and `?` stay
 * within one name and also stand for a leading dot. Matching ignores case. A pattern that ends in `/**` covers the
 * folder itself too.
 */
export interface PathPattern {
  readonly text: string;
  readonly base: PathBase;
  /** One list of segments for each text that the braces stand for; never empty. */
  readonly alternatives: readonly (readonly string[])[];
}

/** Where a pattern starts: the root of the file system, the home folder, or the workspace. */
export type PathBase = 'root' | 'home' | 'workspace';

/** The segment that stands for any number of folders. */
export const ANY_FOLDERS = '**';

/** Longest pattern text, in UTF-16 code units: as long as the longest path that Linux takes. */
export const MAX_PATH_PATTERN_LENGTH = 4_096;
/** Most `**` in front of the last segment: with them, the cost of matching grows by this power of the path's depth. */
export const MAX_INNER_ANY_FOLDERS = 2;
/** Most `*` in one name, for the same reason: names are at most 255 long, and this bounds the power of that. */
export const MAX_STARS_IN_NAME = 3;

/**
 * Reads one path pattern of a policy: two stars, a slash and a name for that name anywhere, `/abs` from the root,
 * `~/x` in the home folder, `./x` in the workspace. Never throws.
 */
export function parsePathPattern(text: string): PatternResult<PathPattern> {
  const shape = shapeFault(text);
  if (shape !== null) return { ok: false, ...shape };
  const spelled = expandBraces(text);
  if (spelled === null) return fault(0, `stands for more than ${MAX_BRACE_ALTERNATIVES} paths`);
  const alternatives: (readonly string[])[] = [];
  let base: PathBase | null = null;
  for (const alternative of spelled) {
    const rooted = rootedPart(alternative);
    if (rooted === null)
      return fault(
        0,
        `where does \`${text}\` start? write \`**/${text}\` for anywhere, or \`/\`, \`~/\`, \`./\` in front`,
      );
    if (base !== null && base !== rooted.base) return fault(0, 'the alternatives start in different places');
    base = rooted.base;
    const segments = rooted.rest === '' ? [] : rooted.rest.split('/');
    const problem = segmentsProblem(segments);
    if (problem !== null) return fault(Math.max(0, text.indexOf(problem.segment)), problem.problem);
    // Any folders below any folders are any folders, and a matcher has one slash for them.
    alternatives.push(segments.filter((segment, at) => segment !== ANY_FOLDERS || segments[at - 1] !== ANY_FOLDERS));
  }
  if (base === null) return fault(0, 'a path pattern is empty');
  return { ok: true, pattern: { text, base, alternatives } };
}

function shapeFault(text: string): { readonly at: number; readonly problem: string } | null {
  if (text === '') return { at: 0, problem: 'a path pattern is empty' };
  if (text.length > MAX_PATH_PATTERN_LENGTH)
    return { at: 0, problem: `longer than ${MAX_PATH_PATTERN_LENGTH} characters` };
  const odd = /[\p{Cc}\\[\]]/u.exec(text);
  if (odd !== null)
    return {
      at: odd.index,
      problem: `a path pattern holds no ${odd[0] < ' ' ? 'control character' : `\`${odd[0]}\``}`,
    };
  if (text.startsWith('//')) return { at: 0, problem: 'one slash already means the root of the file system' };
  return braceProblem(text);
}

function rootedPart(text: string): { readonly base: PathBase; readonly rest: string } | null {
  if (text === ANY_FOLDERS || text.startsWith('**/')) return { base: 'root', rest: text };
  if (text.startsWith('/')) return { base: 'root', rest: text.slice(1) };
  if (text.startsWith('~/')) return { base: 'home', rest: text.slice(2) };
  if (text.startsWith('./')) return { base: 'workspace', rest: text.slice(2) };
  return null;
}

function segmentsProblem(segments: readonly string[]): { readonly segment: string; readonly problem: string } | null {
  let inner = 0;
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '' && isLast)
      return { segment: '/', problem: 'a pattern does not end in `/`; `/**` covers a folder and all in it' };
    if (segment === '') return { segment: '//', problem: 'a name between two slashes is missing' };
    if (segment === '.' || segment === '..')
      return { segment, problem: `\`${segment}\` does not belong into a pattern` };
    if (segment !== ANY_FOLDERS && segment.includes(ANY_FOLDERS)) {
      return { segment, problem: '`**` stands for whole folders: put slashes around it' };
    }
    if (segment !== ANY_FOLDERS && segment.split('*').length > MAX_STARS_IN_NAME + 1) {
      return { segment, problem: `more than ${MAX_STARS_IN_NAME} \`*\` in one name` };
    }
    if (segment === ANY_FOLDERS && !isLast) inner += 1;
  }
  return inner > MAX_INNER_ANY_FOLDERS
    ? { segment: ANY_FOLDERS, problem: `more than ${MAX_INNER_ANY_FOLDERS} \`**\` inside` }
    : null;
}

function fault(at: number, problem: string): { readonly ok: false; readonly at: number; readonly problem: string } {
  return { ok: false, at, problem };
}
