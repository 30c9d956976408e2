import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  realpathSync,
  renameSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StateFolder } from '../core/error.ts';

/** The folder that holds `package.json`, whether this runs from the bundle or from the sources. */
export function packageRoot(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'policies', 'default.yaml'))) return folder;
  }
  throw new TypeError('the package folder is not complete: policies/default.yaml is missing');
}

/** A way to start the hook client: program and first words. */
export interface HookClient {
  readonly kind: 'c' | 'sh' | 'node';
  readonly command: readonly string[];
}

/**
 * The quickest hook client that this machine can run, as a copy in a folder of the state: the package may lie in a
 * repository that the agent works on, and a hook that the agent can replace is no guard.
 *
 * @param folder exists; the copy of before is replaced.
 */
export function installHookClient(root: string, folder: string): HookClient {
  const [compiled, script, module] = ['dist/hook/sallyport-hook', 'native/hook.sh', 'native/hook.mjs'].map((path) =>
    join(root, path),
  ) as [string, string, string];
  // Without the environment: it may hold what a repository put there to be loaded into the hook.
  const clean = ['/usr/bin/env', '-i'];
  if (isExecutable(compiled)) return { kind: 'c', command: [copyTo(folder, compiled)] };
  if (isExecutable('/bin/dash') && isExecutable('/usr/bin/curl')) {
    return { kind: 'sh', command: [...clean, '/bin/dash', copyTo(folder, script)] };
  }
  return { kind: 'node', command: [...clean, copyTo(folder, process.execPath), copyTo(folder, module)] };
}

/**
 * The quickest hook client that every user of this machine can run, where it lies in the package: what the daemon could
 * copy it to is closed to others, or a file system that runs no programs.
 *
 * @throws {StateFolder} where somebody else than root could replace it.
 */
export function sharedHookClient(root: string): HookClient {
  const [compiled, script, module] = ['dist/hook/sallyport-hook', 'native/hook.sh', 'native/hook.mjs'].map((path) =>
    join(root, path),
  ) as [string, string, string];
  const clean = ['/usr/bin/env', '-i'];
  const client: HookClient = isExecutable(compiled)
    ? { kind: 'c', command: [compiled] }
    : isExecutable('/bin/dash') && isExecutable('/usr/bin/curl')
      ? { kind: 'sh', command: [...clean, '/bin/dash', script] }
      : { kind: 'node', command: [...clean, process.execPath, module] };
  for (const file of client.command.filter((word) => word.startsWith('/'))) {
    refuseReplaceable(file);
    refuseReplaceable(realpathSync(file));
  }
  return client;
}

/** Looks at the file and at every folder above it. */
function refuseReplaceable(path: string): void {
  for (let at = path; ; at = dirname(at)) {
    const { uid, mode, isLink, isSticky } = ownership(at);
    // A link has no rights of its own; whoever may replace it may write to its folder. In a sticky folder, such as `/tmp`, nobody
    // replaces what is root's, and the step before saw that it is.
    if (uid !== 0 || (!isLink && !isSticky && (mode & 0o022) !== 0)) {
      throw new StateFolder(`\`${at}\` can be replaced by others than root, and the hook client with it`, {
        hint: 'install the package as root, in a folder that nobody else may write to',
      });
    }
    if (at === dirname(at)) return;
  }
}

interface Ownership {
  readonly uid: number;
  readonly mode: number;
  readonly isLink: boolean;
  /** A folder in which only the owner of something takes it away. */
  readonly isSticky: boolean;
}

function ownership(path: string): Ownership {
  const found = lstatSync(path);
  const isSticky = found.isDirectory() && (found.mode & 0o1000) !== 0;
  return { uid: found.uid, mode: found.mode, isLink: found.isSymbolicLink(), isSticky };
}

/** Copies a program under another name first, so that a session never starts half of it. */
function copyTo(folder: string, file: string): string {
  const target = join(folder, basename(file));
  const partial = `${target}.${process.pid}.part`;
  copyFileSync(file, partial);
  chmodSync(partial, 0o500);
  renameSync(partial, target);
  return target;
}

/** Whether this process may run the file. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false;
    throw error;
  }
}
