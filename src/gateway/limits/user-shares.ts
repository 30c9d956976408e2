import { allowance } from '../../core/allowance.ts';
import type { Allowance } from '../../core/allowance.ts';
import type { GatewayLimits } from '../limits.ts';

/** What one request holds, from when it is known whose it is to its end. */
export interface RequestShare {
  /** Lets the request in as one of this user's; false where the user, or all together, have as many as may be. */
  enter(user: string): boolean;
  /** Room for so many more bytes of its body; false where there is none now. To be asked once it was let in. */
  hold(bytes: number): boolean;
  /** To be called when it has ended, let in or not. */
  leave(): void;
}

/**
 * Divides what requests hold among the users of a machine: however much one of them sends, every other one finds room. One
 * per gateway.
 */
export interface UserShares {
  request(): RequestShare;
}

type ShareLimits = Pick<
  GatewayLimits,
  'requestsAtOnce' | 'userRequestsAtOnce' | 'bodyBytesAtOnce' | 'userBodyBytesAtOnce'
>;

interface UserShare {
  readonly requests: Allowance;
  readonly bytes: Allowance;
}

export function userShares(limits: ShareLimits): UserShares {
  const users = new Map<string, UserShare>();
  const all: UserShare = { requests: allowance(limits.requestsAtOnce), bytes: allowance(limits.bodyBytesAtOnce) };

  const newUser = (): UserShare => ({
    requests: allowance(limits.userRequestsAtOnce, all.requests),
    bytes: allowance(limits.userBodyBytesAtOnce, all.bytes),
  });

  return {
    request() {
      let share: UserShare | null = null;
      let heldBytes = 0;
      let leave = (): void => undefined;
      return {
        enter(user) {
          const found = users.get(user) ?? newUser();
          if (!found.requests.take(1)) return false;
          users.set(user, found);
          share = found;
          leave = () => {
            found.bytes.give(heldBytes);
            found.requests.give(1);
            if (found.requests.held === 0) users.delete(user);
          };
          return true;
        },
        hold(bytes) {
          if (share?.bytes.take(bytes) !== true) return false;
          heldBytes += bytes;
          return true;
        },
        leave() {
          leave();
          leave = () => undefined;
        },
      };
    },
  };
}
