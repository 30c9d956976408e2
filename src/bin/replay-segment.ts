import { readSegment } from '../audit/index.ts';
import type { LoggedRecord, SizedSegment } from '../audit/index.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { RuleTable } from '../core/rule-table.ts';
import type { TaintRules } from '../core/taint.ts';
import { ruleIndex } from '../decide/index.ts';
import { readDecision, redecider, replayTally } from '../replay/index.ts';
import type { Redecider, ReplayTally, TallyWriter } from '../replay/index.ts';
import { recordedContent } from './recorded-content.ts';
import type { RecordedCall } from './recorded-content.ts';
import { sessionTaint } from './session-taint.ts';

/** Damaged lines of one segment that are named; the rest are counted. */
const MAX_NAMED = 20;

/** What all segments of a replay share: plain data, so that it can be sent to a thread. */
export interface ReplayPlan {
  readonly table: RuleTable;
  readonly taint: TaintRules;
  readonly keysFolder: string;
  readonly filter: CallFilter;
  readonly maxWitnesses: number;
}

/** Which calls are asked for; null stands for all. */
export interface CallFilter {
  readonly sinceMs: number | null;
  /** Not itself included. */
  readonly untilMs: number | null;
  readonly sessionId: string | null;
}

/** What one segment held. */
export interface SegmentReplay {
  readonly firstIndex: number;
  readonly lines: number;
  readonly tally: ReplayTally;
  /** Users of the sessions that were opened in this segment. */
  readonly users: readonly (readonly [sessionId: string, user: string])[];
  readonly damaged: readonly { readonly place: string; readonly problem: string }[];
  readonly damagedCount: number;
  readonly isTorn: boolean;
}

/** Decides the calls of segments again, one segment after the other. */
export interface SegmentReplayer {
  /** Errors of the system pass through. */
  replay(segment: SizedSegment): Promise<SegmentReplay>;
}

/** @throws {TypeError} where a pattern of the table cannot be read. */
export function segmentReplayer(plan: ReplayPlan): SegmentReplayer {
  const redecide = redecider(ruleIndex(plan.table), ({ action, workspace, homeDir, taint }) =>
    sessionTaint(plan.taint, taint, action, { workspace, homeDir }),
  );
  const content = recordedContent(plan.keysFolder);
  return {
    async replay(segment) {
      const tally = replayTally(plan.maxWitnesses);
      const users: [string, string][] = [];
      const damaged: { place: string; problem: string }[] = [];
      let [lines, damagedCount, isTorn] = [0, 0, false];
      for await (const batch of readSegment(segment)) {
        for (const line of batch) {
          if (line.kind === 'torn') {
            isTorn = true;
            continue;
          }
          lines += 1;
          if (line.kind === 'record') {
            const user = userOf(line.record);
            if (user !== null && line.record.sessionId !== null) users.push([line.record.sessionId, user]);
            else countRecord(line.record, plan.filter, content, redecide, tally);
            continue;
          }
          damagedCount += 1;
          if (damaged.length < MAX_NAMED) damaged.push({ place: line.place, problem: line.problem });
        }
      }
      return { firstIndex: segment.firstIndex, lines, tally: tally.tally(), users, damaged, damagedCount, isTorn };
    },
  };
}

/** The user that the record of an opened session names; null for every other record. */
export function userOf({ kind, body }: LoggedRecord): string | null {
  if (kind !== 'session' || body['event'] !== 'opened') return null;
  return isJsonObject(body['about']) ? stringField(body['about'], 'user') : null;
}

/** Whether a record is of the time and the session that are asked for. */
export function isWanted(record: LoggedRecord, { sinceMs, untilMs, sessionId }: CallFilter): boolean {
  if (sessionId !== null && record.sessionId !== sessionId) return false;
  if (sinceMs !== null && record.occurredAtMs < sinceMs) return false;
  return untilMs === null || record.occurredAtMs < untilMs;
}

function countRecord(
  record: LoggedRecord,
  filter: CallFilter,
  content: ReturnType<typeof recordedContent>,
  redecide: Redecider,
  tally: TallyWriter,
): void {
  const decision = readDecision(record);
  if (decision === null || !isWanted(record, filter)) return;
  const opened: RecordedCall = content(decision);
  if (opened.kind === 'none') {
    tally.skip(opened.why);
    return;
  }
  const { text, read } = opened;
  const redecision = redecide.decide(text, read);
  if (redecision === null) {
    tally.skip('malformed');
    return;
  }
  const { sessionId, tool, verdict, ruleId } = decision;
  const call = { record: record.index, sessionId, user: null, tool, verdict, ruleId };
  tally.add({ ...call, action: () => read()?.action ?? null }, redecision);
}
