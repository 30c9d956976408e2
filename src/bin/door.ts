import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { SessionRefused } from '../core/error.ts';

/** What a door is called: made up by whoever makes it, so that nobody else knows it beforehand. */
const NAME = /^[a-z0-9]{20,32}$/;

/** Reads the name of a door, or gives null where the text cannot be one. */
export function parseDoorName(text: string): string | null {
  return NAME.test(text) ? text : null;
}

/** The mode that a user gives to a door: for the user and for the daemon's group. */
export const DOOR_MODE = 0o770;

/** Where the sockets behind a door are, as its user names them. */
export function doorPaths(doors: string, name: string): { readonly session: string; readonly guard: string } {
  return { session: join(doors, name, 'session', 's.sock'), guard: join(doors, name, 'guard', 'g.sock') };
}

/** A folder through which only one user and the daemon can go. */
export interface Door {
  readonly name: string;
  /** Whose it is, by the kernel's word. */
  readonly uid: number;
  /**
   * A place for a socket behind the door. What is left there of an earlier process is taken away.
   *
   * @returns a path for this process; it stays good, whatever becomes of the name of the door.
   * @throws {SessionRefused} where it cannot be made.
   */
  place(kind: 'session' | 'guard'): string;
  /** Lets others than this process use a socket that was made in its place. */
  admit(kind: 'session' | 'guard'): void;
  /**
   * Lets go of the door; sockets behind it are closed by then. Its folders are taken away as far as they are empty, unless
   * they are to be kept: a session sees the folder itself, and not another one of the same name.
   */
  close(keepsFolders: boolean): void;
}

/**
 * Opens the door that a user made in the folder of doors, and so learns who that user is.
 *
 * The system has no call in reach of Node that tells who is at the other end of a socket, so the file system tells it:
 * - the owner of a folder is who made it, and only a privileged process can change that, on the file system of the folder
 *   of doors: one that is mounted there says what whoever serves it wants;
 * - its group is the daemon's private one, which it got by being made in this folder: a folder of that user from
 *   elsewhere, which somebody moved here, has another;
 * - by its mode only its owner and that group can go through it, so whoever reaches a socket behind it is that user.
 *
 * A user who lets others through lends out their own name and nobody else's. All steps go by the opened folder, so that
 * nothing which its user puts in its place meanwhile is followed.
 *
 * @param gid the private group of this process.
 * @throws {SessionRefused} where it is no door.
 */
export function openDoor(doors: string, name: string, gid: number): Door {
  const folder = openFolder(join(doors, name), 'the door is missing or is no folder');
  try {
    const { uid, gid: found, mode, dev } = fstatSync(folder);
    // A user may mount a file system of their own making here (FUSE), which names whom it likes as the owner.
    if (dev !== lstatSync(doors).dev) throw new SessionRefused('the door is a file system of its own');
    if (found !== gid) throw new SessionRefused('the door was not made in the folder of doors');
    // Folders of the daemon's own have its group too.
    if (uid === process.geteuid?.()) throw new SessionRefused('the door is the daemon’s own');
    // The bit that hands the group on comes with the folder of doors and opens nothing.
    if ((mode & 0o5777) !== DOOR_MODE) throw new SessionRefused(`the door has not the mode ${DOOR_MODE.toString(8)}`);
    return door(folder, doors, name, uid);
  } catch (error) {
    closeSync(folder);
    throw error;
  }
}

function door(folder: number, doors: string, name: string, uid: number): Door {
  const rooms = new Map<'session' | 'guard', { readonly file: number; readonly socket: string }>();
  return {
    name,
    uid,
    place(kind) {
      const path = `/proc/self/fd/${folder}/${kind}`;
      makeOwn(path);
      const file = openFolder(path, `the folder \`${kind}\` of the door was replaced`);
      const socket = `/proc/self/fd/${file}/${kind === 'session' ? 's' : 'g'}.sock`;
      rooms.set(kind, { file, socket });
      const { uid: owner, dev } = fstatSync(file);
      if (owner !== process.geteuid?.() || dev !== fstatSync(folder).dev) {
        throw new SessionRefused(`the folder \`${kind}\` of the door is not the daemon's`);
      }
      // From here on it is this process's own folder: its user can neither put a link there nor take the socket away.
      fchmodSync(file, 0o711);
      for (const left of readdirSync(`/proc/self/fd/${file}`)) unlinkSync(`/proc/self/fd/${file}/${left}`);
      return socket;
    },
    admit(kind) {
      const room = rooms.get(kind);
      if (room !== undefined) chmodSync(room.socket, 0o666);
    },
    close(keepsFolders) {
      for (const [kind, { file }] of rooms) {
        closeSync(file);
        if (!keepsFolders) removeEmpty(`/proc/self/fd/${folder}/${kind}`);
      }
      rooms.clear();
      closeSync(folder);
      if (!keepsFolders) removeEmpty(join(doors, name));
    },
  };
}

function openFolder(path: string, otherwise: string): number {
  try {
    // Without following a link, and without waiting for a pipe that stands there instead.
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    throw new SessionRefused(otherwise, { cause });
  }
}

function makeOwn(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    // Of a daemon of before: whether it is ours is seen once it is open.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) {
      throw new SessionRefused('no folder can be made behind the door', { cause });
    }
  }
}

/** What a user put there stays, and the folder with it; it counts against that user. */
function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}
