import type { LocatedPath } from './locate-path.ts';
import { FOLDERS, GLOB_ANY, GLOB_ONE, GLOB_RUN, LISTED, MARK, UNKNOWN, UNKNOWN_WORDS, hasGlob } from './shell-word.ts';

/** The absolute texts, still with their marks, of a text that holds a glob. Not normalised. */
export function globsOf(text: string, { bases }: LocatedPath): readonly string[] {
  if (text.startsWith('/')) return [text];
  return bases.map((base) => `${base === '/' ? '' : base}/${text}`);
}

/** A glob as eyes are asked about it: what is no mark is escaped. */
export function shellGlob(text: string): string {
  return text.split('/').map(shellPart).join('/');
}

function shellPart(part: string): string {
  // `**` where hidden names are found too.
  if (part === FOLDERS || (part.includes(GLOB_ANY) && /^[\uDC02\uDC04]{2,}$/.test(part))) return '[**]';
  return part
    .replaceAll(/[*?[\\]/g, String.raw`\$&`)
    .replaceAll(GLOB_RUN, '*')
    .replaceAll(GLOB_ONE, '?')
    .replaceAll(/[\uDC00\uDC04\uDC06]+/g, '[*]');
}

/**
 * Whether a text stands for files that a look at the folders can tell: by a glob, or by a test on the names that `find` prints. What
 * else is not known may be anything.
 */
export function isTellable(text: string): boolean {
  if (text.includes(UNKNOWN_WORDS) || text.includes(LISTED)) return false;
  return text.includes(FOLDERS) || (hasGlob(text) && !text.includes(UNKNOWN));
}

/** Whether a text stands for what `find` prints. */
export function isFound(text: string): boolean {
  return text.includes(FOLDERS);
}

/** An absolute glob as the folder in front of its first mark, and the rest; a path without marks is all folder. */
export function splitGlob(glob: string): { readonly folder: string; readonly rest: string } {
  const at = glob.search(MARK);
  const end = at < 0 ? glob.length : glob.lastIndexOf('/', at);
  return { folder: glob.slice(0, end) || '/', rest: glob.slice(end + 1) };
}
