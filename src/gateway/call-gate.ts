import type { SessionId } from '../core/ids.ts';
import type { SessionDirectory } from '../core/session.ts';
import type { CallJudge } from './calls/call-judge.ts';
import { callFields } from './calls/call-record.ts';
import { mayPass, runsAtClient } from './calls/call-rule.ts';
import type { CallRule } from './calls/call-rule.ts';
import { CANARY_ID_PREFIX } from './canary-cut.ts';
import type { Recorder } from './recorder.ts';
import type { Refusal } from './refusal.ts';
import type { ToolUse } from './reply-watch.ts';

/** Stands between a reply's calls and the client, which runs a call as soon as its block is complete. */
export interface CallGate {
  /** Asked before the first bytes of a block go out. */
  start(isToolUse: boolean): Refusal | null;
  /** Asked before the bytes that complete these calls go out. Null means that each is durably recorded and may go. */
  complete(toolUses: readonly ToolUse[]): Promise<Refusal | null>;
}

export interface CallGateOptions {
  readonly sessions: SessionDirectory;
  readonly sessionId: SessionId;
  readonly recorder: Recorder;
  /** Which calls may go. */
  readonly rule: CallRule;
  readonly judge: CallJudge;
  /** The record of the request that is being answered. */
  readonly requestIndex: number;
  /** Told of calls that are recorded and may go, before they do. */
  readonly relayed: (toolUses: readonly ToolUse[]) => void;
}

export function callGate(options: CallGateOptions): CallGate {
  const ended = (): Refusal | null => endedRefusal(options.sessions, options.sessionId);
  return {
    start: (isToolUse) => ended() ?? (isToolUse && options.rule === 'none' ? UNPROVEN : null),
    complete: async (toolUses) => {
      const before = ended();
      if (before !== null) return before;
      if (toolUses.length > 0 && options.rule === 'none') return UNPROVEN;
      // Only the gateway makes these; from a model one would be cut out of later transcripts.
      if (toolUses.some((use) => use.id.startsWith(CANARY_ID_PREFIX))) return FORGED_CANARY;
      const judged = await Promise.all(
        toolUses.map(async (use) => ({ use, verdict: await options.judge.judge(use) }) as const),
      );
      // What may not pass was taken out where it stood in a form that is known. It must not pass in another.
      if (judged.some(({ use, verdict }) => runsAtClient(use.blockType) && !mayPass(options.rule, verdict)))
        return CALL_DENIED;
      const indexes = await Promise.all(
        judged.map(({ use, verdict }) =>
          options.recorder.record({ event: 'tool_use', ...callFields(use, verdict, options.requestIndex) }),
        ),
      );
      if (indexes.includes(null)) return AUDIT_UNAVAILABLE;
      // The session may have been ended while the record was written.
      const after = ended();
      if (after === null) options.relayed(toolUses);
      return after;
    },
  };
}

/** Why a session may send and get nothing more, or null while it runs. */
export function endedRefusal(sessions: SessionDirectory, sessionId: SessionId): Refusal | null {
  const session = sessions.byId(sessionId);
  const reason = session === null ? 'it is not known any more' : session.endedReason;
  return reason === null ? null : { why: 'session-ended', message: `Sallyport ended this session: ${reason}` };
}

export const AUDIT_UNAVAILABLE: Refusal = {
  why: 'audit-unavailable',
  message: 'Sallyport: audit log unavailable, so nothing may pass. Run `sallyport doctor`.',
};

const UNPROVEN: Refusal = {
  why: 'tool-use-unproven',
  message: "Sallyport cut this answer: it calls a tool before the session's hooks were seen to work.",
};

const CALL_DENIED: Refusal = {
  why: 'call-denied',
  message: 'Sallyport cut this answer: it calls a tool in a way that the policy does not let pass.',
};

const FORGED_CANARY: Refusal = {
  why: 'unreadable-reply',
  message: 'Sallyport cut this answer: it holds a call under an id that only Sallyport gives.',
};
