import type { Action } from '../core/action.ts';
import type { Decision } from '../core/decision.ts';
import type { Sha256 } from '../core/ids.ts';
import { canonicalJson, isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { SealedCall, WouldBe } from '../core/seen-call.ts';
import { callSummary, recordedText } from './call-summary.ts';
import type { HookEvent } from './hook-event.ts';
import type { Inspected } from './inspect-event.ts';
import { sha256Of } from './hook-event.ts';

/** Fields of events that say where and when, and never what: taken over as they are, cut to a bounded length. */
const PLAIN_FIELDS = [
  'source',
  'trigger',
  'file_path',
  'memory_type',
  'load_reason',
  'old_cwd',
  'new_cwd',
  'notification_type',
] as const;
/** Fields that hold what was said or read: only their digest and length are kept. */
const CONTENT_FIELDS = ['prompt', 'message', 'error', 'last_assistant_message', 'tool_response'] as const;
/** Most calls of a batch whose ids are kept. */
const MAX_BATCH_IDS = 64;

/** Most rules on trial that a record names: the log refuses records beyond its bound, and the call with them. */
const MAX_WOULD_BE = 32;

/** What was decided on a call, and under which bundle; `bundle` is null where it never came to the policy. */
export interface DecidedCall {
  readonly action: Action;
  readonly decision: Decision;
  readonly bundle: string | null;
  readonly inputSha256: Sha256 | null;
  /** What rules on trial would have said. */
  readonly wouldBe: readonly WouldBe[];
  /** Null where nothing of the call is to be decided again. */
  readonly content: SealedCall | null;
}

/** What looking at a call's input says for its record. */
export interface InputContent {
  readonly scan: JsonObject;
  /** Whether programs, paths and hosts of the call may stand in the record. */
  readonly isPlain: boolean;
}

/** The body of the record of any event: who, where, digests. Bounded, without content. */
export function eventBody(event: HookEvent): JsonObject {
  const { fields } = event;
  const body: Record<string, Json> = { event: event.name, eventSha256: event.sha256, bytes: event.bytes };
  const take = (name: string, key: string): void => {
    const text = stringField(fields, key);
    if (text !== null) body[name] = recordedText(text);
  };
  take('clientSessionId', 'session_id');
  take('promptId', 'prompt_id');
  take('agentId', 'agent_id');
  take('agentType', 'agent_type');
  take('permissionMode', 'permission_mode');
  take('cwd', 'cwd');
  take('tool', 'tool_name');
  take('toolUseId', 'tool_use_id');
  if (event.name === 'SessionEnd') take('reason', 'reason');
  for (const key of PLAIN_FIELDS) take(camelCase(key), key);
  for (const key of CONTENT_FIELDS) {
    const content = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (content === undefined) continue;
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    body[`${camelCase(key)}Sha256`] = sha256Of(text);
    body[`${camelCase(key)}Length`] = text.length;
  }
  if (typeof fields['duration_ms'] === 'number') body['durationMs'] = fields['duration_ms'];
  if (Array.isArray(fields['tool_calls'])) body['toolUseIds'] = batchIds(fields['tool_calls']);
  return body;
}

/** Most detectors that a record counts by name. */
const MAX_FOUND = 32;

/** What followed from what was found. */
export type ScanDeed = 'nothing' | 'recorded' | 'redacted' | 'held-back' | 'refused';

/** What a record says of a text that was looked at: what was found how often, what was done, and which engines ran. */
export function scanFields(inspected: Inspected, did: ScanDeed): JsonObject {
  if (inspected.kind === 'none') return {};
  if (inspected.kind === 'failed') return { scan: { embedded: 'failed', did } };
  const { inspection, unreadCount } = inspected;
  const found = new Map<string, number>();
  for (const { detectorId } of inspection.findings) {
    if (found.has(detectorId) || found.size < MAX_FOUND) found.set(detectorId, (found.get(detectorId) ?? 0) + 1);
  }
  return {
    scan: {
      embedded: 'ran',
      did,
      findings: inspection.findings.length,
      found: Object.fromEntries(found),
      bundle: inspection.bundleDigest,
      ...(inspection.engines.length === 0 ? {} : { engines: inspection.engines.map((engine) => ({ ...engine })) }),
      ...(unreadCount === 0 ? {} : { unread: unreadCount }),
    },
  };
}

/**
 * The body of the record of a decided call. What the call says is in it only as digest and as `sealed`; where that is
 * null, `unsealed` says why.
 */
export function decisionBody(event: HookEvent, call: DecidedCall, { scan, isPlain }: InputContent): JsonObject {
  return {
    ...eventBody(event),
    verdict: call.decision.verdict,
    ruleId: call.decision.ruleId,
    bundle: call.bundle,
    inputSha256: call.inputSha256,
    ...(call.decision.verdict === 'rewrite' ? { rewrittenSha256: digestOf(call.decision.input) } : {}),
    kind: call.action.kind,
    summary: isPlain ? callSummary(call.action) : 'not told, for its input holds more than a record should',
    ...(call.wouldBe.length === 0 ? {} : { wouldBe: call.wouldBe.slice(0, MAX_WOULD_BE).map((one) => ({ ...one })) }),
    ...scan,
    ...(call.content === null ? {} : contentFields(call.content)),
  };
}

function contentFields(content: SealedCall): JsonObject {
  return content.sealed === null ? { sealed: null, unsealed: content.why } : { sealed: content.sealed };
}

/** The id of the call that an event tells of, as its record has it; null where it has none. */
export function recordedId(event: HookEvent): string | null {
  const id = stringField(event.fields, 'tool_use_id');
  return id === null ? null : recordedText(id);
}

/** Digest of a tool's input, equal to the gateway's for the same call; null where it has none. */
export function inputDigest(event: HookEvent): Sha256 | null {
  const input = Object.hasOwn(event.fields, 'tool_input') ? event.fields['tool_input'] : undefined;
  return input === undefined ? null : digestOf(input);
}

function digestOf(input: Json): Sha256 | null {
  try {
    return sha256Of(canonicalJson(input));
  } catch (error) {
    // A lone surrogate has no UTF-8 form: nothing that two sides would agree on can be hashed.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function batchIds(calls: readonly Json[]): readonly string[] {
  const ids = calls
    .slice(0, MAX_BATCH_IDS)
    .map((call) => (isJsonObject(call) ? stringField(call, 'tool_use_id') : null));
  return ids.flatMap((id) => (id === null ? [] : [recordedText(id)]));
}

function camelCase(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
