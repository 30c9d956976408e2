import { globSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Names that a glob of a command line is expanded to before it counts as too broad to tell. */
const MAX_GLOB_NAMES = 2_000;

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

/** The names that the shell would put for an absolute glob, or null where there are too many to tell. */
export function expandGlob(glob: string): readonly string[] | null {
  // `**` means one level to a shell without globstar, but every level to this function: too broad to walk.
  if (glob.includes('**')) return null;
  const found = globSync(glob);
  return found.length > MAX_GLOB_NAMES ? null : found;
}
