import { ruleId } from '../../core/ids.ts';
import type { RuleId, SessionId } from '../../core/ids.ts';
import type { SessionDirectory } from '../../core/session.ts';
import { faultName } from '../fault-name.ts';
import type { ToolUse } from '../reply-watch.ts';
import type { CallPorts, CallVerdict } from './call-ports.ts';

/** Decides the calls of one reply, each once, however often it is asked. */
export interface CallJudge {
  /** Never rejects: a call that cannot be decided in time is denied. */
  judge(use: ToolUse): Promise<CallVerdict>;
}

export interface CallJudgeOptions {
  readonly decide: CallPorts['decide'];
  readonly sessions: Pick<SessionDirectory, 'byId'>;
  readonly sessionId: SessionId;
  readonly logError?: ((line: string) => void) | undefined;
  /** Calls `late` after so many milliseconds, unless what it gives was called before. */
  readonly after?: (delayMs: number, late: () => void) => () => void;
}

/** Milliseconds in which a call must be decided: far below the time after which clients give a silent stream up. */
export const DECIDE_MS = 5_000;

export function callJudge({ decide, sessions, sessionId, logError, after = onTimer }: CallJudgeOptions): CallJudge {
  const known = new Map<string, Promise<CallVerdict>>();

  const decided = async ({ id, name, input }: ToolUse): Promise<CallVerdict> => {
    if (input === null) return denial(UNREADABLE_INPUT, 'Its input is not whole, so nobody can tell what it would do.');
    // Asked for each call: what the session read meanwhile counts.
    const session = sessions.byId(sessionId);
    if (session === null) return denial(FAILED, 'Its session is not known any more.');
    try {
      const answer = decide(session, { id, name, input });
      return answer instanceof Promise ? await inTime(answer, after) : answer;
    } catch (error) {
      logError?.(`gateway: a call was not decided: ${faultName(error)}`);
      return denial(FAILED, 'The policy could not be applied to it.');
    }
  };
  return {
    judge: (use) => {
      const key = JSON.stringify([use.id, use.name, use.inputSha256, use.input === null]);
      const verdict = known.get(key) ?? decided(use);
      known.set(key, verdict);
      return verdict;
    },
  };
}

/** The verdict on a call that the gateway denies by itself. */
export function denial(id: RuleId, reason: string): CallVerdict {
  return { verdict: 'deny', ruleId: id, reason, bundle: null };
}

const UNREADABLE_INPUT = ruleId('gateway/unreadable-input');
const FAILED = ruleId('gateway/failed-decision');
const LATE = ruleId('gateway/late-decision');

async function inTime(
  answer: Promise<CallVerdict>,
  after: NonNullable<CallJudgeOptions['after']>,
): Promise<CallVerdict> {
  const late = Promise.withResolvers<CallVerdict>();
  const cancel = after(DECIDE_MS, () => late.resolve(denial(LATE, 'The policy gave no answer in time.')));
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    cancel();
  }
}

function onTimer(delayMs: number, late: () => void): () => void {
  const timer = setTimeout(late, delayMs);
  return () => clearTimeout(timer);
}
