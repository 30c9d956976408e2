import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { lookedAt, numberField } from './record-reading.ts';
import type { CallEntry, CallResult, Said, Seen } from './timeline-entry.ts';

/** A call of which nothing is known yet. */
export function newCall(toolUseId: string | null): CallEntry {
  return {
    kind: 'call',
    toolUseId,
    tool: null,
    summary: null,
    agentId: null,
    inputSha256: null,
    asked: null,
    takenOut: null,
    decided: null,
    permission: null,
    result: null,
    undecided: null,
    looked: null,
  };
}

/** What is known of a call once the model asked for it. */
export function askedCall(call: CallEntry, seen: Seen, body: JsonObject): CallEntry {
  const isTakenOut = stringField(body, 'event') === 'call-refused';
  return {
    ...call,
    tool: call.tool ?? stringField(body, 'name'),
    inputSha256: call.inputSha256 ?? stringField(body, 'inputSha256'),
    [isTakenOut ? 'takenOut' : 'asked']: saidOf(seen, body),
  };
}

/** What is known of it once the guard decided, before it runs or where a person would be asked. */
export function decidedCall(call: CallEntry, seen: Seen, body: JsonObject): CallEntry {
  const isPermission = stringField(body, 'event') === 'PermissionRequest';
  return {
    ...call,
    tool: call.tool ?? stringField(body, 'tool'),
    summary: call.summary ?? stringField(body, 'summary'),
    agentId: call.agentId ?? stringField(body, 'agentId'),
    inputSha256: call.inputSha256 ?? stringField(body, 'inputSha256'),
    looked: call.looked ?? lookedAt(body),
    [isPermission ? 'permission' : 'decided']: saidOf(seen, body),
  };
}

/** What is known of it once the client told how it came out. */
export function finishedCall(call: CallEntry, seen: Seen, body: JsonObject): CallEntry {
  const event = stringField(body, 'event');
  const isOk = event === 'PostToolUse';
  const result: CallResult = {
    ...seen,
    outcome: isOk ? 'ok' : event === 'PermissionDenied' ? 'refused-by-person' : 'failed',
    durationMs: numberField(body, 'durationMs'),
    length: numberField(body, isOk ? 'toolResponseLength' : 'errorLength'),
    sha256: stringField(body, isOk ? 'toolResponseSha256' : 'errorSha256'),
    ruleId: stringField(body, 'ruleId'),
    looked: lookedAt(body),
  };
  return {
    ...call,
    tool: call.tool ?? stringField(body, 'tool'),
    agentId: call.agentId ?? stringField(body, 'agentId'),
    result,
  };
}

/** Whether nothing more is to be expected of it. */
export function isFinished({ result, takenOut, decided, undecided }: CallEntry): boolean {
  return result !== null || undecided !== null || takenOut !== null || decided?.verdict === 'deny';
}

function saidOf(seen: Seen, body: JsonObject): Said {
  return { ...seen, verdict: stringField(body, 'verdict') ?? 'no verdict', ruleId: stringField(body, 'ruleId') };
}
