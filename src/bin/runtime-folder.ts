import { chmodSync, chownSync, lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { StateFolder } from '../core/error.ts';
import { firstMembersOf, groupOf } from './user-names.ts';

/** What a daemon that serves several users shows to them. All paths are absolute. */
export interface RuntimePaths {
  readonly folder: string;
  /** The hall: where anyone who reaches the folder asks for a door to be opened. */
  readonly sessionSocket: string;
  /** Where users make their doors. */
  readonly doors: string;
}

/** Where a daemon of the system is found. */
export const SYSTEM_RUNTIME_FOLDER = '/run/sallyport';

/** Names of what lies in the folder. */
export function runtimePaths(folder: string): RuntimePaths {
  return { folder, sessionSocket: join(folder, 'session.sock'), doors: join(folder, 'doors') };
}

/** Longest path of the folder in bytes: a door and the socket behind it come after. */
const MAX_FOLDER_BYTES = 40;
/**
 * Everyone may make a folder there and take only their own away; nobody can list it; and what is made there belongs to
 * the group of the folder.
 */
const DOORS_MODE = 0o3733;

/** The owner of the folders, as this process runs. */
export interface RuntimeOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Makes the folders where they are missing and checks that they are as what is said of doors needs them.
 *
 * @throws {StateFolder} where a folder is a link, is somebody else's or cannot be made so; where others share the group
 *   of this process: to them every door would stand open.
 */
export async function prepareRuntimeFolder(paths: RuntimePaths, owner: RuntimeOwner): Promise<void> {
  if (!isAbsolute(paths.folder) || Buffer.byteLength(paths.folder) > MAX_FOLDER_BYTES) {
    throw new StateFolder(`\`${paths.folder}\` cannot be the runtime folder`, {
      hint: `give an absolute path of at most ${MAX_FOLDER_BYTES} bytes in RUNTIME_DIRECTORY`,
    });
  }
  await refuseSharedGroup(owner);
  ownFolder(paths.folder, owner);
  setMode(paths.folder, 0o755);
  ownFolder(paths.doors, owner);
  setMode(paths.doors, DOORS_MODE);
  const { gid, mode } = lstatSync(paths.doors);
  if (gid !== owner.gid || (mode & 0o7777) !== DOORS_MODE) {
    throw new StateFolder(`\`${paths.doors}\` has not the group and mode that it must have`, {
      hint: `run \`install -d -m ${DOORS_MODE.toString(8)} -o ${owner.uid} -g ${owner.gid} ${paths.doors}\` as root before the daemon starts`,
    });
  }
}

async function refuseSharedGroup({ uid, gid }: RuntimeOwner): Promise<void> {
  const group = await groupOf(String(gid));
  const first = firstMembersOf(gid, readFileSync('/etc/passwd', 'utf8')).filter((member) => member !== uid);
  const others = (group?.members ?? []).length + first.length;
  if (others === 0) return;
  throw new StateFolder(`the group ${gid} of this process has ${others} other member${others === 1 ? '' : 's'}`, {
    hint: 'give the daemon a group of its own, and name the one of the users with `--group`',
  });
}

function ownFolder(path: string, { uid }: RuntimeOwner): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  try {
    if (found === undefined) mkdirSync(path, { mode: 0o700 });
  } catch (cause) {
    throw new StateFolder(`cannot make the folder \`${path}\``, {
      cause,
      hint: 'as root: `RuntimeDirectory=sallyport` in the unit, or a folder that belongs to this user',
    });
  }
  const made = lstatSync(path);
  if (!made.isDirectory()) throw new StateFolder(`\`${path}\` is no folder`, { hint: 'move it away' });
  if (made.uid !== uid) throw new StateFolder(`\`${path}\` belongs to another user`);
}

function setMode(path: string, mode: number): void {
  if ((lstatSync(path).mode & 0o7777) === mode) return;
  try {
    chmodSync(path, mode);
  } catch (cause) {
    // systemd's RestrictSUIDSGID refuses the bit by which a folder gives its group on.
    throw new StateFolder(`\`${path}\` cannot be given the mode ${mode.toString(8)}`, {
      cause,
      hint: `make it so before the daemon starts, or set RestrictSUIDSGID=no in its unit`,
    });
  }
}

/**
 * Lets the members of a group use the socket of the hall, or everyone.
 *
 * @param users the group by name or number; null for everyone.
 * @throws {StateFolder} where there is no such group, or this process is no member.
 */
export async function admitUsers(socket: string, users: string | null): Promise<void> {
  if (users === null) {
    chmodSync(socket, 0o666);
    return;
  }
  const gid = /^\d{1,10}$/.test(users) ? Number(users) : ((await groupOf(users))?.gid ?? null);
  if (gid === null)
    throw new StateFolder(`there is no group \`${users}\``, { hint: 'make it: `groupadd --system NAME`' });
  try {
    // The folder keeps its own group: systemd would give all of it to that of the unit at the next start, doors included.
    chownSync(socket, -1, gid);
    chmodSync(socket, 0o660);
  } catch (cause) {
    throw new StateFolder(`\`${socket}\` cannot be given to the group \`${users}\``, {
      cause,
      hint: 'the daemon must be a member of it: SupplementaryGroups= in its unit',
    });
  }
}
