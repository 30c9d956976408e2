import type { SeenCall } from '../core/seen-call.ts';

/** A call that was asked and then ran: somebody approved it. */
export interface ApprovedCall {
  readonly sessionId: string;
  readonly call: SeenCall;
  /** The same for equal calls. */
  readonly text: string;
}

/** Follows asked calls until they run. Records come in the order of the log. */
export interface ApprovalWatch {
  asked(sessionId: string, toolUseId: string, text: string, call: SeenCall): void;
  /** A call ran, whether it then failed or not. Each asked call counts once. */
  ran(sessionId: string, toolUseId: string): void;
  readonly approved: readonly ApprovedCall[];
  /** Asked calls that were followed. */
  askedCount(): number;
}

/** Most asked calls that wait to be seen running; of more, the oldest count as not approved. */
const MAX_WAITING = 100_000;

/** Starts following. */
export function approvalWatch(): ApprovalWatch {
  const waiting = new Map<string, ApprovedCall>();
  const approved: ApprovedCall[] = [];
  let asked = 0;
  const keyOf = (sessionId: string, toolUseId: string): string => `${sessionId} ${toolUseId}`;
  return {
    approved,
    asked(sessionId, toolUseId, text, call) {
      asked += 1;
      waiting.set(keyOf(sessionId, toolUseId), { sessionId, call, text });
      const [oldest] = waiting.keys();
      if (waiting.size > MAX_WAITING && oldest !== undefined) waiting.delete(oldest);
    },
    ran(sessionId, toolUseId) {
      const key = keyOf(sessionId, toolUseId);
      const call = waiting.get(key);
      if (call === undefined) return;
      waiting.delete(key);
      approved.push(call);
    },
    askedCount: () => asked,
  };
}
