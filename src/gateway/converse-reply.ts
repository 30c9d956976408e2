import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { UnreadableReply } from './stream-codec.ts';

/**
 * A whole reply of Converse as the Messages service would have written it, for reading only: its blocks in order, why it
 * stopped, its token counts. A call that stands anywhere else in the reply follows behind the blocks, so that none is
 * overlooked.
 *
 * @throws {UnreadableReply} where a block might be a call and cannot be read as one.
 */
export function converseAsMessage(reply: JsonObject): JsonObject {
  const output = isJsonObject(reply['output']) ? reply['output'] : {};
  const message = isJsonObject(output['message']) ? output['message'] : {};
  const { content, ...others } = message;
  const blocks = Array.isArray(content) ? content : [];
  const elsewhere = [others, { ...output, message: null }, { ...reply, output: null }];
  return {
    type: 'message',
    role: stringField(message, 'role') ?? 'assistant',
    content: [
      ...blocks.flatMap((block) => (isJsonObject(block) ? asBlocks(block) : strayCalls(block))),
      ...(Array.isArray(content) ? [] : strayCalls(content ?? null)),
      ...elsewhere.flatMap(strayCalls),
    ],
    stop_reason: stringField(reply, 'stopReason'),
    usage: asUsage(reply['usage']),
  };
}

/** A `toolUse` of Converse, whole or as a stream opens it, as a block of the Messages service. */
export function asToolUse(toolUse: Json | undefined): JsonObject {
  if (!isJsonObject(toolUse)) throw new UnreadableReply('a call is no object');
  const type = stringField(toolUse, 'type') ?? 'tool_use';
  return {
    // Whatever Converse calls it, a call must be known as one by its type.
    type: type.endsWith('tool_use') ? type : 'tool_use',
    id: toolUse['toolUseId'] ?? null,
    name: toolUse['name'] ?? null,
    input: toolUse['input'] ?? {},
  };
}

/** Token counts by the names that the Messages service gives them. */
export function asUsage(usage: Json | undefined): JsonObject {
  if (!isJsonObject(usage)) return {};
  return Object.fromEntries(
    USAGE_NAMES.flatMap(([theirs, ours]) => (usage[theirs] === undefined ? [] : [[ours, usage[theirs]]])),
  );
}

/** Names of token counts: of Converse, and of the Messages service. */
export const USAGE_NAMES = [
  ['inputTokens', 'input_tokens'],
  ['cacheWriteInputTokens', 'cache_creation_input_tokens'],
  ['cacheReadInputTokens', 'cache_read_input_tokens'],
  ['outputTokens', 'output_tokens'],
] as const;

/**
 * The calls in a value that is read by nobody for certain: whatever has the form of one, wherever it stands. What is
 * inside of a call is its input and no call.
 */
export function strayCalls(value: Json): readonly JsonObject[] {
  const found: JsonObject[] = [];
  const left: Json[] = [value];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (next === null || typeof next !== 'object') continue;
    const toolUse = isJsonObject(next) ? next['toolUse'] : undefined;
    const isCall = isJsonObject(toolUse) && toolUse['toolUseId'] !== undefined;
    if (isCall) found.push(asToolUse(toolUse));
    // One by one: an array may have more elements than a call may have arguments.
    for (const inner of Object.values(next).toReversed()) if (!isCall || inner !== toolUse) left.push(inner);
  }
  return found;
}

function asBlocks(block: JsonObject): readonly JsonObject[] {
  const { toolUse, ...others } = block;
  const calls = toolUse === undefined ? [] : [asToolUse(toolUse)];
  if (typeof block['text'] === 'string') return [{ type: 'text', text: block['text'] }, ...calls];
  const reasoning = block['reasoningContent'];
  if (isJsonObject(reasoning)) return [asThinking(reasoning), ...calls];
  return [...calls, ...strayCalls(others)];
}

function asThinking(reasoning: JsonObject): JsonObject {
  const told = reasoning['reasoningText'];
  if (!isJsonObject(told)) return { type: 'redacted_thinking', data: stringField(reasoning, 'redactedContent') ?? '' };
  return {
    type: 'thinking',
    thinking: stringField(told, 'text') ?? '',
    signature: stringField(told, 'signature') ?? '',
  };
}
