import { createHmac, timingSafeEqual } from 'node:crypto';
import type { SessionId } from '../core/ids.ts';
import type { Liveness } from '../core/session.ts';

/** What every canary id starts with; the gateway looks for these bytes before it parses a transcript. */
export const CANARY_PREFIX = 'toolu_sallyport_';
const NONCE_HEX = 16;
const MAC_HEX = 24;
/** Client sessions whose proof is kept. One governed run has a handful (`/clear`, resumed transcripts). */
const MAX_PROOFS = 4_096;
/** Decided calls that are kept of one session; the gateway asks at the session's next request. */
const MAX_DECIDED = 4_096;
/** Sessions whose decided calls are kept; beyond, those of the one that is longest without a decision go. */
const MAX_DECIDED_SESSIONS = 256;
/** Longest id in UTF-16 code units that is kept as decided. The gateway relays none that is longer. */
const MAX_ID_LENGTH = 512;

/**
 * Keeps which client sessions have shown that their hooks reach the guard.
 *
 * An id carries a keyed checksum over its own nonce, so that a canary left in an old transcript is recognised after any
 * restart, and nobody without the key can make an id that the gateway would cut out of a transcript.
 * Proofs and decided calls live in memory: a restarted daemon asks each client session to prove itself again.
 *
 * @param key at least 32 bytes, kept in the state folder.
 * @param random gives that many bytes of cryptographic randomness.
 */
export function liveness(key: Uint8Array, random: (bytes: number) => Uint8Array): Liveness {
  if (key.length < 32) throw new TypeError('the canary key needs 32 bytes');
  const issued = new Map<string, string>();
  const proven = new Set<string>();
  const decided = new Map<SessionId, Set<string>>();

  return {
    isProven: (session, clientSessionId) => proven.has(nameOf(session, clientSessionId)),
    issue(session, clientSessionId) {
      const nonce = Buffer.from(random(NONCE_HEX / 2)).toString('hex');
      const id = `${CANARY_PREFIX}${nonce}${macOf(key, nonce)}`;
      issued.set(id, nameOf(session, clientSessionId));
      dropOldest(issued, MAX_PROOFS);
      return id;
    },
    isCanary(toolUseId) {
      if (!toolUseId.startsWith(CANARY_PREFIX)) return false;
      const rest = toolUseId.slice(CANARY_PREFIX.length);
      if (!/^[0-9a-f]+$/.test(rest) || rest.length !== NONCE_HEX + MAC_HEX) return false;
      const want = Buffer.from(macOf(key, rest.slice(0, NONCE_HEX)));
      return timingSafeEqual(want, Buffer.from(rest.slice(NONCE_HEX)));
    },
    confirm(session, clientSessionId, toolUseId) {
      // INVARIANT: an id proves only the client session that it was issued to, and only once.
      if (issued.get(toolUseId) !== nameOf(session, clientSessionId)) return;
      issued.delete(toolUseId);
      proven.add(nameOf(session, clientSessionId));
      dropOldest(proven, MAX_PROOFS);
    },
    noteDecision(session, toolUseId) {
      if (toolUseId.length > MAX_ID_LENGTH) return;
      // A session keeps a room of its own: no other's calls crowd its own out.
      const calls = decided.get(session) ?? new Set<string>();
      calls.delete(toolUseId);
      calls.add(toolUseId);
      dropOldest(calls, MAX_DECIDED);
      decided.delete(session);
      decided.set(session, calls);
      dropOldest(decided, MAX_DECIDED_SESSIONS);
    },
    wasDecided: (session, toolUseId) => decided.get(session)?.has(toolUseId) === true,
  };
}

function nameOf(session: SessionId, clientSessionId: string): string {
  return `${session} ${clientSessionId}`;
}

function macOf(key: Uint8Array, nonce: string): string {
  return createHmac('sha256', key).update(`sallyport-canary ${nonce}`).digest('hex').slice(0, MAC_HEX);
}

function dropOldest<Key>(kept: Map<Key, unknown> | Set<Key>, max: number): void {
  if (kept.size <= max) return;
  const [oldest] = kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
}
