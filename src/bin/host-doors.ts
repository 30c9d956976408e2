import { rmSync } from 'node:fs';
import type { BeatAnswer, HostStatus, OpenSessionAnswer, OpenSessionRequest, OwnSession } from '../core/control.ts';
import { SallyportError, SessionRefused } from '../core/error.ts';
import { parseSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import type { SessionOwner } from '../core/session-owner.ts';
import { startGuardAt } from '../guard/index.ts';
import type { GuardPorts } from '../guard/index.ts';
import type { SessionRegistry } from '../session/index.ts';
import { openDoor, parseDoorName } from './door.ts';
import type { Door } from './door.ts';
import { doorShares } from './door-shares.ts';
import { hostRequest } from './host-request.ts';
import { admitUsers } from './runtime-folder.ts';
import type { RuntimePaths } from './runtime-folder.ts';
import { startDoorServer, startHall } from './session-server.ts';
import { removeStrays } from './stray-doors.ts';

/** Doors that one user may have open: sessions at a time, and those that ended a moment ago. */
export const MAX_DOORS_OF_USER = 32;
/** Doors in all; each holds five open files. */
export const MAX_DOORS = 512;
/** Milliseconds in which a session is to be opened behind a door. */
const UNUSED_MS = 10_000;
/** Milliseconds that a door stays when its session has ended, so that late calls are told why they are refused. */
const ENDED_MS = 60_000;
/** Milliseconds between two looks for folders that nobody asked to be opened. */
const STRAY_LOOK_MS = 60_000;

/** What the doors of a host need of the daemon. */
export interface HostDoorsDesk {
  readonly paths: RuntimePaths;
  /** The private group of this process. */
  readonly gid: number;
  /** The group whose members may come in, by name or number; null for everyone. */
  readonly users: string | null;
  readonly registry: SessionRegistry;
  readonly guardPorts: GuardPorts;
  /** Opens a session that belongs to that user. */
  readonly openSession: (request: OpenSessionRequest, owner: SessionOwner) => Promise<OpenSessionAnswer>;
  readonly endSession: (id: SessionId, reason: string, endsProcesses?: boolean) => Promise<void>;
  /** What the launcher of a session is told for its beat. */
  readonly beaten: (id: SessionId) => BeatAnswer | null;
  /** The sessions of a user that run. */
  readonly sessionsOf: (owner: Pick<SessionOwner, 'uid'>) => readonly OwnSession[];
  readonly status: () => Omit<HostStatus, 'ownSessions'>;
  readonly userNameOf: (uid: number) => Promise<string | null>;
  /** Milliseconds that only go forward. */
  readonly uptimeMs: () => number;
  readonly logError: (line: string) => void;
}

/** The doors by which users of a host come to the daemon. */
export interface HostDoors {
  /** Doors that are open. */
  readonly count: number;
  /** Opens the hall. Until then nobody comes in who was not in before. */
  openHall(): Promise<void>;
  /** Closes doors that are not needed. To be called every few seconds. */
  sweep(): Promise<void>;
  /** Closes hall and doors. What running sessions see of theirs stays, for the next daemon. */
  close(): Promise<void>;
}

interface OpenedDoor {
  readonly door: Door;
  readonly user: string | null;
  session: SessionId | null;
  isOpening: boolean;
  /** When it was opened or, later, when its session was first seen to be ended. */
  idleSinceMs: number;
  wasEnded: boolean;
  readonly closing: (() => Promise<void> | void)[];
}

/**
 * Opens the doors of the sessions that run still. A session whose door is gone, or is another user's now, is ended: nobody
 * could be heard for it.
 */
export async function hostDoors(desk: HostDoorsDesk): Promise<HostDoors> {
  const { paths, registry, uptimeMs, logError } = desk;
  const opened = new Map<string, OpenedDoor>();
  const coming = new Map<string, Promise<OpenedDoor>>();
  const shares = doorShares();
  let hall: { close(): Promise<void> } | null = null;
  let strayLookAtMs = uptimeMs();
  let isClosed = false;

  const openBy = (uid: number): number => [...opened.values()].filter(({ door }) => door.uid === uid).length;

  function enter(name: string): Promise<OpenedDoor> {
    const known = opened.get(name);
    if (known !== undefined) return Promise.resolve(known);
    const under = coming.get(name) ?? open(name).finally(() => coming.delete(name));
    coming.set(name, under);
    return under;
  }

  async function open(name: string): Promise<OpenedDoor> {
    if (isClosed) throw new SessionRefused('the daemon is ending');
    if (opened.size + coming.size >= MAX_DOORS) throw new SessionRefused('there are too many sessions on this machine');
    const door = openDoor(paths.doors, name, desk.gid);
    const closing: (() => Promise<void> | void)[] = [];
    try {
      if (openBy(door.uid) >= MAX_DOORS_OF_USER) {
        throw new SessionRefused(`this user has ${MAX_DOORS_OF_USER} sessions already`, { hint: 'end one of them' });
      }
      const user = await desk.userNameOf(door.uid);
      const entry: OpenedDoor = {
        door,
        user,
        session: null,
        isOpening: false,
        idleSinceMs: uptimeMs(),
        wasEnded: false,
        closing,
      };
      const share = shares.door(door.uid);
      closing.push(() => share.release());
      const guard = await startGuardAt(guardPortsOf(entry), door.place('guard'), share.guard);
      closing.push(() => guard.close());
      door.admit('guard');
      const server = await startDoorServer(portsOf(entry), door.place('session'), share.session);
      closing.push(() => server.close());
      door.admit('session');
      // Looked at anew: others of the same user may have come in meanwhile.
      if (isClosed || openBy(door.uid) >= MAX_DOORS_OF_USER)
        throw new SessionRefused('this user has too many sessions');
      opened.set(name, entry);
      return entry;
    } catch (error) {
      for (const close of closing.toReversed()) await close();
      // Of a session that runs still: whoever comes next may find it.
      door.close(true);
      throw error;
    }
  }

  /** Of all sessions only the one of this door is known to whoever comes by it. */
  function guardPortsOf(entry: OpenedDoor): GuardPorts {
    return {
      ...desk.guardPorts,
      sessions: {
        byToken: () => null,
        byId: (id) => (id === entry.session ? desk.guardPorts.sessions.byId(id) : null),
      },
    };
  }

  function portsOf(entry: OpenedDoor): Parameters<typeof startDoorServer>[0] {
    const { uid } = entry.door;
    return {
      status: () => ({
        ...desk.status(),
        ownSessions: [...opened.values()].filter(({ door, session }) => door.uid === uid && isRunning(session)).length,
      }),
      openSession: (request) => openSessionBehind(entry, request),
      beat(id) {
        if (id !== entry.session || registry.byId(id) === null) return null;
        // One that is watched lives as long as its process, whatever somebody else says for it.
        if (registry.ownerOf(id)?.watch === null) registry.beat(id);
        return desk.beaten(id);
      },
      async endSession(id, reason) {
        if (id !== entry.session || registry.byId(id) === null) return false;
        await desk.endSession(id, byUser(reason));
        return true;
      },
      sessions: () => desk.sessionsOf(entry.door),
      async stopSession(id, reason) {
        if (registry.ownerOf(id)?.uid !== uid) return false;
        await desk.endSession(id, byUser(reason), true);
        return true;
      },
      logError,
    };
  }

  async function openSessionBehind(entry: OpenedDoor, request: OpenSessionRequest): Promise<OpenSessionAnswer> {
    if (entry.session !== null || entry.isOpening) throw new SessionRefused('a door is for one session');
    entry.isOpening = true;
    try {
      const { uid, name } = entry.door;
      const { request: owned, owner } = hostRequest(request, { uid, user: entry.user, door: name });
      const answer = await desk.openSession(owned, owner);
      entry.session = parseSessionId(answer.sessionId);
      return answer;
    } finally {
      entry.isOpening = false;
    }
  }

  const isRunning = (id: SessionId | null): boolean => id !== null && registry.byId(id)?.endedReason === null;

  async function leave(entry: OpenedDoor, keepsFolders: boolean): Promise<void> {
    opened.delete(entry.door.name);
    for (const close of entry.closing.toReversed()) await close();
    entry.door.close(keepsFolders);
  }

  async function restore(id: SessionId, owner: SessionOwner): Promise<void> {
    try {
      const entry = await enter(owner.door);
      if (entry.door.uid !== owner.uid || entry.session !== null) throw new SessionRefused('it is not that user’s');
      entry.session = id;
    } catch (error) {
      if (!(error instanceof SallyportError)) throw error;
      logError(`session ${id} is ended, its door cannot be opened: ${error.message}`);
      await desk.endSession(id, 'the door by which its hooks are heard is gone');
    }
  }

  for (const { id, endedReason } of registry.list()) {
    const owner = registry.ownerOf(id);
    if (endedReason === null && owner !== null) await restore(id, owner);
  }

  return {
    get count() {
      return opened.size;
    },
    async openHall() {
      // The lock of the state folder is held, and the folder is this user's: what is here is of a daemon that is gone.
      rmSync(paths.sessionSocket, { force: true });
      hall = await startHall(
        {
          status: () => ({ ...desk.status(), ownSessions: null }),
          async openDoor(text) {
            const name = parseDoorName(text);
            if (name === null) throw new SessionRefused('this cannot be the name of a door');
            await enter(name);
          },
          logError,
        },
        paths.sessionSocket,
      );
      await admitUsers(paths.sessionSocket, desk.users);
    },
    async sweep() {
      const nowMs = uptimeMs();
      for (const entry of opened.values()) {
        if (isRunning(entry.session) || entry.isOpening) continue;
        if (entry.session !== null && !entry.wasEnded) {
          entry.wasEnded = true;
          entry.idleSinceMs = nowMs;
        }
        if (nowMs - entry.idleSinceMs > (entry.wasEnded ? ENDED_MS : UNUSED_MS)) await leave(entry, false);
      }
      if (nowMs - strayLookAtMs < STRAY_LOOK_MS) return;
      strayLookAtMs = nowMs;
      removeStrays(paths.doors, desk.gid, (name) => opened.has(name) || coming.has(name));
    },
    async close() {
      isClosed = true;
      await hall?.close();
      await Promise.allSettled(coming.values());
      for (const entry of opened.values()) await leave(entry, isRunning(entry.session));
    },
  };
}

/** Longest reason of a user, in UTF-16 code units, that goes on record. */
const MAX_REASON_LENGTH = 200;

function byUser(reason: string): string {
  return `ended by its user: ${reason.slice(0, MAX_REASON_LENGTH)}`;
}
