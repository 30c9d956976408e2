import type { RecordKind } from '../core/audit.ts';
import { makeSessionId } from '../core/ids.ts';
import type { SessionId } from '../core/ids.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Discrepancy } from './discrepancy.ts';
import { factOf } from './read-fact.ts';
import type { PlacedRecord } from './read-fact.ts';
import { reconciler } from './reconciler.ts';
import type { ReconcileLimits, Reconciler } from './reconciler.ts';

export const START_MS = 1_800_000_000_000;

/** A session by its number. */
export function sessionNumber(number: number): SessionId {
  return makeSessionId(START_MS + number, new Uint8Array(16).fill(number));
}

export const SESSION = sessionNumber(1);
export const CLIENT = 'c0ffee00-0000-4000-8000-000000000001';

/** Records of one log, made one after the other: each 10 ms after the one before. */
export interface ScriptedLog {
  readonly records: readonly PlacedRecord[];
  add(kind: RecordKind, body: JsonObject, sessionId?: SessionId | null): number;
  /** Lets time pass. */
  wait(milliseconds: number): void;
}

export function scriptedLog(): ScriptedLog {
  const records: PlacedRecord[] = [];
  let atMs = START_MS;
  return {
    records,
    add(kind, body, sessionId = SESSION) {
      atMs += 10;
      records.push({ kind, body, sessionId, occurredAtMs: atMs, index: records.length });
      return records.length - 1;
    },
    wait(milliseconds) {
      atMs += milliseconds;
    },
  };
}

/** What joining these records shows. */
export function foundIn(
  records: readonly PlacedRecord[],
  limits: Partial<ReconcileLimits> = {},
  join: Reconciler = reconciler({ limits }),
): readonly Discrepancy[] {
  return records.flatMap((record) => {
    const fact = factOf(record);
    const found = fact === null ? [] : join.observe(fact, record.occurredAtMs);
    return [...found, ...join.tick(record.occurredAtMs)];
  });
}

type More = Readonly<Record<string, Json>>;

// The bodies of records, as guard, gateway and registry write them.
export const opened = (): JsonObject => ({ event: 'opened', workspace: '/w', provider: 'anthropic', about: {} });
export const ended = (): JsonObject => ({ event: 'ended', reason: 'over' });
export const started = (source = 'startup'): JsonObject => ({ event: 'SessionStart', clientSessionId: CLIENT, source });
export const request = (results: JsonObject | null = null, more: More = {}): JsonObject => ({
  event: 'request',
  clientSessionId: CLIENT,
  agentId: null,
  callsBy: 'hooks',
  ...(results === null ? {} : { results }),
  ...more,
});
export const ok = (...ids: readonly string[]): JsonObject => ({ ok: ids, error: [] });
export const failed = (...ids: readonly string[]): JsonObject => ({ ok: [], error: ids });
export const toolUse = (toolUseId: string, requestIndex: number, more: More = {}): JsonObject => ({
  event: 'tool_use',
  toolUseId,
  requestIndex,
  name: 'Bash',
  blockType: 'tool_use',
  verdict: 'allow',
  ...more,
});
export const decided = (toolUseId: string, verdict = 'allow', more: More = {}): JsonObject => ({
  event: 'PreToolUse',
  clientSessionId: CLIENT,
  tool: 'Bash',
  toolUseId,
  verdict,
  inputSha256: `in-${toolUseId}`,
  ...more,
});
export const ran = (toolUseId: string, more: More = {}): JsonObject => ({
  event: 'PostToolUse',
  clientSessionId: CLIENT,
  tool: 'Bash',
  toolUseId,
  inputSha256: `in-${toolUseId}`,
  ...more,
});
