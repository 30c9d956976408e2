import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { buildFile } from './build-file.ts';
import type { CommandLine } from './command-line.ts';
import { containerWords } from './container-words.ts';
import type { Place } from './flag-values.ts';
import { ownContainer } from './own-containers.ts';
import { podmanAt } from './podman.ts';
import type { Podman } from './podman.ts';

/** Where the launcher finds what it needs. */
export interface Launcher {
  readonly podman: string;
  /** One flag a line. Without it nothing is started. */
  readonly limitsFile: string;
  /** The folder that containers may see: the one that the launcher is started in. */
  readonly workspace: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The home of the person who starts it; that of the account where absent, never one that a variable names. */
  readonly home?: string;
}

/** Variables of the person who starts it that choose nothing but words and colours. */
const PASSED_ON = ['LANG', 'TERM', 'TZ'];

/** Exit of a line that is refused, as for a program that may not be run. */
const REFUSED = 126;

/**
 * Starts podman with the words that {@link containerWords} makes, as the person who asks and without a daemon. It binds who uses it:
 * the rules on commands are what sends the agent here.
 *
 * @returns podman's exit code, 126 where it was not started.
 */
export function launchContainer(argv: readonly string[], launcher: Launcher): number {
  const limits = limitsOf(launcher.limitsFile);
  if (limits === null) return refuse(`the limits of the policy cannot be read: ${launcher.limitsFile}`);
  const workspace = realPath(launcher.workspace);
  const home = launcher.home ?? userInfo().homedir;
  if (workspace === null || isTooWide(workspace, home))
    return refuse('start it in the folder of a project, which is what containers see');
  const place: Place = { workspace, realPath };
  const made = containerWords(argv, limits, place);
  if (!made.ok) return refuse(made.why);
  const podman = podmanAt(launcher.podman, environmentOf(launcher, home), workspace);
  const foreign = foreignIn(made.line, place, podman);
  if (foreign !== null) return refuse(foreign);
  const file = made.line.name === 'build' ? buildFile(made.line, place, podman) : null;
  if (file?.ok === false) return refuse(file.why);
  const ended = podman.run(made.words, file?.text);
  return ended.ok ? ended.status : refuse(ended.why);
}

/** Of the account itself: podman takes programs, folders and the bus that sets limits from where these variables say. */
function environmentOf({ environment }: Launcher, home: string): Readonly<Record<string, string>> {
  const { username, uid } = userInfo();
  const made: Record<string, string> = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: home,
    USER: username,
    LOGNAME: username,
  };
  for (const name of PASSED_ON) {
    const value = environment[name];
    if (value !== undefined) made[name] = value;
  }
  const runFolder = `/run/user/${uid}`;
  if (isOwn(runFolder, uid)) made['XDG_RUNTIME_DIR'] = runFolder;
  if (isOwn(`${runFolder}/bus`, uid)) made['DBUS_SESSION_BUS_ADDRESS'] = `unix:path=${runFolder}/bus`;
  return made;
}

/** Why a container that the line names is not for the launcher, or null. */
function foreignIn({ name, subcommand, operands }: CommandLine, place: Place, podman: Podman): string | null {
  if (subcommand.operands !== 'container' && subcommand.operands !== 'containers') return null;
  const names = subcommand.operands === 'container' ? operands.slice(0, 1) : operands;
  for (const container of names) {
    const own = ownContainer(container, name === 'start', place, podman);
    if (!own.ok) return own.why;
  }
  return null;
}

function limitsOf(file: string): readonly string[] | null {
  try {
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    return lines.length > 0 && lines.every((line) => /^--[a-z-]+=\S+$/.test(line)) ? lines : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

function isOwn(path: string, uid: number): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.uid === uid && !found.isSymbolicLink();
}

/** The root, a folder of the system, what holds a home, and what a home keeps out of sight, hold more than a project or no project. */
function isTooWide(folder: string, home: string): boolean {
  const isSystem = /^\/(?:$|(?:bin|boot|dev|etc|lib|lib64|opt|proc|root|run|sbin|sys|usr|var)(?:\/|$))/.test(folder);
  const holder = `${realPath(home) ?? home}/`;
  return (
    isSystem ||
    folder === '/home' ||
    folder === '/tmp' ||
    holder.startsWith(`${folder}/`) ||
    folder.startsWith(`${holder}.`)
  );
}

function refuse(why: string): number {
  process.stderr.write(`sallyport-container: ${why}\n`);
  return REFUSED;
}
