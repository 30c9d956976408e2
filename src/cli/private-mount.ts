import { accessSync, constants, existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';

/** Where the client reads its managed documents on Linux (measured). */
export const MANAGED_FOLDER = '/etc/claude-code';

/** What a session's own view of the file system changes, and nothing else of it. */
export interface PrivateView {
  /** bubblewrap itself: the view is made by one, and sealed by a second one inside. */
  readonly bwrap: string;
  readonly settingsFile: string;
  readonly mcpFile: string;
  /** The state folder: replaced by an empty one. */
  readonly stateFolder: string;
  /** The one folder of it that stays as it is, for the guard's socket. */
  readonly guardFolder: string;
  /** The one folder of it that stays to be read, for the hook client; null where that lies elsewhere. */
  readonly hookFolder: string | null;
  /** More folders that are replaced by empty ones. */
  readonly hiddenFolders?: readonly string[];
  /** The folder that the client starts in. */
  readonly workspace: string;
  /** Folders whose programs run outside of the session, as {@link ownProgramFolders} finds them: shown read-only. */
  readonly readOnlyFolders: readonly string[];
  /** Folders above those inside the workspace: each a mount of its own, so that none can be moved away. */
  readonly pinnedFolders: readonly string[];
  /** Whether to give the session its own process namespace. Off where the client's sandbox makes one for each command. */
  readonly hasOwnProcesses: boolean;
}

/**
 * Words for bubblewrap that put the managed documents over {@link MANAGED_FOLDER} in a mount namespace of the session
 * alone. The machine's own folder is neither read nor written. Where it does not exist, `/etc` is rebuilt entry by entry
 * in the namespace, because a mount needs a place to stand on.
 *
 * The second bubblewrap starts the client in a user namespace below the one that made the mounts. The kernel locks mounts
 * that come from above: even root of the session cannot take them away, nor look into processes outside of it.
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
  for (const folder of view.pinnedFolders) words.push('--bind', folder, folder);
  for (const folder of view.readOnlyFolders) words.push('--ro-bind', folder, folder);
  words.push('--tmpfs', view.stateFolder, '--bind', view.guardFolder, view.guardFolder);
  if (view.hookFolder !== null) words.push('--ro-bind', view.hookFolder, view.hookFolder);
  words.push('--remount-ro', view.stateFolder);
  for (const folder of view.hiddenFolders ?? []) words.push('--tmpfs', folder, '--remount-ro', folder);
  words.push('--die-with-parent', '--', view.bwrap, '--dev-bind', '/', '/', '--unshare-user');
  // The client's own sandbox cannot be nested below a process namespace: it finds its processes by `/proc`.
  if (view.hasOwnProcesses) words.push('--unshare-pid', '--proc', '/proc');
  words.push('--die-with-parent', '--chdir', view.workspace);
  return words;
}

/**
 * The folders of this package that hold programs which later run outside of the session, where the workspace reaches
 * them: an agent that could write there could replace what watches it.
 */
export function ownProgramFolders(
  packageFolder: string,
  workspace: string,
): { readonly readOnly: readonly string[]; readonly pinned: readonly string[] } {
  if (packageFolder !== workspace && !packageFolder.startsWith(`${workspace}/`)) return { readOnly: [], pinned: [] };
  const pinned: string[] = [];
  for (let above = packageFolder; above !== workspace; above = dirname(above)) pinned.unshift(above);
  const readOnly = ['bin', 'dist', 'native', 'node_modules', 'policies']
    .map((name) => join(packageFolder, name))
    .filter((folder) => existsSync(folder));
  return { readOnly, pinned };
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
