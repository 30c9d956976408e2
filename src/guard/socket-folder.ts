import { lstatSync, unlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { connect } from 'node:net';
import { dirname, isAbsolute } from 'node:path';
import { AlreadyRunning, StateFolder } from '../core/error.ts';

/** Longest path of a socket in bytes; the kernel's own bound on Linux, less its closing NUL. */
const MAX_SOCKET_PATH_BYTES = 107;

/**
 * Makes sure that a socket at `path` can be reached by this user alone, and that the place is free: the folder belongs to
 * this user, is open to nobody else and is no link; a socket that a killed process left behind is removed.
 *
 * @throws {StateFolder} where the place is not as it must be.
 * @throws {AlreadyRunning} where somebody listens there.
 */
export async function clearSocketPlace(path: string, uid: number): Promise<void> {
  if (!isAbsolute(path) || Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw new StateFolder(`\`${path}\` cannot be the path of a socket`, {
      hint: `a socket needs an absolute path of at most ${MAX_SOCKET_PATH_BYTES} bytes`,
    });
  }
  const folder = dirname(path);
  const found = statOrNull(folder);
  if (found === null || !found.isDirectory()) throw new StateFolder(`\`${folder}\` is not a folder`);
  if (found.uid !== uid) throw new StateFolder(`\`${folder}\` belongs to another user`);
  if ((found.mode & 0o777) !== 0o700) {
    throw new StateFolder(`\`${folder}\` is open to other users`, { hint: `chmod 700 ${folder}` });
  }

  const socket = statOrNull(path);
  if (socket === null) return;
  if (!socket.isSocket() || socket.uid !== uid) throw new StateFolder(`\`${path}\` is there and is no socket of ours`);
  if (await isListenedTo(path)) throw new AlreadyRunning(`a guard listens on \`${path}\` already`);
  unlinkSync(path);
}

function statOrNull(path: string): Stats | null {
  // Not following links: a link in place of the folder would lead to one that somebody else owns.
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (cause) {
    throw new StateFolder(`\`${path}\` cannot be looked at`, { cause });
  }
}

/** @throws {StateFolder} where that cannot be told: a socket that may be in use is not taken away. */
async function isListenedTo(path: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once('connect', () => resolve(true));
  socket.once('error', (cause: NodeJS.ErrnoException) => {
    // ENOENT: its owner removed it between the two looks.
    if (cause.code === 'ECONNREFUSED' || cause.code === 'ENOENT') resolve(false);
    else reject(new StateFolder(`\`${path}\` is there and cannot be tried`, { cause }));
  });
  try {
    return await promise;
  } finally {
    socket.destroy();
  }
}
