import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Names that a glob of a command line is expanded to before it counts as too broad to tell. */
const MAX_GLOB_NAMES = 2_000;
/** Names that are looked at for one glob: one that walks the whole machine would hold up everybody else's calls. */
const MAX_GLOB_LOOKS = 20_000;

/**
 * Where a path leads once every link on the way is followed, as far as it exists: the part that does not exist yet is
 * kept as written.
 *
 * @param path absolute and normalised.
 */
export function realPath(path: string): string {
  const missing: string[] = [];
  for (let at = path; ; at = dirname(at)) {
    try {
      return join(realpathSync(at), ...missing);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error) || at === dirname(at)) return path;
      missing.unshift(basename(at));
    }
  }
}

/**
 * The names that the shell would put for an absolute glob, or null where there are too many to tell. Nothing but `*`, `?` and
 * the backslash means anything in it: a library's braces and groups would look for names that the shell does not.
 */
export function expandGlob(glob: string): readonly string[] | null {
  // `**` means one level to a shell without globstar, and every level to one with it. A class is for the caller to refuse.
  if (glob.includes('**') || /(?:^|[^\\])(?:\\\\)*\[/.test(glob)) return null;
  let found: readonly string[] = ['/'];
  let looks = 0;
  for (const part of glob.split('/').filter((text) => text !== '')) {
    const marks = marksOf(part);
    const next: string[] = [];
    for (const folder of found) {
      if (!marks.some(isOpen)) {
        next.push(join(folder, marks.join('')));
        continue;
      }
      const names = namesIn(folder);
      looks += names.length + 1;
      if (looks > MAX_GLOB_LOOKS) return null;
      for (const name of names) if (matches(marks, name)) next.push(join(folder, name));
    }
    found = next;
  }
  const there = found.filter((path) => isThere(path));
  return there.length > MAX_GLOB_NAMES ? null : there;
}

const RUN = Symbol('any text');
const ONE = Symbol('any character');
type Mark = string | typeof RUN | typeof ONE;

function isOpen(mark: Mark): boolean {
  return typeof mark !== 'string';
}

/** The characters of one part of a glob. A backslash takes the next one's meaning away. */
function marksOf(part: string): readonly Mark[] {
  const marks: Mark[] = [];
  for (const [piece = ''] of part.matchAll(/\\?./gsu)) {
    if (piece.length > 1 && piece.startsWith('\\')) marks.push(piece.slice(1));
    else marks.push(piece === '*' ? RUN : piece === '?' ? ONE : piece);
  }
  return marks;
}

/** Whether a name is one of those that the shell would put: hidden ones only where the dot is written. */
function matches(marks: readonly Mark[], name: string): boolean {
  if (name.startsWith('.') && marks[0] !== '.') return false;
  const characters = name.match(/./gsu) ?? [];
  let [mark, at] = [0, 0];
  // The last run that was met, and how far it reaches: only that one needs to be tried longer.
  let [run, reached] = [-1, 0];
  while (at < characters.length) {
    if (marks[mark] === RUN) [run, reached, mark] = [mark, at, mark + 1];
    else if (mark < marks.length && (marks[mark] === ONE || marks[mark] === characters[at]))
      [mark, at] = [mark + 1, at + 1];
    else if (run !== -1) [mark, reached, at] = [run + 1, reached + 1, reached + 1];
    else return false;
  }
  return marks.slice(mark).every((left) => left === RUN);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return [];
    throw error;
  }
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
