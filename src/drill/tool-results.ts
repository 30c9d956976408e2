import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';

/** What the client reported of one tool call. */
export interface ToolResult {
  readonly toolUseId: string;
  readonly isError: boolean;
  /** The text of its blocks, joined. */
  readonly text: string;
}

/** All tool results of a request's transcript, in order. */
export function toolResults(body: JsonObject): readonly ToolResult[] {
  return listOf(body['messages'])
    .flatMap((message) => (isJsonObject(message) ? listOf(message['content']) : []))
    .filter(isJsonObject)
    .filter((block) => block['type'] === 'tool_result')
    .map((block) => ({
      toolUseId: stringField(block, 'tool_use_id') ?? '',
      isError: block['is_error'] === true,
      text: textOf(block['content']),
    }));
}

function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  return listOf(content)
    .map((part) => (isJsonObject(part) ? (stringField(part, 'text') ?? '') : ''))
    .join('\n');
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
