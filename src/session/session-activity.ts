import type { AuditRecord, AuditSink } from '../core/audit.ts';
import type { SessionId } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';

/** Calls of a session that are remembered as under way. A client runs a handful at a time; beyond, the oldest go. */
const MAX_OPEN_CALLS = 256;

/** What enforcement points record when somebody does something in a session. */
const ACTIVE_KINDS: ReadonlySet<AuditRecord['kind']> = new Set(['decision', 'hook', 'model']);
/** Events after which the client runs nothing of before. */
const TURN_ENDS: ReadonlySet<string> = new Set(['Stop', 'SessionEnd']);

/** What happens in sessions, as far as it shows in their records. */
export interface SessionActivity {
  /** Passes records on and notes what they tell; a record that fails to be written tells as much. */
  watch(sink: AuditSink): AuditSink;
  /**
   * Milliseconds for which nothing has happened in a session, counted from its opening, or from the start of this process
   * where nothing was seen of it since. 0 while a tool runs that was allowed, or a model answers: that is no rest.
   */
  restMs(id: SessionId): number;
  forget(id: SessionId): void;
}

interface Seen {
  lastMs: number;
  /** Tools that run, by their ids, each with the digest of its input. */
  readonly calls: Map<string, string | null>;
  /** Requests that a model answers, by the numbers of their records. */
  readonly requests: Set<number>;
}

/** @param machineMs milliseconds since the machine started. */
export function sessionActivity(machineMs: () => number): SessionActivity {
  const startedMs = machineMs();
  const seen = new Map<SessionId, Seen>();

  function seenOf(id: SessionId): Seen {
    const known = seen.get(id) ?? { lastMs: machineMs(), calls: new Map(), requests: new Set() };
    seen.set(id, known);
    return known;
  }

  function note({ kind, sessionId, body }: AuditRecord): Seen | null {
    if (sessionId === null || (kind !== 'session' && !ACTIVE_KINDS.has(kind))) return null;
    // Of the records about a session itself only its opening is somebody's doing.
    if (kind === 'session' && body['event'] !== 'opened') return null;
    const one = seenOf(sessionId);
    one.lastMs = machineMs();
    noteCalls(one, kind, body);
    return one;
  }

  return {
    watch: (sink) => ({
      async append(record) {
        const one = note(record);
        const receipt = await sink.append(record);
        if (one !== null && record.kind === 'model' && record.body['event'] === 'request')
          one.requests.add(receipt.index);
        return receipt;
      },
    }),
    restMs(id) {
      const one = seen.get(id);
      if (one !== undefined && one.calls.size + one.requests.size > 0) return 0;
      return Math.max(0, machineMs() - (one?.lastMs ?? startedMs));
    },
    forget: (id) => void seen.delete(id),
  };
}

function noteCalls({ calls, requests }: Seen, kind: AuditRecord['kind'], body: JsonObject): void {
  const event = stringField(body, 'event') ?? '';
  const toolUseId = stringField(body, 'toolUseId');
  if (kind === 'model') {
    if (event === 'response' && typeof body['requestIndex'] === 'number') requests.delete(body['requestIndex']);
    // Of a call that was broken off the client may tell by the next request alone.
    if (event === 'request') for (const id of toldIds(body['results'])) calls.delete(id);
  } else if (event === 'PreToolUse') {
    const { verdict } = body;
    // What is asked waits for a person, and a person who is away is what idle means.
    if (toolUseId !== null && (verdict === 'allow' || verdict === 'rewrite'))
      calls.set(toolUseId, stringField(body, 'inputSha256'));
    else if (toolUseId !== null) calls.delete(toolUseId);
    const [oldest] = calls.keys();
    if (calls.size > MAX_OPEN_CALLS && oldest !== undefined) calls.delete(oldest);
  } else if (event === 'PermissionRequest') {
    // The client asks all the same. This event has no id, but the input of the call.
    const input = stringField(body, 'inputSha256');
    for (const [id, digest] of calls) if (input !== null && digest === input) calls.delete(id);
  } else if (TURN_ENDS.has(event)) {
    calls.clear();
  } else if (toolUseId !== null) {
    calls.delete(toolUseId);
  }
}

/** The ids of the calls whose results a request brings. */
function toldIds(results: unknown): readonly string[] {
  if (typeof results !== 'object' || results === null) return [];
  return Object.values(results).flatMap((ids: unknown) =>
    Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string') : [],
  );
}
