import type { SessionId } from '../core/ids.ts';
import type { CallsBy } from './fact.ts';

/** Bounds on what is kept in memory. */
export interface MemoryLimits {
  readonly maxSessions: number;
  readonly maxCallsPerSession: number;
  /** Over all sessions. */
  readonly maxCalls: number;
}

/** What is known of one call. */
export interface CallMemory {
  readonly id: string;
  tool: string;
  /** By whom the reply was looked after that held it; null where no reply is known. */
  relayedFor: CallsBy | 'unknown' | null;
  isRefused: boolean;
  /** In order; the guard decides an id more than once where the session ends meanwhile. */
  decisions: readonly CallDecision[];
  /** From when on it may run; null where nobody let it. */
  mayRunFromMs: number | null;
  deniedAtMs: number | null;
  /** When it was seen to be over, null until then. */
  overAtMs: number | null;
}

export interface CallDecision {
  readonly agentId: string | null;
  readonly verdict: 'allow' | 'ask' | 'deny' | 'rewrite';
  readonly mayRunSha256: string | null;
}

/** What is known of one session. */
export interface SessionMemory {
  readonly id: SessionId;
  /** Whether everything since its opening was seen and is remembered: only then what is unknown is odd. */
  isWhole: boolean;
  isEnded: boolean;
  hasShownLife: boolean;
  /** From when on silence counts. */
  silentSinceMs: number;
  /** When something was told of it last. */
  toldAtMs: number;
  /** Client sessions that began here with nothing before. */
  readonly freshClients: Set<string>;
  /** Who looks after the replies to the newest requests, by their record. */
  readonly requests: Map<number, CallsBy | 'unknown'>;
  readonly calls: Map<string, CallMemory>;
}

/** Most requests of a session that wait for the calls of their replies. */
const MAX_REQUESTS = 256;
const MAX_CLIENTS = 64;
/** Decisions of one id that are kept. */
const MAX_DECISIONS = 8;

export function newSession(id: SessionId, atMs: number, isWhole: boolean): SessionMemory {
  return {
    id,
    isWhole,
    isEnded: false,
    hasShownLife: false,
    silentSinceMs: atMs,
    toldAtMs: atMs,
    freshClients: new Set(),
    requests: new Map(),
    calls: new Map(),
  };
}

/** The call of that id, made where it is unknown. */
export function callOf(session: SessionMemory, id: string, tool: string): CallMemory {
  const known = session.calls.get(id);
  if (known !== undefined) {
    if (known.tool === '') known.tool = tool;
    return known;
  }
  const call: CallMemory = {
    id,
    tool,
    relayedFor: null,
    isRefused: false,
    decisions: [],
    mayRunFromMs: null,
    deniedAtMs: null,
    overAtMs: null,
  };
  session.calls.set(id, call);
  return call;
}

/** Adds a decision; the newest are kept. */
export function addDecision(call: CallMemory, decision: CallDecision): void {
  call.decisions = [...call.decisions, decision].slice(-MAX_DECISIONS);
}

/** The last decision for that agent, or for any where none was for it: ids are one agent's own with real services. */
export function lastDecision(call: CallMemory, agentId: string | null): CallDecision | null {
  return call.decisions.findLast((one) => one.agentId === agentId) ?? call.decisions.at(-1) ?? null;
}

export function noteRequest(session: SessionMemory, index: number, callsBy: CallsBy | 'unknown'): void {
  session.requests.set(index, callsBy);
  dropOldest(session.requests, MAX_REQUESTS);
}

export function noteFreshClient(session: SessionMemory, clientSessionId: string, isFresh: boolean): void {
  session.freshClients.delete(clientSessionId);
  if (isFresh) session.freshClients.add(clientSessionId);
  const [oldest] = session.freshClients;
  if (session.freshClients.size > MAX_CLIENTS && oldest !== undefined) session.freshClients.delete(oldest);
}

/**
 * Forgets calls of a session until the bound holds: those that are over first.
 *
 * @returns how many were forgotten.
 */
export function forgetCalls(session: SessionMemory, most: number): number {
  let forgotten = 0;
  for (const isLast of [false, true]) {
    for (const call of session.calls.values()) {
      if (session.calls.size <= most) return forgotten;
      if (!isLast && call.overAtMs === null) continue;
      session.calls.delete(call.id);
      forgotten += 1;
    }
  }
  return forgotten;
}

export function dropOldest(kept: Map<unknown, unknown>, most: number): void {
  const [oldest] = kept.keys();
  if (kept.size > most && oldest !== undefined) kept.delete(oldest);
}
