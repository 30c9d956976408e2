import type { LoggedRecord } from '../audit/index.ts';
import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { numberField } from './record-reading.ts';
import { askedCall, decidedCall, finishedCall, isFinished, newCall } from './timeline-call.ts';
import type { CallEntry, EntryBody, ModelEntry, Seen, TimelineEntry } from './timeline-entry.ts';
import { askedModel, repliedModel } from './timeline-model.ts';
import { clientEntry, plainEntry, promptEntry, refusedEntry } from './timeline-plain.ts';

/** Puts the records of one session together to what happened in it, while they come. */
export interface Timeline {
  /**
   * @returns entries that are whole with this record, in the order in which they became so. A call that was given comes again,
   *   with the same `id`, where another record tells more of it.
   */
  add(record: LoggedRecord): readonly TimelineEntry[];
  /** Entries that still wait for something, in the order in which they began. They are waited for no longer. */
  rest(): readonly TimelineEntry[];
}

type Begun<Kind> = Seen & { readonly turn: number } & Kind;

/** Ids of the calls by which the gateway sees whether hooks reach the guard. */
const CANARY = 'toolu_sallyport_';
/** Most calls and requests that are waited for; beyond, the oldest is given as it is. */
const MAX_OPEN = 4_096;

export function timeline(): Timeline {
  const calls = new Map<string, Begun<CallEntry>>();
  const requests = new Map<number, Begun<ModelEntry>>();
  /** Calls that were given already: a result that comes late still belongs to its decision. */
  const given = new Map<string, Begun<CallEntry>>();
  const canaries = new Map<string, Begun<Extract<EntryBody, { kind: 'liveness' }>>>();
  let turn = 0;

  const begun = <Kind>(seen: Seen, body: Kind): Begun<Kind> => ({ ...seen, turn, ...body });

  /** Puts what a record says to its call, and gives the call once it is whole. */
  function withCall(seen: Seen, id: string | null, change: (call: CallEntry) => CallEntry): readonly TimelineEntry[] {
    const before = (id === null ? undefined : (calls.get(id) ?? given.get(id))) ?? begun(seen, newCall(id));
    const after = { ...before, ...change(before) };
    if (id === null) return [after];
    calls.delete(id);
    if (isFinished(after)) return [gave(after)];
    calls.set(id, after);
    return overflow(calls).map(gave);
  }

  function gave(entry: Begun<CallEntry>): Begun<CallEntry> {
    if (entry.toolUseId !== null) given.set(entry.toolUseId, entry);
    overflow(given);
    return entry;
  }

  function decision(seen: Seen, body: JsonObject): readonly TimelineEntry[] {
    const id = stringField(body, 'toolUseId') ?? permissionFor(body);
    const canary = id === null ? undefined : canaries.get(id);
    if (id?.startsWith(CANARY) === true) {
      canaries.delete(id);
      const isProven = stringField(body, 'ruleId') === 'liveness/canary';
      return [canary ?? begun(seen, { kind: 'liveness' as const, toolUseId: id, answer: null })].map((one) => ({
        ...one,
        answer: isProven ? 'proven' : 'unanswered',
      }));
    }
    return withCall(seen, id, (call) => decidedCall(call, seen, body));
  }

  /** The client asks about a permission without the id of the call: it is the newest of that tool that waits for one. */
  function permissionFor(body: JsonObject): string | null {
    if (stringField(body, 'event') !== 'PermissionRequest') return null;
    const sha256 = stringField(body, 'inputSha256');
    const waiting = [...calls.values()].findLast((call) => sha256 !== null && call.inputSha256 === sha256);
    return waiting?.toolUseId ?? null;
  }

  function hook(seen: Seen, body: JsonObject): readonly TimelineEntry[] {
    const event = stringField(body, 'event') ?? 'unreadable';
    switch (event) {
      case 'UserPromptSubmit': {
        const left = rest();
        turn += 1;
        return [...left, begun(seen, promptEntry(body))];
      }
      case 'PostToolUse':
      case 'PostToolUseFailure':
      case 'PermissionDenied':
        return withCall(seen, stringField(body, 'toolUseId'), (call) => finishedCall(call, seen, body));
      case 'PostToolBatch':
        return [];
      case 'Stop':
      case 'SessionEnd':
        return [...rest(), begun(seen, clientEntry(event, body, true))];
      default:
        return [begun(seen, clientEntry(event, body, false))];
    }
  }

  function model(seen: Seen, body: JsonObject): readonly TimelineEntry[] {
    const event = stringField(body, 'event') ?? '';
    const id = stringField(body, 'toolUseId');
    switch (event) {
      case 'request':
        requests.set(seen.id, begun(seen, askedModel(body)));
        return overflow(requests);
      case 'response':
      case 'fallback':
      case 'reply-finding':
        return ofReply(seen, body, event);
      case 'tool_use':
      case 'call-refused':
        return withCall(seen, id, (call) => askedCall(call, seen, body));
      case 'undecided-result':
      case 'undecided-error': {
        const undecided = event === 'undecided-result' ? 'ran' : 'failed';
        return withCall(seen, id, (call) => ({ ...call, undecided }));
      }
      case 'refused':
        return [begun(seen, refusedEntry(body))];
      case 'tunnel':
        return [begun(seen, { kind: 'egress', verdict: 'allow', host: stringField(body, 'host'), ruleId: null })];
      case 'canary-issued':
        if (id !== null) canaries.set(id, begun(seen, { kind: 'liveness', toolUseId: id, answer: null }));
        return [];
      case 'canary-unanswered': {
        if (id === null) return [];
        const canary = canaries.get(id) ?? begun(seen, { kind: 'liveness' as const, toolUseId: id, answer: null });
        canaries.delete(id);
        return [{ ...canary, answer: 'unanswered' }];
      }
      default:
        return [begun(seen, { kind: 'other', event: `model ${event}`, words: [] })];
    }
  }

  function ofReply(seen: Seen, body: JsonObject, event: string): readonly TimelineEntry[] {
    const index = numberField(body, 'requestIndex');
    const request = index === null ? undefined : requests.get(index);
    if (index === null || request === undefined)
      return [begun(seen, { kind: 'other', event: `model ${event}`, words: ['its request is not in the log'] })];
    const after = { ...request, ...repliedModel(request, seen, body) };
    if (event !== 'response') {
      requests.set(index, after);
      return [];
    }
    requests.delete(index);
    return [after];
  }

  function rest(): readonly TimelineEntry[] {
    for (const call of calls.values()) gave(call);
    const open = [...requests.values(), ...calls.values(), ...canaries.values()];
    for (const each of [requests, calls, canaries]) each.clear();
    return open.toSorted((one, other) => one.id - other.id);
  }

  return {
    add({ index, occurredAtMs, kind, body }) {
      const seen = { id: index, atMs: occurredAtMs };
      const event = stringField(body, 'event') ?? kind;
      switch (kind) {
        case 'decision':
          return decision(seen, body);
        case 'hook':
          return hook(seen, body);
        case 'model':
          return model(seen, body);
        case 'session':
          return [...(event === 'ended' ? rest() : []), begun(seen, plainEntry(kind, event, body))];
        case 'finding':
        case 'egress':
        case 'admin':
        case 'policy':
        case 'log':
          return [begun(seen, plainEntry(kind, event, body))];
      }
    },
    rest,
  };
}

/** Gives the oldest where there are too many. */
function overflow<Key, Entry>(open: Map<Key, Entry>): readonly Entry[] {
  const [oldest] = open;
  if (oldest === undefined || open.size <= MAX_OPEN) return [];
  open.delete(oldest[0]);
  return [oldest[1]];
}
