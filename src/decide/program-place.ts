import { resolve } from 'node:path/posix';
import { starGlobMatches } from '../core/command-pattern-glob.ts';
import type { PathPlaces } from '../core/path-pattern-match.ts';
import { workspaceProgram } from '../core/program-pattern.ts';
import type { ReachedCommand } from './reached-command.ts';
import { bestOf, matchGlob } from './word-match.ts';
import type { Match } from './word-match.ts';

/**
 * Where a program lies, as the command names it: found by its name (`cat`), by a path in a folder that holds the programs of the
 * machine or the person, or by a path in the workspace. `unknown` where the path hangs on a folder that is not known.
 */
export type ProgramPlace =
  | { readonly kind: 'found-by-name' | 'program-folder' | 'elsewhere' | 'unknown' }
  /** Paths from the workspace, one of which is the program's. */
  | { readonly kind: 'workspace'; readonly paths: readonly string[] };

/** Tells where the program of a command lies. Folders of the machine that lie in the workspace are the workspace's. */
export function programPlace(command: ReachedCommand, { workspace, homeDir }: PathPlaces): ProgramPlace {
  const { text } = command.program;
  // Zsh: `=cat` is the path of cat.
  if (!text.includes('/')) return { kind: text.startsWith('=') ? 'elsewhere' : 'found-by-name' };
  if (command.folders === null && !text.startsWith('/')) return { kind: 'unknown' };
  const paths = (command.folders ?? ['/']).map((folder) => resolve(folder, text));
  if (paths.every((path) => path.startsWith(`${workspace}/`)))
    return { kind: 'workspace', paths: paths.map((path) => path.slice(workspace.length + 1)) };
  if (paths.some((path) => path.startsWith(`${workspace}/`))) return { kind: 'unknown' };
  return { kind: paths.every((path) => isProgramFolder(path, homeDir)) ? 'program-folder' : 'elsewhere' };
}

/**
 * Whether the program surely is the one that a rule means which allows. A program of the workspace is whatever was written
 * there: `./cat` is not what `cat` means, and only `./cat` or `*` mean it.
 */
export function surelyIsProgram(pattern: string, name: string, place: ProgramPlace): boolean {
  const path = workspaceProgram(pattern);
  if (path !== null) return place.kind === 'workspace' && place.paths.every((each) => starGlobMatches(path, each));
  // Only the exact name: on a file system that minds case, `GIT` is another program.
  if (!starGlobMatches(pattern, name)) return false;
  if (place.kind === 'workspace') return /^\*+$/.test(pattern);
  return place.kind === 'found-by-name' || place.kind === 'program-folder';
}

/** Whether the program could be the one that a rule means which restricts: by its name, wherever it lies. */
export function mayBeProgram(pattern: string, name: string, place: ProgramPlace): Match {
  const path = workspaceProgram(pattern)?.toLowerCase();
  if (path === undefined) return matchGlob(pattern.toLowerCase(), name.toLowerCase()) === 'no' ? 'no' : 'yes';
  if (place.kind === 'unknown') return 'maybe';
  return place.kind === 'workspace' ? bestOf(place.paths, (each) => matchGlob(path, each.toLowerCase())) : 'no';
}

const PROGRAM_FOLDERS =
  /^\/(?:usr\/(?:local\/)?(?:s?bin|lib|libexec|share)|s?bin|opt|snap\/bin|nix\/store|home\/linuxbrew)\//;
const HOME_PROGRAM_FOLDERS =
  /^\/(?:\.local\/bin|\.cargo\/bin|\.nvm|\.bun\/bin|\.deno\/bin|\.pyenv|\.rbenv|\.asdf|\.volta|\.local\/share\/(?:mise|uv|pnpm)|go\/bin|\.dotnet)\//;

function isProgramFolder(path: string, homeDir: string): boolean {
  if (PROGRAM_FOLDERS.test(path)) return true;
  return path.startsWith(`${homeDir}/`) && HOME_PROGRAM_FOLDERS.test(path.slice(homeDir.length));
}
