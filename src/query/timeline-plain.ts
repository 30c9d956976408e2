import type { LoggedRecord } from '../audit/index.ts';
import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { lookedAt, numberField, objectField } from './record-reading.ts';
import type { EntryBody } from './timeline-entry.ts';

/** What the client tells of itself by a hook, as far as there is a word for it. */
const CLIENT_WORDS = [
  'source',
  'trigger',
  'loadReason',
  'memoryType',
  'filePath',
  'newCwd',
  'agentType',
  'notificationType',
  'problem',
] as const;

/** An entry of a record that needs no other: what a layer saw, or what somebody did. */
export function plainEntry(
  kind: Exclude<LoggedRecord['kind'], 'decision' | 'hook' | 'model'>,
  event: string,
  body: JsonObject,
): EntryBody {
  switch (kind) {
    case 'finding':
      return {
        kind: 'finding',
        event,
        severity: stringField(body, 'severity'),
        toolUseId: stringField(body, 'toolUseId'),
      };
    case 'egress':
      return {
        kind: 'connection',
        remote: stringField(body, 'remote'),
        destination: stringField(body, 'to'),
        pid: numberField(body, 'pid'),
        seenBy: stringField(body, 'seenBy'),
      };
    case 'session':
      return sessionEntry(event, body);
    case 'admin':
      return { kind: 'admin', event, words: wordsOf(body, ['form', 'cause', 'reason', 'by']) };
    case 'policy':
    case 'log':
      return { kind: 'other', event: `${kind} ${event}`, words: [] };
  }
}

/** An entry of what somebody asked the client to do. */
export function promptEntry(body: JsonObject): EntryBody {
  return {
    kind: 'prompt',
    length: numberField(body, 'promptLength'),
    sha256: stringField(body, 'promptSha256'),
    verdict: stringField(body, 'verdict'),
    ruleId: stringField(body, 'ruleId'),
    looked: lookedAt(body),
  };
}

/** An entry of what the client told of itself; its end has a reason and nothing else. */
export function clientEntry(event: string, body: JsonObject, isEnd: boolean): EntryBody {
  return { kind: 'client', event, words: wordsOf(body, isEnd ? ['reason'] : CLIENT_WORDS) };
}

/** An entry of a request that the gateway, or the proxy in it, refused. */
export function refusedEntry(body: JsonObject): EntryBody {
  const why = stringField(body, 'why') ?? 'no reason';
  const path = stringField(body, 'path');
  if (why.startsWith('proxy-')) return { kind: 'egress', verdict: 'deny', host: path, ruleId: why };
  return { kind: 'refused', why, path };
}

function sessionEntry(event: string, body: JsonObject): EntryBody {
  if (event === 'tainted') {
    return {
      kind: 'taint',
      source: stringField(body, 'source') ?? 'unknown source',
      detectorId: stringField(body, 'detectorId'),
      toolUseId: stringField(body, 'toolUseId'),
    };
  }
  const by = wordsOf(objectField(body, 'about'), ['user']).map((user) => `by ${user}`);
  return { kind: 'session', event, words: [...wordsOf(body, ['provider', 'workspace', 'reason']), ...by] };
}

function wordsOf(body: JsonObject, keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => stringField(body, key) ?? []);
}
