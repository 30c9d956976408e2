import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { countsIn, numberField, objectField, objectsIn } from './record-reading.ts';
import type { ModelEntry, Seen } from './timeline-entry.ts';

/** A request to the model, as its own record tells of it. */
export function askedModel(body: JsonObject): ModelEntry {
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

/** What is known of a request once a record told of its reply, of what was found in that, or of a fallback. */
export function repliedModel(request: ModelEntry, seen: Seen, body: JsonObject): ModelEntry {
  switch (stringField(body, 'event') ?? '') {
    case 'fallback':
      return { ...request, fallbacks: request.fallbacks + 1 };
    case 'reply-finding':
      return { ...request, replyFound: foundIn(body) };
    case 'response':
      return { ...request, reply: replyOf(seen, body) };
    default:
      return request;
  }
}

function foundIn(body: JsonObject): ModelEntry['replyFound'] {
  return objectsIn(body, 'findings').flatMap((one) => {
    const detectorId = stringField(one, 'detectorId');
    return detectorId === null ? [] : [[detectorId, numberField(one, 'count') ?? 1] as const];
  });
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
