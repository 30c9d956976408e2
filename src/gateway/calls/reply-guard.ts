import type { SessionId } from '../../core/ids.ts';
import type { TokenLookup } from '../../mask/index.ts';
import { callGate } from '../call-gate.ts';
import type { CallGate } from '../call-gate.ts';
import type { MessageFormat } from '../message-format.ts';
import type { GatewayPorts } from '../ports.ts';
import type { Recorder } from '../recorder.ts';
import { replyRestorer, restoreWhole } from '../reply/index.ts';
import type { ReplyStage } from '../reply/index.ts';
import type { ToolUse } from '../reply-watch.ts';
import type { StreamCodec } from '../stream-codec.ts';
import { callFilter } from './call-filter.ts';
import { callJudge } from './call-judge.ts';
import { callRule } from './call-rule.ts';
import type { CallsBy } from './call-rule.ts';
import { callStage } from './call-stage.ts';
import type { RefusedReply } from './refused-reply.ts';
import { replyWords } from './reply-words.ts';
import { withoutRefusedCalls } from './whole-calls.ts';
import { wholeWords } from './whole-words.ts';
import type { WholeWords } from './whole-words.ts';
import { findingFields, isHeldBack } from './word-findings.ts';
import type { WordFinding } from './word-findings.ts';

/** What stands between the model's reply to one request and the client. Holds state; one per reply. */
export interface ReplyGuard {
  readonly gate: CallGate;
  /** What a stream goes through, in this order: a look at its words, restoring, a look at its calls. */
  stages(codec: StreamCodec): readonly ReplyStage[];
  /**
   * The same for a reply that came whole.
   *
   * @throws {RefusedReply} where it must not go out.
   * @throws {UnreadableReply} where it cannot be taken apart for certain.
   */
  whole(body: Buffer): Promise<Buffer>;
  /** Records what was found in the words that came, once the reply has ended, however it ended. */
  told(): Promise<readonly WordFinding[]>;
}

export interface ReplyGuardOptions {
  readonly ports: Pick<GatewayPorts, 'sessions' | 'calls' | 'content' | 'logError'>;
  readonly sessionId: SessionId;
  readonly callsBy: CallsBy;
  readonly format: MessageFormat;
  readonly lookup: TokenLookup;
  readonly recorder: Recorder;
  /** The record of the request that is being answered. */
  readonly requestIndex: number;
  readonly maxHeldBytes: number;
  /** Told of calls that are recorded and may go, before they do. */
  readonly relayed: (toolUses: readonly ToolUse[]) => void;
}

export function replyGuard(options: ReplyGuardOptions): ReplyGuard {
  const { ports, sessionId, callsBy, format, lookup, recorder, requestIndex, maxHeldBytes } = options;
  const { gateway } = ports.content.rules();
  const rule = callRule(callsBy, gateway);
  const { sessions, logError } = ports;
  const judge = callJudge({ decide: ports.calls.decide, sessions, sessionId, logError });
  const isFiltered = rule === 'not-denied' || rule === 'allowed';
  const filter = callFilter({ rule, judge, recorder, requestIndex });
  const scanner = ports.calls.scanner();
  let findings: () => readonly WordFinding[] = () => [];

  return {
    gate: callGate({
      sessions,
      sessionId,
      recorder,
      rule,
      judge,
      requestIndex,
      relayed: options.relayed,
    }),
    stages: (codec) => {
      const words = scanner === null ? null : replyWords({ scanner, replies: gateway.replies, lookup, maxHeldBytes });
      if (words !== null) findings = () => words.findings();
      return [
        ...(words === null ? [] : [words.stage]),
        replyRestorer(codec, lookup),
        ...(isFiltered ? [callStage(codec, filter, maxHeldBytes)] : []),
      ];
    },
    whole: async (body) => {
      if (scanner !== null) {
        const words = (): WholeWords => wholeWords(body, format, { scanner, replies: gateway.replies, lookup });
        findings = () => words().findings;
        if (isHeldBack(gateway.replies, scanner)) {
          const seen = words();
          findings = () => seen.findings;
          throwIfAny(seen.refused);
        }
      }
      const restored = restoreWhole(body, format, lookup);
      return isFiltered ? await withoutRefusedCalls(restored, format, filter) : restored;
    },
    told: async () => {
      const found = findings();
      if (found.length > 0) await recorder.record(findingFields(found, requestIndex));
      return found;
    },
  };
}

function throwIfAny(refused: RefusedReply | null): void {
  if (refused !== null) throw refused;
}
