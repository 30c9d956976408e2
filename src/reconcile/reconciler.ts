import type { SessionId } from '../core/ids.ts';
import { discrepancy } from './discrepancy.ts';
import type { Discrepancy } from './discrepancy.ts';
import type { Fact, HostFact } from './fact.ts';
import { judgeCommand, judgeConnection, judgeResult, judgeRun } from './judge-call.ts';
import {
  addDecision,
  callOf,
  dropOldest,
  forgetCalls,
  newSession,
  noteFreshClient,
  noteRequest,
} from './session-memory.ts';
import type { CallMemory, MemoryLimits, SessionMemory } from './session-memory.ts';

/** Bounds and waits. */
export interface ReconcileLimits extends MemoryLimits {
  /** Milliseconds after its opening in which a session must show its hooks or its traffic. */
  readonly silentMs: number;
  /** Milliseconds that what a process shows waits for records that are on their way. */
  readonly graceMs: number;
  /** Milliseconds that an ended session is remembered for what comes late. */
  readonly endedMs: number;
  /** Findings that are remembered so that none is told twice. */
  readonly maxFindings: number;
  /** Findings of one kind in one session that are told: whoever can cause them at will must not fill the log with them. */
  readonly maxFindingsOfKind: number;
}

export const RECONCILE_LIMITS: ReconcileLimits = {
  maxSessions: 512,
  maxCallsPerSession: 16_384,
  maxCalls: 65_536,
  silentMs: 30_000,
  graceMs: 1_000,
  endedMs: 600_000,
  maxFindings: 65_536,
  maxFindingsOfKind: 256,
};

/**
 * Joins what hooks, gateway and processes tell of the same calls, and finds where they disagree.
 *
 * Pure but for its memory, which is bounded. Facts of one session must come in the order of the log; sessions may
 * interleave. Times are only compared, never read.
 */
export interface Reconciler {
  /** @returns what the fact shows to be wrong, each once. */
  observe(fact: Fact | HostFact, nowMs: number): readonly Discrepancy[];
  /** What passed time shows to be wrong; to be called every second or so. */
  tick(nowMs: number): readonly Discrepancy[];
  /** What is held in memory. */
  readonly held: { readonly sessions: number; readonly calls: number };
}

type ProcessFact = Extract<Fact, { readonly kind: 'command-process' | 'connection' }>;

/** Facts of processes that wait at one time; beyond, the oldest is judged at once. */
const MAX_WAITING = 4_096;

export function reconciler(options: { readonly limits?: Partial<ReconcileLimits> } = {}): Reconciler {
  const limits = { ...RECONCILE_LIMITS, ...options.limits };
  const sessions = new Map<SessionId, SessionMemory>();
  const told = new Map<string, true>();
  const counts = new Map<string, number>();
  const waiting: { readonly fact: ProcessFact; readonly dueMs: number }[] = [];
  let callCount = 0;

  const once = (found: readonly (Discrepancy | null)[]): readonly Discrepancy[] =>
    found.flatMap((one) => {
      if (one === null || told.has(one.id)) return [];
      told.set(one.id, true);
      dropOldest(told, limits.maxFindings);
      const kind = `${one.sessionId} ${one.event}`;
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      dropOldest(counts, limits.maxFindings);
      if (count < limits.maxFindingsOfKind) return [one];
      return count === limits.maxFindingsOfKind ? [one, ended(one)] : [];
    });

  /** Says that no more findings of this one's kind are told in its session. */
  const ended = ({ sessionId, factAtMs, event }: Discrepancy): Discrepancy => {
    const about = { forgotten: `findings: ${event}`, seenBy: 'reconcile' };
    return discrepancy('memory-exceeded', 'medium', { sessionId, atMs: factAtMs }, ['findings', event], about);
  };

  const exceeded = (session: SessionMemory, atMs: number, what: 'calls' | 'session'): Discrepancy | null => {
    if (!session.isWhole) return null;
    session.isWhole = false;
    const at = { sessionId: session.id, atMs };
    return discrepancy('memory-exceeded', 'low', at, [what], { forgotten: what, seenBy: 'reconcile' });
  };

  /** Holds the bounds; what a session lost makes its unknown calls no finding any more. */
  const heldBounds = (current: SessionMemory, atMs: number): readonly (Discrepancy | null)[] => {
    const found: (Discrepancy | null)[] = [];
    const shrink = (session: SessionMemory, most: number): void => {
      const forgotten = forgetCalls(session, most);
      callCount -= forgotten;
      if (forgotten > 0) found.push(exceeded(session, atMs, 'calls'));
    };
    if (current.calls.size > limits.maxCallsPerSession) shrink(current, Math.floor(limits.maxCallsPerSession * 0.9));
    for (const session of callCount > limits.maxCalls ? oldestFirst(sessions) : []) {
      if (callCount <= limits.maxCalls) break;
      if (session !== current) shrink(session, 0);
    }
    if (callCount > limits.maxCalls) shrink(current, Math.floor(limits.maxCalls * 0.9));
    if (sessions.size <= limits.maxSessions) return found;
    const [gone] = oldestFirst(sessions).filter((session) => session !== current);
    if (gone !== undefined) {
      if (!gone.isEnded) found.push(exceeded(gone, atMs, 'session'));
      forget(gone);
    }
    return found;
  };

  const forget = (session: SessionMemory): void => {
    callCount -= session.calls.size;
    sessions.delete(session.id);
  };

  const sessionOf = (fact: Fact): SessionMemory => {
    const known = sessions.get(fact.sessionId);
    if (known !== undefined) {
      known.toldAtMs = fact.atMs;
      return known;
    }
    const made = newSession(fact.sessionId, fact.atMs, fact.kind === 'session-opened');
    sessions.set(fact.sessionId, made);
    return made;
  };

  const silence = (session: SessionMemory, nowMs: number): Discrepancy | null => {
    if (!session.isWhole || session.isEnded || session.hasShownLife) return null;
    if (nowMs - session.silentSinceMs < limits.silentMs) return null;
    const at = { sessionId: session.id, atMs: session.silentSinceMs + limits.silentMs };
    const about = { silentMs: limits.silentMs, seenBy: 'log' };
    return discrepancy('session-without-telemetry', 'medium', at, [], about);
  };

  const knownCall = (session: SessionMemory, id: string): CallMemory | null => session.calls.get(id) ?? null;
  const call = (session: SessionMemory, id: string, tool: string): CallMemory => {
    const before = session.calls.size;
    const found = callOf(session, id, tool);
    callCount += session.calls.size - before;
    return found;
  };

  const judged = (fact: ProcessFact): Discrepancy | null => {
    const session = sessions.get(fact.sessionId) ?? null;
    if (fact.kind === 'connection') return judgeConnection(session, fact);
    return session === null ? null : judgeCommand(session, fact);
  };

  /** Notes a fact and gives what is odd about it; nothing of it is known before. */
  const noted = (session: SessionMemory, fact: Exclude<Fact, ProcessFact>): readonly (Discrepancy | null)[] => {
    switch (fact.kind) {
      case 'session-opened':
      case 'sign-of-life':
        return [];
      case 'session-ended':
        session.isEnded = true;
        return [];
      case 'client-started':
        noteFreshClient(session, fact.clientSessionId, fact.isFresh);
        return [];
      case 'request': {
        noteRequest(session, fact.index, fact.callsBy ?? 'unknown');
        return fact.results.map((result) => {
          const known = knownCall(session, result.id);
          const found = judgeResult(session, known, fact, result);
          call(session, result.id, '').overAtMs ??= fact.atMs;
          return found;
        });
      }
      case 'call-relayed': {
        const relayed = call(session, fact.id, fact.tool);
        relayed.relayedFor = (fact.requestIndex === null ? null : session.requests.get(fact.requestIndex)) ?? 'unknown';
        // Where no hook is to come before it, it may run from here on.
        if (relayed.relayedFor !== 'hooks') relayed.mayRunFromMs ??= fact.atMs;
        return [];
      }
      case 'call-refused':
        call(session, fact.id, fact.tool).isRefused = true;
        return [];
      case 'undecided-result': {
        const about = { toolUseId: fact.id, seenBy: 'gateway' };
        return [discrepancy('decision-without-hook', 'critical', fact, [fact.id], about)];
      }
      case 'hooks-silent': {
        const { clientSessionId } = fact;
        const about = { clientSessionId, seenBy: 'gateway' };
        return [discrepancy('decision-without-hook', 'high', fact, ['client', clientSessionId ?? ''], about)];
      }
      case 'decided': {
        const decided = call(session, fact.id, fact.tool);
        addDecision(decided, fact);
        if (fact.verdict === 'deny') decided.deniedAtMs = fact.atMs;
        else [decided.mayRunFromMs, decided.overAtMs] = [decided.mayRunFromMs ?? fact.atMs, null];
        return [];
      }
      case 'ran': {
        const found = judgeRun(session, knownCall(session, fact.id), fact);
        call(session, fact.id, fact.tool).overAtMs = fact.atMs;
        return [found];
      }
    }
  };

  return {
    observe(fact, nowMs) {
      if (fact.kind === 'recorded-finding') {
        told.set(fact.id, true);
        dropOldest(told, limits.maxFindings);
        return [];
      }
      if (fact.kind === 'time-unknown') {
        for (const session of sessions.values()) session.silentSinceMs = Math.max(session.silentSinceMs, fact.atMs);
        return [];
      }
      if (fact.kind === 'command-process' || fact.kind === 'connection') {
        waiting.push({ fact, dueMs: nowMs + limits.graceMs });
        const overflow = waiting.length > MAX_WAITING ? waiting.shift() : undefined;
        return overflow === undefined ? [] : once([judged(overflow.fact)]);
      }
      const session = sessionOf(fact);
      const silent = silence(session, fact.atMs);
      if (showsLife(fact)) session.hasShownLife = true;
      return once([silent, ...noted(session, fact), ...heldBounds(session, fact.atMs)]);
    },
    tick(nowMs) {
      const due: (Discrepancy | null)[] = [];
      while (waiting[0] !== undefined && waiting[0].dueMs <= nowMs) {
        const next = waiting.shift();
        if (next !== undefined) due.push(judged(next.fact));
      }
      for (const session of sessions.values()) {
        due.push(silence(session, nowMs));
        if (session.isEnded && nowMs - session.toldAtMs > limits.endedMs) forget(session);
      }
      return once(due);
    },
    get held() {
      return { sessions: sessions.size, calls: callCount };
    },
  };
}

function showsLife({ kind }: Fact): boolean {
  return kind !== 'session-opened' && kind !== 'session-ended';
}

/** Those that ended first, then those of which was told longest ago. */
function oldestFirst(sessions: ReadonlyMap<SessionId, SessionMemory>): readonly SessionMemory[] {
  return [...sessions.values()].sort((a, b) => Number(b.isEnded) - Number(a.isEnded) || a.toldAtMs - b.toldAtMs);
}
