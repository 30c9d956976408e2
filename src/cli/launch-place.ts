import { existsSync, lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { ownUid } from '../bin/own-user.ts';
import type { RuntimePaths } from '../bin/runtime-folder.ts';
import type { StatePaths } from '../bin/state-folder.ts';
import type { OpenSessionAnswer } from '../core/control.ts';
import type { ControlClient } from './control-client.ts';
import type { PrivateView } from './private-mount.ts';
import { ownDoor } from './system-daemon.ts';

/** What a session is started over: a daemon of the user's own, or that of the machine. */
export interface LaunchPlace {
  readonly control: Pick<ControlClient, 'openSession' | 'beat' | 'endSession'>;
  /** Makes a folder that no other user can look into, for the documents of the session. */
  documentsFolder(opened: OpenSessionAnswer): string;
  /** What the session sees of the daemon, and what it does not. */
  view(
    opened: OpenSessionAnswer,
    documents: string,
  ): Required<Pick<PrivateView, 'stateFolder' | 'guardFolder' | 'hookFolder' | 'hiddenFolders'>>;
}

/** A daemon that this user runs. */
export function ownPlace(paths: StatePaths, control: ControlClient): LaunchPlace {
  return {
    control,
    documentsFolder({ sessionId }) {
      const folder = join(paths.run, sessionId);
      mkdirSync(folder, { mode: 0o700 });
      return folder;
    },
    view: () => ({
      stateFolder: paths.home,
      guardFolder: paths.guardFolder,
      hookFolder: paths.hookFolder,
      hiddenFolders: [],
    }),
  };
}

/**
 * The daemon of the machine, by a door that is made for this session.
 *
 * @throws {SessionRefused | NotRunning | NotAnswering} as {@link ownDoor}.
 */
export async function systemPlace(
  runtime: RuntimePaths,
  env: Readonly<Record<string, string | undefined>>,
): Promise<LaunchPlace> {
  const { control, guardFolder } = await ownDoor(runtime);
  return {
    control,
    documentsFolder: () => mkdtempSync(join(privateBase(env), 'sallyport-session-')),
    view: ({ hiddenFolders }, documents) => ({
      stateFolder: runtime.folder,
      guardFolder,
      hookFolder: null,
      // The documents are mounted where the client reads them; where they lie the session could change them.
      hiddenFolders: [documents, ...hiddenFolders.filter((folder) => folder !== runtime.folder && existsSync(folder))],
    }),
  };
}

/** The user's own runtime folder where the system made one, else the folder for temporary files. */
function privateBase(env: Readonly<Record<string, string | undefined>>): string {
  const named = env['XDG_RUNTIME_DIR'] ?? '';
  if (!isAbsolute(named)) return '/tmp';
  const found = lstatSync(named, { throwIfNoEntry: false });
  const isOwn = found?.isDirectory() === true && found.uid === ownUid() && (found.mode & 0o077) === 0;
  return isOwn ? named : '/tmp';
}
