import { AUDIT_UNAVAILABLE } from '../call-gate.ts';
import type { Recorder } from '../recorder.ts';
import type { ToolUse } from '../reply-watch.ts';
import type { CallJudge } from './call-judge.ts';
import type { CallVerdict } from './call-ports.ts';
import { callFields } from './call-record.ts';
import type { CallRule } from './call-rule.ts';
import { mayPass } from './call-rule.ts';
import { RefusedReply } from './refused-reply.ts';

/** Tells the calls of one reply that may go on from those in whose place the client gets a text. */
export interface CallFilter {
  /**
   * The text in place of a call, once it is on record that the call was refused; null where the call may go on.
   *
   * @throws {RefusedReply} where it could not be recorded.
   */
  refused(use: ToolUse): Promise<string | null>;
  /** Counts so far. */
  readonly counts: { readonly passed: number; readonly refused: number };
}

export interface CallFilterOptions {
  readonly rule: CallRule;
  readonly judge: CallJudge;
  readonly recorder: Recorder;
  /** The record of the request that is being answered. */
  readonly requestIndex: number;
}

export function callFilter({ rule, judge, recorder, requestIndex }: CallFilterOptions): CallFilter {
  const counts = { passed: 0, refused: 0 };
  return {
    refused: async (use) => {
      const verdict = await judge.judge(use);
      if (mayPass(rule, verdict)) {
        counts.passed += 1;
        return null;
      }
      const index = await recorder.record({ event: 'call-refused', ...callFields(use, verdict, requestIndex) });
      if (index === null) throw new RefusedReply(AUDIT_UNAVAILABLE);
      counts.refused += 1;
      return refusalText(use, verdict);
    },
    counts,
  };
}

/** Far above the names that clients give their tools. */
const MAX_SHOWN_NAME = 128;

function refusalText({ name }: ToolUse, { verdict, ruleId, reason }: CallVerdict): string {
  const shown = name.slice(0, MAX_SHOWN_NAME).toWellFormed();
  // In place of a call that nobody could ask about.
  const why = verdict === 'ask' ? 'Somebody would have to be asked, which this client cannot do.' : null;
  const said = [reason, why].filter((sentence) => sentence !== null).map(ended);
  return [`Sallyport refused the call ${shown} (rule ${ruleId}).`, ...said].join(' ');
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
