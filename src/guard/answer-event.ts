import type { RecordKind } from '../core/audit.ts';
import { LogBehind } from '../core/error.ts';
import { parseSessionId, ruleId } from '../core/ids.ts';
import type { RuleId, SessionId } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import type { GovernedSession } from '../core/session.ts';
import {
  answerFor,
  canaryAnswer,
  denialOf,
  denialReason,
  endOf,
  NO_OPINION,
  promptNotice,
  refusal,
  refusalReason,
  stopAnswer,
  withNotice,
} from './answer.ts';
import type { Answer, DecidingEvent } from './answer.ts';
import { decideCall } from './decide-call.ts';
import { readEvent } from './hook-event.ts';
import type { HookEvent } from './hook-event.ts';
import { recordedText } from './call-summary.ts';
import { decisionBody, eventBody, inputDigest } from './hook-record.ts';
import { judgeInput, judgePrompt, promptRefusal, UNJUDGED } from './judge-content.ts';
import { heldBack, judgeResult } from './judge-result.ts';
import { DECIDE_TIMEOUT_MS } from './limits.ts';
import type { GuardPorts } from './ports.ts';

const UNKNOWN_SESSION = ruleId('guard/unknown-session');
const ENDED_SESSION = ruleId('guard/ended-session');

const UNRECORDED = 'the audit log cannot be written';
const UNKNOWN = 'its session is not known to the guard';
const LATE = 'the guard took too long';
const FAILED = 'the guard failed';

/** Events of calls that already ran or were refused elsewhere: they name a tool and need no decision. */
const PAST_CALLS: ReadonlySet<string> = new Set(['PostToolUse', 'PostToolUseFailure', 'PermissionDenied']);
/** Events on which exit 2 makes the agent go on instead of stopping it. */
const STOPS: ReadonlySet<string> = new Set(['Stop', 'SubagentStop', 'TeammateIdle']);

/** Where an event belongs, by the path that its hook client asked for. */
interface Origin {
  readonly sessionId: SessionId | null;
  /** The state at this moment; ask again after each wait. */
  session(): GovernedSession | null;
}

/**
 * Answers one hook event. Never rejects, and settles within {@link DECIDE_TIMEOUT_MS} of wall time, but for what
 * `decide` takes: whatever goes wrong on the way is a refusal that says what. An answer that lets something happen is
 * given only after its record is durable.
 *
 * @param sessionName the session id that the hook client was started with, as it came.
 * @param bytes the event as the agent's client wrote it.
 */
export async function answerEvent(ports: GuardPorts, sessionName: string, bytes: Uint8Array): Promise<Answer> {
  const fail = (error: unknown): void => ports.logError?.(`guard: ${nameOf(error)}`);
  try {
    const read = readEvent(bytes);
    const sessionId = parseSessionId(sessionName);
    const origin: Origin = { sessionId, session: () => (sessionId === null ? null : ports.sessions.byId(sessionId)) };
    const failedEvent = read.ok ? read.event : null;
    const recorder = { append: (kind: RecordKind, body: JsonObject) => append(ports, origin, kind, body) };
    const work = read.ok
      ? answerRead(ports, origin, recorder, read.event)
      : recorder
          .append('hook', { event: 'unreadable', eventSha256: read.sha256, bytes: read.bytes, problem: read.problem })
          .then(() => refusal(read.problem));
    return await inTime(work, () => failureOf(ports, failedEvent, LATE)).catch((error: unknown) => {
      fail(error);
      return failureOf(ports, failedEvent, error instanceof Unrecorded ? error.message : FAILED);
    });
  } catch (error) {
    fail(error);
    return refusal(FAILED);
  }
}

/** Writes the records of one event. */
interface Recorder {
  /** Resolves when the record is durable. @throws {Unrecorded} where it is not. */
  append(kind: RecordKind, body: JsonObject): Promise<void>;
}

/** The record of an event could not be made durable. The message says why, in words for the developer. */
class Unrecorded extends Error {}

async function answerRead(ports: GuardPorts, origin: Origin, recorder: Recorder, event: HookEvent): Promise<Answer> {
  if (event.name === 'PreToolUse' || event.name === 'PermissionRequest') {
    return answerCall(ports, origin, recorder, event, event.name);
  }
  if (event.name === 'UserPromptSubmit') return answerPrompt(ports, origin, recorder, event);
  if (event.name === 'PostToolUse') return answerResult(ports, origin, recorder, event);
  if (event.name === 'SessionStart') await noteStart(ports, origin, event);
  await recorder.append('hook', eventBody(event));
  // A later client may ask about a call by another name; what is not understood is not let through.
  if (Object.hasOwn(event.fields, 'tool_name') && !PAST_CALLS.has(event.name)) {
    return refusal('the guard does not know this kind of event');
  }
  return NO_OPINION;
}

/** Client sessions begin with nothing read but for what the developer goes on with; other words of later clients are not trusted. */
const FRESH_STARTS: ReadonlySet<string> = new Set(['startup', 'clear']);

async function noteStart(ports: GuardPorts, origin: Origin, event: HookEvent): Promise<void> {
  const session = origin.session();
  const clientSessionId = stringField(event.fields, 'session_id');
  if (session === null || clientSessionId === null) return;
  const isFresh = FRESH_STARTS.has(stringField(event.fields, 'source') ?? '');
  await ports.clientStarted(session.id, recordedText(clientSessionId), isFresh);
}

async function answerCall(
  ports: GuardPorts,
  origin: Origin,
  recorder: Recorder,
  event: HookEvent,
  name: 'PreToolUse' | 'PermissionRequest',
): Promise<Answer> {
  const startedAtMs = ports.clock();
  const before = stateOf(origin.session());
  const decided = decideCall(ports, event, before);
  const { call, scan, isPlain } =
    name === 'PreToolUse' && !('verdict' in before)
      ? await judgeInput(ports, event, decided, before)
      : { call: decided, scan: {}, isPlain: true };
  await recorder.append('decision', decisionBody(event, call, { scan, isPlain }));
  if (name === 'PreToolUse') noteDecision(ports, origin, event);
  if (ports.clock() - startedAtMs > DECIDE_TIMEOUT_MS) return failureOf(ports, event, LATE);

  if (call.isCanary && origin.sessionId !== null) confirmCanary(ports, origin.sessionId, event);
  const { decision } = call;
  const state = stateOf(origin.session());
  if ('verdict' in state) {
    if (decision.verdict !== 'deny') {
      // The session ended while the record was being written: what was allowed is not any more.
      await recorder.append('decision', decisionBody(event, { ...call, decision: state }, { scan, isPlain }));
    }
    return closedAnswer(name, state);
  }
  if (name === 'PermissionRequest') {
    // An answer of allow here would overrule an ask rule of the client (measured); the person decides.
    return decision.verdict === 'deny' ? denialOf(name, denialReason(decision.ruleId, decision.reason)) : NO_OPINION;
  }
  if (call.isCanary && decision.verdict === 'deny') return canaryAnswer(decision.reason);
  return withNotice(answerFor(decision, call.wouldBe), noticeOf(ports, state));
}

async function answerPrompt(ports: GuardPorts, origin: Origin, recorder: Recorder, event: HookEvent): Promise<Answer> {
  const isOpen = !('verdict' in stateOf(origin.session()));
  const { denial, notice, scan } = isOpen ? await judgePrompt(ports, event) : UNJUDGED;
  const denied = denial === null ? {} : { verdict: 'deny', ruleId: denial.ruleId };
  await recorder.append('hook', { ...eventBody(event), ...denied, ...scan });
  const state = stateOf(origin.session());
  if ('verdict' in state) return closedAnswer('UserPromptSubmit', state);
  if (denial !== null) return denialOf('UserPromptSubmit', promptRefusal(denial));
  return withNotice(notice === null ? NO_OPINION : promptNotice(notice), noticeOf(ports, state));
}

function noticeOf(ports: GuardPorts, session: GovernedSession): string | null {
  return ports.notice?.(session.id) ?? null;
}

async function answerResult(ports: GuardPorts, origin: Origin, recorder: Recorder, event: HookEvent): Promise<Answer> {
  const { answer, scan } = await judgeResult(ports, event, origin.session());
  // With the digest that was decided, it tells a call that was changed on its way.
  await recorder.append('hook', { ...eventBody(event), inputSha256: inputDigest(event), ...scan });
  return answer;
}

/** What the state of a session denies, whatever the policy says. */
interface StateDenial {
  readonly verdict: 'deny';
  readonly ruleId: RuleId;
  readonly reason: string;
}

/** The session where the policy is to say what happens in it, else the denial that its state already makes. */
function stateOf(session: GovernedSession | null): GovernedSession | StateDenial {
  if (session === null) return { verdict: 'deny', ruleId: UNKNOWN_SESSION, reason: UNKNOWN };
  if (session.endedReason === null) return session;
  return { verdict: 'deny', ruleId: ENDED_SESSION, reason: session.endedReason };
}

function closedAnswer(name: DecidingEvent, denial: StateDenial): Answer {
  return denial.ruleId === ENDED_SESSION ? endOf(name, denial.reason) : denialOf(name, refusalReason(denial.reason));
}

function confirmCanary(ports: GuardPorts, sessionId: SessionId, event: HookEvent): void {
  const clientSessionId = stringField(event.fields, 'session_id');
  const toolUseId = stringField(event.fields, 'tool_use_id');
  if (clientSessionId !== null && toolUseId !== null) ports.liveness.confirm(sessionId, clientSessionId, toolUseId);
}

/** Tells of a call that is decided for good; of a session that nobody opened no gateway asks. */
function noteDecision(ports: GuardPorts, origin: Origin, event: HookEvent): void {
  const toolUseId = stringField(event.fields, 'tool_use_id');
  const session = origin.session();
  if (session !== null && toolUseId !== null) ports.liveness.noteDecision(session.id, toolUseId);
}

/** The answer to an event that the guard itself could not deal with. */
function failureOf(ports: GuardPorts, event: HookEvent | null, why: string): Answer {
  const name = event?.name;
  if (name === 'PreToolUse' || name === 'PermissionRequest' || name === 'UserPromptSubmit') {
    return denialOf(name, refusalReason(why));
  }
  // Exit 2 would only add a sentence to the result (measured).
  if (event !== null && name === 'PostToolUse' && ports.inspects())
    return heldBack(event, `It was not looked at because ${why}.`);
  return name !== undefined && STOPS.has(name) ? stopAnswer(refusalReason(why)) : refusal(why);
}

async function append(ports: GuardPorts, origin: Origin, kind: RecordKind, body: JsonObject): Promise<void> {
  try {
    // The log knows sessions by id; one that nobody opened is named in the body, bounded by its shape.
    const isKnown = origin.session() !== null;
    await ports.audit.append({
      kind,
      occurredAtMs: ports.clock(),
      sessionId: isKnown ? origin.sessionId : null,
      body: isKnown || origin.sessionId === null ? body : { ...body, unknownSession: origin.sessionId },
    });
  } catch (cause) {
    throw new Unrecorded(cause instanceof LogBehind ? cause.message : UNRECORDED, { cause });
  }
}

/** Waits for the work, or for {@link DECIDE_TIMEOUT_MS} and then answers without it. */
async function inTime(work: Promise<Answer>, late: () => Answer): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const timer = setTimeout(() => resolve(late()), DECIDE_TIMEOUT_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The kind of an error, for the operator. Messages may quote the event and stay out. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown failure';
  const cause = error instanceof Unrecorded ? error.cause : error;
  return cause instanceof Error ? cause.name : error.name;
}
