import type { SessionId } from '../core/ids.ts';
import type { Liveness } from '../core/session.ts';
import { AUDIT_UNAVAILABLE } from './call-gate.ts';
import type { MessagesBody } from './messages-body.ts';
import type { Recorder } from './recorder.ts';
import type { Refusal } from './refusal.ts';
import type { ToolUse } from './reply-watch.ts';
import { unreadable } from './request-reading.ts';
import { toolOutcomes } from './tool-results.ts';

/**
 * Sees to it that a session whose hooks stop answering gets nothing more of the model: a call that ran must have come
 * before the guard.
 */
export interface ResultWatch {
  /** Told of calls before the bytes that complete them go out. Calls that the service runs itself are left out. */
  relayed(sessionId: SessionId, toolUses: readonly ToolUse[]): void;
  /**
   * Looks for results of relayed calls that the guard has not decided, and records them. One without an error says that
   * the tool ran, and is refused as often as it comes. One with an error may be the client's own refusal ahead of its
   * hooks, such as of an unknown tool, and passes.
   *
   * @returns why the request must not pass, or null.
   */
  check(request: ResultRequest, records: Recorder): Promise<Refusal | null>;
}

export interface ResultRequest {
  readonly sessionId: SessionId;
  readonly bytes: Buffer;
  readonly body: Pick<MessagesBody, 'format' | 'messages'>;
}

/** Calls of one session that wait for their result at one time; beyond, the oldest is forgotten. */
const MAX_CALLS = 4_096;
/** Sessions whose calls are remembered; beyond, the one that is longest without a new call is forgotten. */
const MAX_SESSIONS = 256;

/** Ids that are searched for one by one; with more of them one look at all blocks costs less. */
const MAX_SEARCHED = 64;

/** `open` until its result is seen; `ran` where that came without the guard's decision, `told` once that is recorded. */
type CallState = 'open' | 'ran' | 'told';

/**
 * The calls are remembered in memory, each until it is seen decided or its error is recorded. What was forgotten for
 * want of room here or in {@link Liveness}, and what was relayed before a restart, is not checked.
 */
export function resultWatch(liveness: Liveness): ResultWatch {
  const bySession = new Map<SessionId, Map<string, CallState>>();

  return {
    relayed: (sessionId, toolUses) => {
      const ids = toolUses.filter((use) => use.blockType === 'tool_use').map((use) => use.id);
      if (ids.length === 0) return;
      const calls = bySession.get(sessionId) ?? new Map<string, CallState>();
      forgetDecided(calls, sessionId, liveness);
      // An id that comes twice keeps the state in which it is refused.
      for (const id of ids) calls.set(id, calls.get(id) ?? 'open');
      while (calls.size > MAX_CALLS) dropOldest(calls);
      bySession.delete(sessionId);
      bySession.set(sessionId, calls);
      if (bySession.size > MAX_SESSIONS) dropOldest(bySession);
    },
    check: async ({ sessionId, bytes, body }, records) => {
      const calls = bySession.get(sessionId);
      if (calls === undefined) return null;
      forgetDecided(calls, sessionId, liveness);
      if (![...calls.keys()].some((id, nth) => nth >= MAX_SEARCHED || occurs(bytes, id))) return null;
      const outcomes = toolOutcomes(bytes, body, (id) => calls.has(id));
      if (outcomes === null) return unreadable('its messages cannot be read');

      const ran = [...outcomes].filter(([id, outcome]) => outcome === 'ok' || calls.get(id) !== 'open');
      await Promise.all(ran.map(([id]) => tellOfRun(calls, id, records)));
      if (ran.length > 0) return UNDECIDED;
      const isTold = await Promise.all(Array.from(outcomes.keys(), (id) => tellOfError(calls, id, records)));
      return isTold.includes(false) ? AUDIT_UNAVAILABLE : null;
    },
  };
}

/** A decided call needs no look at its result, so that an orderly session's transcripts are never searched. */
function forgetDecided(calls: Map<string, CallState>, sessionId: SessionId, liveness: Liveness): void {
  for (const [id, state] of calls) if (state === 'open' && liveness.wasDecided(sessionId, id)) calls.delete(id);
}

/** Calls of a broken stream never get a result: without its id, written as clients write it, there is none to look at. */
function occurs(bytes: Buffer, toolUseId: string): boolean {
  return bytes.includes(JSON.stringify(toolUseId));
}

async function tellOfRun(calls: Map<string, CallState>, toolUseId: string, records: Recorder): Promise<void> {
  if (calls.get(toolUseId) === 'told') return;
  calls.set(toolUseId, 'told');
  const index = await records.record({ event: 'undecided-result', toolUseId });
  // The refusal holds either way; the next one tries the record again.
  if (index === null) calls.set(toolUseId, 'ran');
}

async function tellOfError(calls: Map<string, CallState>, toolUseId: string, records: Recorder): Promise<boolean> {
  // Forgotten before the wait: a request beside this one is not to record it again.
  calls.delete(toolUseId);
  const index = await records.record({ event: 'undecided-error', toolUseId });
  if (index === null) calls.set(toolUseId, 'open');
  return index !== null;
}

function dropOldest(kept: Map<string, unknown>): void {
  const [oldest] = kept.keys();
  if (oldest !== undefined) kept.delete(oldest);
}

const UNDECIDED: Refusal = {
  why: 'undecided-result',
  message:
    "Sallyport refused this session: a tool ran without the guard's decision, so its hooks no longer reach the guard. " +
    'Run `sallyport doctor`.',
};
