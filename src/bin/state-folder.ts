import { closeSync, fsyncSync, lstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { makeFolders } from './make-folders.ts';
import { StateFolder } from '../core/error.ts';
import { realPath } from './file-facts.ts';

/** Where everything of one user's Sallyport lies. All paths are absolute. */
export interface StatePaths {
  readonly home: string;
  readonly audit: string;
  readonly sessions: string;
  readonly keys: string;
  /** Signs the checkpoints of the log. */
  readonly auditKey: string;
  /** Holds the keys of recorded content, one per session. */
  readonly contentKeys: string;
  /** Holds what sessions mask, one sealed file each. */
  readonly masks: string;
  /** Holds what went up and came back, as far as the policy has it kept, one file for each session. */
  readonly content: string;
  /** Holds erasures that were begun and are not at their end. */
  readonly erasures: string;
  /** The legal holds. */
  readonly holds: string;
  readonly run: string;
  /** Holds nothing but the guard's socket, so that it can be shown to a session whose view hides the rest. */
  readonly guardFolder: string;
  readonly guardSocket: string;
  /** Holds a copy of the hook client, out of reach of what is written to the package's own folder. */
  readonly hookFolder: string;
  readonly controlSocket: string;
  readonly bundle: string;
  readonly gatewayPort: string;
  /** Policy of the user, taken before the one that the package brings. */
  readonly policy: string;
}

/** `sun_path` of a Unix socket holds 108 bytes with its end mark (unix(7)). */
const MAX_SOCKET_PATH_BYTES = 107;

/** Names the state folder: `$SALLYPORT_HOME`, else `sallyport` in the XDG state folder. */
export function statePaths(env: Readonly<Record<string, string | undefined>>, homeDir: string): StatePaths {
  const xdg = env['XDG_STATE_HOME'];
  const chosen = env['SALLYPORT_HOME'];
  const named =
    chosen !== undefined && chosen !== ''
      ? chosen
      : join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homeDir, '.local', 'state'), 'sallyport');
  if (!isAbsolute(named)) {
    throw new StateFolder(`SALLYPORT_HOME is not an absolute path: \`${named}\``, {
      hint: 'give a path from the root',
    });
  }
  // One name for one folder: what hides it from a session and what denies access to it must not differ by a link.
  const paths = pathsBelow(realPath(resolve(named)));
  if (Buffer.byteLength(paths.guardSocket) > MAX_SOCKET_PATH_BYTES) {
    throw new StateFolder(`the state folder's path is too long for a socket: \`${paths.home}\``, {
      hint: 'set SALLYPORT_HOME to a shorter path',
    });
  }
  return paths;
}

/** Where everything lies in a state folder, which need not be on this machine: nothing is looked up. */
export function pathsBelow(home: string): StatePaths {
  return {
    home,
    audit: join(home, 'audit'),
    sessions: join(home, 'sessions'),
    keys: join(home, 'keys'),
    auditKey: join(home, 'keys', 'audit-signing.key'),
    contentKeys: join(home, 'keys', 'content'),
    masks: join(home, 'masks'),
    content: join(home, 'content'),
    erasures: join(home, 'erasures'),
    holds: join(home, 'holds.json'),
    run: join(home, 'run'),
    guardFolder: join(home, 'run', 'guard'),
    guardSocket: join(home, 'run', 'guard', 'guard.sock'),
    hookFolder: join(home, 'run', 'hook'),
    controlSocket: join(home, 'run', 'control.sock'),
    bundle: join(home, 'bundle.json'),
    gatewayPort: join(home, 'gateway-port'),
    policy: join(home, 'policy.yaml'),
  };
}

/**
 * Makes the folders where they are missing and checks that nobody else can write to them.
 *
 * @throws {StateFolder} where a folder is a link, belongs to somebody else or cannot be made.
 */
export function prepareStateFolder(paths: StatePaths, uid: number): void {
  for (const folder of [
    paths.home,
    paths.audit,
    paths.sessions,
    paths.keys,
    paths.contentKeys,
    paths.masks,
    paths.content,
    paths.erasures,
    paths.run,
    paths.guardFolder,
    paths.hookFolder,
  ]) {
    try {
      makeFolders(folder, 0o700);
    } catch (cause) {
      throw new StateFolder(`cannot make the folder \`${folder}\``, { cause, hint: 'check who may write there' });
    }
    const found = lstatSync(folder);
    if (!found.isDirectory()) throw new StateFolder(`\`${folder}\` is no folder`, { hint: 'move it away' });
    if (found.uid !== uid)
      throw new StateFolder(`\`${folder}\` belongs to another user`, { hint: 'set SALLYPORT_HOME' });
    if ((found.mode & 0o077) !== 0) {
      throw new StateFolder(`\`${folder}\` is open to others`, { hint: `run \`chmod 700 ${folder}\`` });
    }
  }
}

/** A file that was renamed into place is there after a power cut only once its folder is on the disk. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Writes a file so that a crash leaves the old content or the new, never a part; it would survive a power cut when this
 * returns.
 *
 * @param mode of a file that is made; 0600 for what belongs to the owner alone.
 * @throws {Error} of the operating system, with the path that was given; the old content is as it was.
 */
export function writeWhole(path: string, content: string | Uint8Array, mode: number = 0o600): void {
  const partial = `${path}.${process.pid}.part`;
  try {
    // What a crash left is ours; `wx` follows no link that somebody put there since.
    rmSync(partial, { force: true });
    const file = openSync(partial, 'wx', mode);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(partial, { force: true });
    if (error instanceof Error)
      error.message = error.message.includes(partial)
        ? error.message.replace(partial, path)
        : `${error.message}, ${path}`;
    throw error;
  }
}

/** Reads a key of 32 bytes, made on first use. */
export function ownKey(path: string): Uint8Array {
  const found = readIfThere(path);
  if (found === null) {
    writeWhole(path, randomBytes(32));
    return readFileSync(path);
  }
  if (found.length !== 32) {
    throw new StateFolder(`key file \`${path}\` is damaged`, {
      hint: 'delete it; running sessions prove themselves anew',
    });
  }
  return found;
}

/** The bytes of a file, or null where it does not exist. */
export function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
