import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { containerWords } from './container-words.ts';

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

/** Variables that podman needs of the person who starts it; others choose another machine, store or configuration. */
const PASSED_ON = ['USER', 'LOGNAME', 'LANG', 'TERM', 'TZ', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'];

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
  const made = containerWords(argv, limits, { workspace, realPath: (path) => realPath(path) });
  if (!made.ok) return refuse(made.why);
  // The account's own home: podman takes volumes, hooks and programs from files below whatever folder `HOME` names.
  const environment: Record<string, string> = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home };
  for (const name of PASSED_ON) {
    const value = launcher.environment[name];
    if (value !== undefined) environment[name] = value;
  }
  const done = spawnSync(launcher.podman, [...made.words], { stdio: 'inherit', env: environment, cwd: workspace });
  if (done.error !== undefined) return refuse(`podman cannot be started: ${done.error.message}`);
  return done.status ?? 128;
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

/** The root, a folder of the system and a whole home hold more than a project. */
function isTooWide(folder: string, home: string): boolean {
  const isSystem = /^\/(?:$|(?:bin|boot|dev|etc|lib|lib64|opt|proc|root|run|sbin|sys|usr|var)(?:\/|$))/.test(folder);
  return isSystem || folder === '/home' || folder === '/tmp' || folder === realPath(home);
}

function refuse(why: string): number {
  process.stderr.write(`sallyport-container: ${why}\n`);
  return REFUSED;
}
