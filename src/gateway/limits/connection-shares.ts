import type { Duplex } from 'node:stream';

import { allowance } from '../../core/allowance.ts';
import type { Allowance } from '../../core/allowance.ts';
import type { GatewayLimits } from '../limits.ts';

/**
 * Divides the connections of a gateway among the users of a machine. Whose a connection is shows with its first request;
 * until then it is a stranger's, and strangers make room for one another. One per gateway.
 */
export interface ConnectionShares {
  /** Takes in a connection as a stranger's; where there are too many, the one that has been one for longest is closed. */
  add(socket: Duplex): void;
  /**
   * Counts a connection for the user who proved to be on it, until it is closed. False where the user has as many as may
   * be: it stays a stranger's then. A connection is the first user's who is named for it.
   */
  claim(socket: Duplex, user: string): boolean;
}

export function connectionShares(
  limits: Pick<GatewayLimits, 'userConnections' | 'strangerConnections'>,
): ConnectionShares {
  const strangers = new Set<Duplex>();
  const claimed = new WeakSet<Duplex>();
  const users = new Map<string, Allowance>();

  return {
    add(socket) {
      const [oldest] = strangers;
      if (strangers.size >= limits.strangerConnections && oldest !== undefined) {
        strangers.delete(oldest);
        oldest.destroy();
      }
      strangers.add(socket);
      socket.once('close', () => strangers.delete(socket));
    },
    claim(socket, user) {
      if (claimed.has(socket) || socket.destroyed) return true;
      const held = users.get(user) ?? allowance(limits.userConnections);
      if (!held.take(1)) return false;
      users.set(user, held);
      claimed.add(socket);
      strangers.delete(socket);
      socket.once('close', () => {
        held.give(1);
        if (held.held === 0) users.delete(user);
      });
      return true;
    },
  };
}
