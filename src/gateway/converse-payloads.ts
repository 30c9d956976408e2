import { isJsonObject, stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { USAGE_NAMES } from './converse-reply.ts';

/**
 * What Converse streams for an event that was made here: types and contents of its frames. None where Converse has
 * nothing for it, two where it needs two.
 *
 * @throws {TypeError} for an event that Converse cannot say.
 */
export function conversePayloads(event: JsonObject): ReadonlyArray<readonly [type: string, payload: JsonObject]> {
  const contentBlockIndex = event['index'] ?? 0;
  switch (stringField(event, 'type')) {
    case 'message_start':
      return [['messageStart', { role: 'assistant' }]];
    case 'content_block_start': {
      const block = isJsonObject(event['content_block']) ? event['content_block'] : {};
      const type = stringField(block, 'type') ?? '';
      if (!type.endsWith('tool_use')) return [];
      const kind = type === 'tool_use' ? {} : { type };
      const toolUse = { toolUseId: block['id'] ?? '', name: block['name'] ?? '', ...kind };
      return [['contentBlockStart', { contentBlockIndex, start: { toolUse } }]];
    }
    case 'content_block_delta': {
      const delta = deltaOf(isJsonObject(event['delta']) ? event['delta'] : {});
      return [['contentBlockDelta', { contentBlockIndex, delta }]];
    }
    case 'content_block_stop':
      return [['contentBlockStop', { contentBlockIndex }]];
    case 'message_delta': {
      const stopReason = isJsonObject(event['delta']) ? stringField(event['delta'], 'stop_reason') : null;
      const usage = isJsonObject(event['usage']) ? usageOf(event['usage']) : null;
      return [
        ...(stopReason === null ? [] : [['messageStop', { stopReason }] as const]),
        ...(usage === null ? [] : [['metadata', { usage, metrics: { latencyMs: 0 } }] as const]),
      ];
    }
    case 'message_stop':
    case 'ping':
      return [];
    case null:
    default:
      throw new TypeError('no event of Converse says this');
  }
}

function deltaOf(delta: JsonObject): JsonObject {
  switch (stringField(delta, 'type')) {
    case 'text_delta':
      return { text: delta['text'] ?? '' };
    case 'input_json_delta':
      return { toolUse: { input: delta['partial_json'] ?? '' } };
    case 'thinking_delta':
      return { reasoningContent: { text: delta['thinking'] ?? '' } };
    case 'signature_delta':
      return { reasoningContent: { signature: delta['signature'] ?? '' } };
    case 'citations_delta':
      return { citation: delta['citation'] ?? {} };
    case null:
    default:
      throw new TypeError('no event of Converse says this');
  }
}

/** Token counts of the Messages service as Converse gives them; what is not told counts as none. */
export function usageOf(usage: JsonObject): JsonObject {
  const counts = USAGE_NAMES.map(([theirs, ours]) => [theirs, usage[ours] ?? 0] as const);
  const total = counts.reduce((sum, [, count]) => sum + (typeof count === 'number' ? count : 0), 0);
  return { ...Object.fromEntries(counts), totalTokens: total };
}
