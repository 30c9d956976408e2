import type { AuditRecord } from '../core/audit.ts';
import type { SessionId } from '../core/ids.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Fact, HostFact, SessionFact, ToldResult } from './fact.ts';

/** A record of the log, by its place. */
export interface PlacedRecord extends AuditRecord {
  readonly index: number;
}

/** Starts of client sessions that go on with nothing. */
const FRESH_STARTS: ReadonlySet<string> = new Set(['startup', 'clear']);
/** What the gateway gives to its own calls; they are no calls of a model. */
const CANARY_PREFIX = 'toolu_sallyport_';
const VERDICTS = ['allow', 'ask', 'deny', 'rewrite'] as const;
const CALLS_BY = ['hooks', 'gateway', 'nobody'] as const;
/** Events of `log` records after which passed time tells nothing of a session. */
const TIME_UNKNOWN: ReadonlySet<string> = new Set(['opened', 'gap', 'clock-jump']);
/** Ids are kept in memory; those that records hold are shorter. */
const MAX_ID_LENGTH = 512;
const MAX_RESULTS = 256;

/**
 * What a record tells, or null where that is nothing. Bodies of another version or of another hand are taken as far as
 * they have the shape: a field that is missing or odd tells nothing, and nothing throws.
 */
export function factOf(record: PlacedRecord): Fact | HostFact | null {
  const { kind, body, sessionId, occurredAtMs: atMs } = record;
  const event = stringField(body, 'event') ?? '';
  if (kind === 'log') return TIME_UNKNOWN.has(event) ? { kind: 'time-unknown', atMs } : null;
  if (kind === 'finding') {
    const id = stringField(body, 'findingId');
    return id === null ? null : { kind: 'recorded-finding', atMs, id };
  }
  if (sessionId === null) return null;
  const fact = sessionFact(record, event);
  return fact === null ? null : placed(fact, sessionId, atMs);
}

function placed(fact: SessionFact, sessionId: SessionId, atMs: number): Fact {
  return { ...fact, sessionId, atMs };
}

function sessionFact({ kind, body, index }: PlacedRecord, event: string): SessionFact | null {
  switch (kind) {
    case 'session':
      if (event === 'opened') return { kind: 'session-opened' };
      return event === 'ended' ? { kind: 'session-ended' } : null;
    case 'decision':
      return decided(body, event);
    case 'hook':
      return ofHook(body, event);
    case 'model':
      return ofModel(body, event, index);
    case 'policy':
    case 'admin':
    case 'egress':
    case 'finding':
    case 'log':
      return null;
  }
}

function decided(body: JsonObject, event: string): SessionFact {
  const id = idIn(body, 'toolUseId');
  const verdict = VERDICTS.find((one) => one === body['verdict']);
  if (event !== 'PreToolUse' || id === null || verdict === undefined || isCanary(id)) return { kind: 'sign-of-life' };
  return {
    kind: 'decided',
    id,
    tool: shortIn(body, 'tool'),
    agentId: idIn(body, 'agentId'),
    verdict,
    mayRunSha256: stringField(body, verdict === 'rewrite' ? 'rewrittenSha256' : 'inputSha256'),
  };
}

function ofHook(body: JsonObject, event: string): SessionFact {
  const id = idIn(body, 'toolUseId');
  if (event === 'PostToolUse' && id !== null && !isCanary(id)) {
    return {
      kind: 'ran',
      id,
      tool: shortIn(body, 'tool'),
      agentId: idIn(body, 'agentId'),
      inputSha256: stringField(body, 'inputSha256'),
    };
  }
  const clientSessionId = idIn(body, 'clientSessionId');
  if (event === 'SessionStart' && clientSessionId !== null) {
    return { kind: 'client-started', clientSessionId, isFresh: FRESH_STARTS.has(stringField(body, 'source') ?? '') };
  }
  return { kind: 'sign-of-life' };
}

function ofModel(body: JsonObject, event: string, index: number): SessionFact {
  const id = idIn(body, 'toolUseId');
  switch (event) {
    case 'request':
      return {
        kind: 'request',
        index,
        callsBy: CALLS_BY.find((one) => one === body['callsBy']) ?? null,
        agentId: idIn(body, 'agentId'),
        clientSessionId: idIn(body, 'clientSessionId'),
        results: resultsIn(body['results']),
      };
    case 'tool_use': {
      // What the service runs itself is no call of the client.
      if (id === null || stringField(body, 'blockType') !== 'tool_use') return { kind: 'sign-of-life' };
      const requestIndex = Number.isSafeInteger(body['requestIndex']) ? Number(body['requestIndex']) : null;
      return { kind: 'call-relayed', id, tool: shortIn(body, 'name'), requestIndex };
    }
    case 'call-refused':
      return id === null ? { kind: 'sign-of-life' } : { kind: 'call-refused', id, tool: shortIn(body, 'name') };
    case 'undecided-result':
      return id === null ? { kind: 'sign-of-life' } : { kind: 'undecided-result', id };
    case 'refused':
      return stringField(body, 'why') === 'canary-unanswered'
        ? { kind: 'hooks-silent', clientSessionId: idIn(body, 'clientSessionId') }
        : { kind: 'sign-of-life' };
    default:
      return { kind: 'sign-of-life' };
  }
}

function resultsIn(results: Json | undefined): readonly ToldResult[] {
  if (!isJsonObject(results)) return [];
  const of = (outcome: ToldResult['outcome']): readonly ToldResult[] => {
    const ids = results[outcome];
    return (Array.isArray(ids) ? ids.slice(0, MAX_RESULTS) : []).flatMap((id: Json) =>
      typeof id === 'string' && id.length <= MAX_ID_LENGTH && !isCanary(id) ? [{ id, outcome }] : [],
    );
  };
  return [...of('ok'), ...of('error')];
}

function isCanary(id: string): boolean {
  return id.startsWith(CANARY_PREFIX);
}

function idIn(body: JsonObject, key: string): string | null {
  const id = stringField(body, key);
  return id === null || id.length > MAX_ID_LENGTH ? null : id;
}

/** Names of tools stand in findings. */
function shortIn(body: JsonObject, key: string): string {
  return (stringField(body, key) ?? '').slice(0, 128);
}
