import type { Decision } from '../core/decision.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { WouldBe } from '../core/seen-call.ts';
import { MAX_ANSWER_BYTES, MAX_REASON_LENGTH } from './limits.ts';

/**
 * What a hook client prints before it exits: for 0 one line of JSON or nothing on stdout, for 2 one sentence on stderr.
 */
export interface Answer {
  readonly exit: 0 | 2;
  /** One line without control characters; never empty for exit 2. */
  readonly payload: string;
}

/** Most rules that one warning names. */
const MAX_WARNINGS = 3;

/** No opinion: what the client does without a hook. Never an answer to a tool call about to run. */
export const NO_OPINION: Answer = { exit: 0, payload: '' };

/** Events that can stop something, in the client's words. */
export type DecidingEvent = 'PreToolUse' | 'PermissionRequest' | 'UserPromptSubmit';

/**
 * The client's JSON for a decision on a call that is about to run (`PreToolUse`).
 *
 * @param wouldBe what rules on trial would have said; those in warn are shown to the developer.
 */
export function answerFor(decision: Decision, wouldBe: readonly WouldBe[] = []): Answer {
  return withWarning(decisionAnswer(decision), wouldBe);
}

/** Adds what rules in warn would have refused: shown to the developer, and no part of the decision. */
function withWarning(answer: Answer, wouldBe: readonly WouldBe[]): Answer {
  const warned = wouldBe.filter(({ mode, verdict }) => mode === 'warn' && verdict !== 'allow');
  if (warned.length === 0) return answer;
  const said = warned.slice(0, MAX_WARNINGS).map(({ ruleId, verdict }) => `rule ${ruleId} will ${verdict} such a call`);
  const rest = warned.length > MAX_WARNINGS ? `, and ${warned.length - MAX_WARNINGS} more` : '';
  const systemMessage = clipped(`Sallyport warning: once enforced, ${said.join(', ')}${rest}.`);
  const shown = json({ ...(JSON.parse(answer.payload) as JsonObject), systemMessage });
  // The decision counts, the warning does not: an answer that is too large would be refused without a reason.
  return Buffer.byteLength(shown.payload) <= MAX_ANSWER_BYTES ? shown : answer;
}

function decisionAnswer(decision: Decision): Answer {
  if (decision.verdict === 'allow') return toolAnswer('allow', `Allowed by policy (rule ${decision.ruleId}).`);
  if (decision.verdict === 'rewrite') {
    const reason = `Changed by policy (rule ${decision.ruleId}): ${decision.reason}`;
    const answer = toolAnswer('allow', reason, decision.input);
    if (Buffer.byteLength(answer.payload) <= MAX_ANSWER_BYTES) return answer;
    // The hook clients would refuse such an answer without saying why.
    return toolAnswer('deny', denialReason(decision.ruleId, 'The rewritten input is too large.'));
  }
  if (decision.verdict === 'ask')
    return toolAnswer('ask', `Asked by policy (rule ${decision.ruleId}): ${decision.reason}`);
  return toolAnswer('deny', denialReason(decision.ruleId, decision.reason));
}

/** The denial of a call that proves that the guard watches. It must not tell the model to ask anybody. */
export function canaryAnswer(reason: string): Answer {
  return toolAnswer('deny', reason);
}

/** What a denied call tells the model: which rule, why, and that another way is not wanted. */
export function denialReason(ruleId: string, reason: string): string {
  return `Denied by policy (rule ${ruleId}): ${sentence(reason)} Do not try another way; ask the user if this is needed.`;
}

/** What Sallyport's own failure tells the model. `why` follows on "because". */
export function refusalReason(why: string): string {
  return `Sallyport refused this call because ${why}. Do not try another way; ask the user to run "sallyport doctor".`;
}

/** Exit 2 with a sentence: blocks every event that can be blocked, in whatever state the guard is. */
export function refusal(why: string): Answer {
  return { exit: 2, payload: oneLine(refusalReason(why)) };
}

/** Stops what a deciding event is about, with a reason for the model. */
export function denialOf(event: DecidingEvent, reason: string): Answer {
  if (event === 'PreToolUse') return toolAnswer('deny', reason);
  return event === 'PermissionRequest' ? permissionDenial(reason, false) : json(promptBlock(reason));
}

/** Stops what a deciding event is about and the client's turn with it. */
export function endOf(event: DecidingEvent, reason: string): Answer {
  if (event === 'PermissionRequest') return permissionDenial(reason, true);
  const stop = { continue: false, stopReason: clipped(reason) };
  if (event === 'UserPromptSubmit') return json({ ...stop, ...promptBlock(reason) });
  // `continue: false` alone ends the turn but lets this call run (measured).
  return json({ ...stop, hookSpecificOutput: toolOutput('deny', reason) });
}

/** Ends the client's turn without a decision; where exit 2 would make the agent go on, as it does on `Stop`. */
export function stopAnswer(reason: string): Answer {
  return json({ continue: false, stopReason: clipped(reason) });
}

/** What the developer is told beside a prompt that goes on. */
export function promptNotice(notice: string): Answer {
  return json({ systemMessage: clipped(`Sallyport: ${notice}`) });
}

/** An answer to a call or a prompt that also tells the developer something; the decision is as it was. */
export function withNotice(answer: Answer, notice: string | null): Answer {
  if (notice === null || answer.exit !== 0) return answer;
  const decided = answer.payload === '' ? {} : (JSON.parse(answer.payload) as JsonObject);
  const said = typeof decided['systemMessage'] === 'string' ? `${decided['systemMessage']} ` : '';
  const shown = json({ ...decided, systemMessage: clipped(`${said}Sallyport: ${notice}.`) });
  // The decision counts, the notice does not: an answer that is too large would be refused without a reason.
  return Buffer.byteLength(shown.payload) <= MAX_ANSWER_BYTES ? shown : answer;
}

/** What is done with the result of a tool that ran; whatever is null stays as it is. */
export interface ResultAnswer {
  /** Stands in the place of the result. */
  readonly output: Json;
  /** Told to the model beside the result. The client shows the developer nothing of this event (measured). */
  readonly context: string | null;
}

/** The answer on a result; null where it is larger than the hook clients take. */
export function resultAnswer({ output, context }: ResultAnswer): Answer | null {
  const specific = {
    hookEventName: 'PostToolUse',
    ...(output === null ? {} : { updatedToolOutput: output }),
    ...(context === null ? {} : { additionalContext: clipped(context) }),
  };
  const answer = json({ hookSpecificOutput: specific });
  return Buffer.byteLength(answer.payload) <= MAX_ANSWER_BYTES ? answer : null;
}

/** The bytes of an answer as all three hook clients read them. The format stands in `native/hook.c`. */
export function framed(answer: Answer): string {
  return `sallyport-answer ${answer.exit}\n${answer.payload}\nsallyport-end\n`;
}

function toolAnswer(verdict: 'allow' | 'ask' | 'deny', reason: string, updatedInput?: JsonObject): Answer {
  const output = toolOutput(verdict, reason);
  return json({ hookSpecificOutput: updatedInput === undefined ? output : { ...output, updatedInput } });
}

function toolOutput(verdict: 'allow' | 'ask' | 'deny', reason: string): JsonObject {
  return { hookEventName: 'PreToolUse', permissionDecision: verdict, permissionDecisionReason: clipped(reason) };
}

/** The prompt is neither sent nor shown again: the client takes the word for that in this place alone (measured). */
function promptBlock(reason: string): JsonObject {
  return {
    decision: 'block',
    reason: clipped(reason),
    hookSpecificOutput: { hookEventName: 'UserPromptSubmit', suppressOriginalPrompt: true },
  };
}

function permissionDenial(reason: string, isInterrupt: boolean): Answer {
  const decision = { behavior: 'deny', message: clipped(reason), ...(isInterrupt ? { interrupt: true } : {}) };
  return json({ hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } });
}

function json(value: JsonObject): Answer {
  // JSON leaves DEL as it is; the hook clients take no control character at all.
  return { exit: 0, payload: JSON.stringify(value).replaceAll('\u007f', String.raw`\u007f`) };
}

function clipped(reason: string): string {
  return oneLine(reason.slice(0, MAX_REASON_LENGTH).toWellFormed());
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
