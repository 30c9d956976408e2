import { allowance } from '../core/allowance.ts';
import type { Allowance } from '../core/allowance.ts';
import { MAX_BYTES_IN_FLIGHT } from '../guard/index.ts';
import type { GuardBudget } from '../guard/index.ts';

/** Connections to the guards of one user at a time, over all doors; each call of a tool opens one for some milliseconds. */
export const GUARD_CONNECTIONS_OF_USER = 256;
/** Of these to the guard of one door: a burst of 64 calls, while the one of before is still answered. */
export const GUARD_CONNECTIONS_OF_DOOR = 128;
/** Connections to the guards of all users. */
export const GUARD_CONNECTIONS = 16_384;
/** Bytes of events of all users that are being read or decided; one user has a quarter at most. */
export const GUARD_BYTES = 4 * MAX_BYTES_IN_FLIGHT;
/** Connections of one user to the session sockets of all doors; a launcher uses one for each beat. */
export const SESSION_CONNECTIONS_OF_USER = 128;
/** Of these to the session socket of one door. */
export const SESSION_CONNECTIONS_OF_DOOR = 32;
/** Connections to the session sockets of all doors. */
export const SESSION_CONNECTIONS = 8_192;

/** What those who come by one door may hold at one time. */
export interface DoorShare {
  readonly guard: GuardBudget;
  /** Connections to its session socket. */
  readonly session: Allowance;
  /** To be called once, when the door is closed. */
  release(): void;
}

/**
 * Divides connections and bytes among the users of a machine, so that none can take those of others: whatever one user
 * holds behind however many doors, every other one finds as much.
 */
export interface DoorShares {
  /** The share of one more door of a user. */
  door(uid: number): DoorShare;
}

interface UserShare {
  readonly guard: GuardBudget;
  readonly session: Allowance;
  doors: number;
}

export function doorShares(): DoorShares {
  const users = new Map<number, UserShare>();
  const all = {
    guard: { connections: allowance(GUARD_CONNECTIONS), bytes: allowance(GUARD_BYTES) },
    session: allowance(SESSION_CONNECTIONS),
  };

  const newUser = (): UserShare => ({
    guard: {
      connections: allowance(GUARD_CONNECTIONS_OF_USER, all.guard.connections),
      bytes: allowance(MAX_BYTES_IN_FLIGHT, all.guard.bytes),
    },
    session: allowance(SESSION_CONNECTIONS_OF_USER, all.session),
    doors: 0,
  });

  return {
    door(uid) {
      const user = users.get(uid) ?? newUser();
      users.set(uid, user);
      user.doors += 1;
      return {
        guard: {
          connections: allowance(GUARD_CONNECTIONS_OF_DOOR, user.guard.connections),
          bytes: user.guard.bytes,
        },
        session: allowance(SESSION_CONNECTIONS_OF_DOOR, user.session),
        release() {
          user.doors -= 1;
          // INVARIANT: while one door of a user is open all are counted together, also one that is just being opened.
          if (user.doors === 0) users.delete(uid);
        },
      };
    },
  };
}
