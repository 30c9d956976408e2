import { accessSync, constants, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where the client reads its managed documents on Linux (measured). */
export const MANAGED_FOLDER = '/etc/claude-code';

/** What a session's own view of the file system changes, and nothing else of it. */
export interface PrivateView {
  readonly settingsFile: string;
  readonly mcpFile: string;
  /** The state folder: replaced by an empty one. */
  readonly stateFolder: string;
  /** The one folder of it that stays visible, for the guard's socket. */
  readonly guardFolder: string;
  /** The folder that the client starts in. */
  readonly workspace: string;
  /** Give the session its own process ids. Off where the client's sandbox does that for each command itself. */
  readonly hasOwnProcessIds: boolean;
}

/**
 * Words for bubblewrap that put the managed documents over {@link MANAGED_FOLDER} in a mount namespace of the session
 * alone. The machine's own folder is neither read nor written. Where it does not exist, `/etc` is rebuilt entry by entry
 * in the namespace, because a mount needs a place to stand on.
 */
export function privateMountWords(view: PrivateView, etc: readonly EtcEntry[] | null): readonly string[] {
  const words = ['--dev-bind', '/', '/'];
  if (etc !== null) {
    words.push('--tmpfs', '/etc');
    for (const entry of etc) {
      if (entry.linkTarget === null) words.push('--ro-bind-try', entry.path, entry.path);
      else words.push('--symlink', entry.linkTarget, entry.path);
    }
  }
  // A tmpfs over the folder, so that drop-ins of the machine cannot add to the documents of the session.
  words.push('--tmpfs', MANAGED_FOLDER);
  words.push('--ro-bind', view.settingsFile, `${MANAGED_FOLDER}/managed-settings.json`);
  words.push('--ro-bind', view.mcpFile, `${MANAGED_FOLDER}/managed-mcp.json`);
  words.push('--remount-ro', MANAGED_FOLDER);
  words.push(
    '--tmpfs',
    view.stateFolder,
    '--bind',
    view.guardFolder,
    view.guardFolder,
    '--remount-ro',
    view.stateFolder,
  );
  if (view.hasOwnProcessIds) words.push('--unshare-pid', '--proc', '/proc');
  words.push('--die-with-parent', '--chdir', view.workspace);
  return words;
}

/** One entry of `/etc`: a link is made anew, everything else is shown as it is. */
export interface EtcEntry {
  readonly path: string;
  readonly linkTarget: string | null;
}

/** The entries of `/etc` where it must be rebuilt, or null where {@link MANAGED_FOLDER} exists. */
export function etcToRebuild(): readonly EtcEntry[] | null {
  const names = readdirSync('/etc');
  if (names.includes('claude-code')) return null;
  return names.map((name) => {
    const path = join('/etc', name);
    return { path, linkTarget: lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null };
  });
}

/** The absolute path of a program, looked up as a shell would, or null. */
export function findProgram(name: string, searchPath: string): string | null {
  const candidates = name.includes('/')
    ? [isAbsolute(name) ? name : join(process.cwd(), name)]
    : searchPath
        .split(delimiter)
        .filter(isAbsolute)
        .map((folder) => join(folder, name));
  return candidates.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return lstatSync(path).isFile() || lstatSync(path).isSymbolicLink();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
