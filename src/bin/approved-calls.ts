import { logSegments, readSegment } from '../audit/index.ts';
import type { LoggedRecord } from '../audit/index.ts';
import { StateFolder } from '../core/error.ts';
import { stringField } from '../core/json.ts';
import { approvalWatch, readDecision } from '../replay/index.ts';
import type { ApprovalWatch, ApprovedCall, NotDecided } from '../replay/index.ts';
import { recordedContent } from './recorded-content.ts';
import { isWanted } from './replay-segment.ts';
import type { CallFilter } from './replay-segment.ts';

/** The asked calls of a log, and which of them ran. */
export interface LogApprovals {
  readonly asked: number;
  readonly approved: readonly ApprovedCall[];
  /** Asked calls whose content is not to be had. */
  readonly unread: Readonly<Partial<Record<NotDecided, number>>>;
  readonly damagedCount: number;
}

/** Events of the client that tell that a call ran. A call that nobody approved raises neither. */
const RAN: ReadonlySet<string> = new Set(['PostToolUse', 'PostToolUseFailure']);

/**
 * Finds the calls of a log that were asked and then ran.
 *
 * @throws {StateFolder} where a segment cannot be read.
 */
export async function approvedCalls(
  folder: string,
  keysFolder: string,
  filter: CallFilter,
  onBytes: (bytes: number, totalBytes: number) => void = () => undefined,
): Promise<LogApprovals> {
  const content = recordedContent(keysFolder);
  const watch = approvalWatch();
  const unread: Partial<Record<NotDecided, number>> = {};
  const skip = (why: NotDecided): void => void (unread[why] = (unread[why] ?? 0) + 1);
  let [damagedCount, bytes] = [0, 0];
  try {
    const segments = await logSegments(folder);
    const totalBytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    for (const segment of segments) {
      for await (const batch of readSegment(segment)) {
        for (const line of batch) {
          bytes += line.sizeBytes;
          if (line.kind === 'damaged') damagedCount += 1;
          if (line.kind === 'record' && isWanted(line.record, filter)) follow(line.record, content, watch, skip);
        }
        onBytes(bytes, totalBytes);
      }
    }
  } catch (cause) {
    throw new StateFolder(`the log in \`${folder}\` cannot be read`, { cause, hint: 'see `sallyport audit verify`' });
  }
  return { asked: watch.askedCount(), approved: watch.approved, unread, damagedCount };
}

function follow(
  record: LoggedRecord,
  content: ReturnType<typeof recordedContent>,
  watch: ApprovalWatch,
  skip: (why: NotDecided) => void,
): void {
  const { kind, body, sessionId } = record;
  const event = stringField(body, 'event');
  if (kind === 'hook' && event !== null && RAN.has(event)) {
    const toolUseId = stringField(body, 'toolUseId');
    if (sessionId !== null && toolUseId !== null) watch.ran(sessionId, toolUseId);
    return;
  }
  const decision = readDecision(record);
  if (decision?.verdict !== 'ask' || sessionId === null || decision.toolUseId === null) return;
  const opened = content(decision);
  const call = opened.kind === 'call' ? opened.read() : null;
  if (opened.kind === 'none') skip(opened.why);
  else if (call === null) skip('malformed');
  else watch.asked(sessionId, decision.toolUseId, opened.text, call);
}
