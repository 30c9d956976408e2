import type { LoggedRecord } from '../audit/index.ts';
import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { countsIn, lookedAt, numberField, objectField, objectsIn } from './record-reading.ts';
import { askedCall, decidedCall, finishedCall, isFinished, newCall } from './timeline-call.ts';
import type { CallEntry, ModelEntry, Seen, TimelineEntry } from './timeline-entry.ts';

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

type Body = TimelineEntry extends infer Entry
  ? Entry extends TimelineEntry
    ? Omit<Entry, keyof Seen | 'turn'>
    : never
  : never;
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
  const canaries = new Map<string, Begun<Extract<Body, { kind: 'liveness' }>>>();
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
        return [
          ...left,
          begun(seen, {
            kind: 'prompt',
            length: numberField(body, 'promptLength'),
            sha256: stringField(body, 'promptSha256'),
            verdict: stringField(body, 'verdict'),
            ruleId: stringField(body, 'ruleId'),
            looked: lookedAt(body),
          }),
        ];
      }
      case 'PostToolUse':
      case 'PostToolUseFailure':
      case 'PermissionDenied':
        return withCall(seen, stringField(body, 'toolUseId'), (call) => finishedCall(call, seen, body));
      case 'PostToolBatch':
        return [];
      case 'Stop':
      case 'SessionEnd':
        return [...rest(), begun(seen, { kind: 'client', event, words: wordsOf(body, ['reason']) })];
      default: {
        const words = wordsOf(body, [
          'source',
          'trigger',
          'loadReason',
          'memoryType',
          'filePath',
          'newCwd',
          'agentType',
          'notificationType',
          'problem',
        ]);
        return [begun(seen, { kind: 'client', event, words })];
      }
    }
  }

  function model(seen: Seen, body: JsonObject): readonly TimelineEntry[] {
    const event = stringField(body, 'event') ?? '';
    const id = stringField(body, 'toolUseId');
    switch (event) {
      case 'request':
        requests.set(seen.id, begun(seen, requestOf(body)));
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
      case 'refused': {
        const why = stringField(body, 'why') ?? 'no reason';
        const path = stringField(body, 'path');
        if (why.startsWith('proxy-'))
          return [begun(seen, { kind: 'egress', verdict: 'deny', host: path, ruleId: why })];
        return [begun(seen, { kind: 'refused', why, path })];
      }
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
    const found = objectsIn(body, 'findings').flatMap((one) => {
      const detectorId = stringField(one, 'detectorId');
      return detectorId === null ? [] : [[detectorId, numberField(one, 'count') ?? 1] as const];
    });
    const after: Begun<ModelEntry> = {
      ...request,
      fallbacks: request.fallbacks + (event === 'fallback' ? 1 : 0),
      replyFound: event === 'reply-finding' ? found : request.replyFound,
      reply: event === 'response' ? replyOf(seen, body) : request.reply,
    };
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
        case 'finding':
          return [
            begun(seen, {
              kind: 'finding',
              event,
              severity: stringField(body, 'severity'),
              toolUseId: stringField(body, 'toolUseId'),
            }),
          ];
        case 'egress':
          return [
            begun(seen, {
              kind: 'connection',
              remote: stringField(body, 'remote'),
              destination: stringField(body, 'to'),
              pid: numberField(body, 'pid'),
              seenBy: stringField(body, 'seenBy'),
            }),
          ];
        case 'session':
          if (event === 'tainted')
            return [
              begun(seen, {
                kind: 'taint',
                source: stringField(body, 'source') ?? 'unknown source',
                detectorId: stringField(body, 'detectorId'),
                toolUseId: stringField(body, 'toolUseId'),
              }),
            ];
          return [
            ...(event === 'ended' ? rest() : []),
            begun(seen, {
              kind: 'session',
              event,
              words: [
                ...wordsOf(body, ['provider', 'workspace', 'reason']),
                ...wordsOf(objectField(body, 'about'), ['user']).map((user) => `by ${user}`),
              ],
            }),
          ];
        case 'admin':
          return [begun(seen, { kind: 'admin', event, words: wordsOf(body, ['form', 'cause', 'reason', 'by']) })];
        case 'policy':
        case 'log':
          return [begun(seen, { kind: 'other', event: `${kind} ${event}`, words: [] })];
      }
    },
    rest,
  };
}

function requestOf(body: JsonObject): ModelEntry {
  const content = objectField(body, 'content');
  const looked = (['masked', 'redacted', 'alerts', 'injections', 'blocked', 'unchecked'] as const).flatMap((did) => {
    const found = countsIn(objectField(content, did));
    return found.length === 0 ? [] : [{ did, found }];
  });
  return {
    kind: 'model',
    model: stringField(body, 'model'),
    agentId: stringField(body, 'agentId'),
    requestSha256: stringField(body, 'requestSha256') ?? stringField(body, 'forwardedSha256'),
    looked,
    replyFound: [],
    reply: null,
    fallbacks: 0,
  };
}

function replyOf(seen: Seen, body: JsonObject): ModelEntry['reply'] {
  const usage = objectField(body, 'usage');
  return {
    ...seen,
    ended: stringField(body, 'ended') ?? 'not told',
    status: numberField(body, 'status'),
    stopReason: stringField(body, 'stopReason'),
    durationMs: numberField(body, 'durationMs'),
    inputTokens: numberField(usage, 'input_tokens'),
    outputTokens: numberField(usage, 'output_tokens'),
    cacheReadTokens: numberField(usage, 'cache_read_input_tokens'),
  };
}

function wordsOf(body: JsonObject, keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => stringField(body, key) ?? []);
}

/** Gives the oldest where there are too many. */
function overflow<Key, Entry>(open: Map<Key, Entry>): readonly Entry[] {
  const [oldest] = open;
  if (oldest === undefined || open.size <= MAX_OPEN) return [];
  open.delete(oldest[0]);
  return [oldest[1]];
}
