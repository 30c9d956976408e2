import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { DOOR_MODE, doorPaths } from '../bin/door.ts';
import { runtimePaths, SYSTEM_RUNTIME_FOLDER } from '../bin/runtime-folder.ts';
import type { RuntimePaths } from '../bin/runtime-folder.ts';
import { NotRunning, SessionRefused, UsageError } from '../core/error.ts';
import { controlClient, hallClient } from './control-client.ts';
import type { ControlClient } from './control-client.ts';

/**
 * The daemon of this machine, where there is one: named by `SALLYPORT_SOCKET`, else in its usual place. Null where there is
 * none, or where `SALLYPORT_HOME` names a daemon of the user's own.
 *
 * @throws {UsageError} where the variable names something else.
 */
export function systemDaemon(env: Readonly<Record<string, string | undefined>>): RuntimePaths | null {
  const named = env['SALLYPORT_SOCKET'] ?? '';
  if (named !== '') {
    if (!isAbsolute(named) || basename(named) !== 'session.sock') {
      throw new UsageError(`SALLYPORT_SOCKET is not the path of a daemon's \`session.sock\`: \`${named}\``);
    }
    return runtimePaths(dirname(named));
  }
  if ((env['SALLYPORT_HOME'] ?? '') !== '') return null;
  // The folder and not the socket: while the daemon is away, another one must not take its place unasked.
  return existsSync(SYSTEM_RUNTIME_FOLDER) ? runtimePaths(SYSTEM_RUNTIME_FOLDER) : null;
}

/** A way to the daemon that this user alone can go. */
export interface OwnDoor {
  readonly control: Pick<ControlClient, 'openSession' | 'beat' | 'endSession' | 'sessions' | 'stopSession'>;
  /** The folder behind it that holds the guard's socket alone. */
  readonly guardFolder: string;
}

/**
 * Makes a door and has the daemon open it. By that the daemon knows who asks. It takes the door away some time after the
 * session has ended.
 *
 * @throws {SessionRefused} where this user may make none, or the daemon does not open it.
 * @throws {NotRunning | NotAnswering} where the daemon is away.
 */
export async function ownDoor(runtime: RuntimePaths): Promise<OwnDoor> {
  const name = randomBytes(12).toString('hex');
  const folder = join(runtime.doors, name);
  try {
    mkdirSync(folder, { mode: DOOR_MODE });
    // The umask may have taken the group's rights away, and the group is the daemon.
    chmodSync(folder, DOOR_MODE);
  } catch (cause) {
    throw cannotMake(runtime, cause);
  }
  try {
    await hallClient(runtime.sessionSocket).openDoor(name);
  } catch (error) {
    removeQuietly(folder);
    throw error instanceof NotRunning ? away(runtime, error) : error;
  }
  const { session, guard } = doorPaths(runtime.doors, name);
  return { control: controlClient(session), guardFolder: dirname(guard) };
}

/** Which folder this is, in the words of a request for a session. */
export function fileOf(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${dev}:${ino}`;
}

function cannotMake(runtime: RuntimePaths, cause: unknown): Error {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code === 'ENOENT') return away(runtime, cause);
  return new SessionRefused(`this user cannot open sessions at the daemon of this machine (\`${runtime.doors}\`)`, {
    cause,
    hint: 'ask whoever runs it; its folder may be closed to you, or full',
  });
}

function away(runtime: RuntimePaths, cause: unknown): NotRunning {
  return new NotRunning(`the daemon of this machine does not answer at \`${runtime.sessionSocket}\``, {
    cause,
    hint: 'it may be closed to you (ask to be added to its group), or stopped: `systemctl status sallyport-guard`',
  });
}

/** What was begun; the daemon takes away what stays. */
function removeQuietly(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}
