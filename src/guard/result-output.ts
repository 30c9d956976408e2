import { stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { HookEvent } from './hook-event.ts';
import { withSpansReplaced } from './json-text.ts';
import type { TextSpan } from './json-text.ts';

/** What a tool answered, as its event has it; null where it has nothing. */
export function toolResponse({ fields }: HookEvent): Json {
  return Object.hasOwn(fields, 'tool_response') ? (fields['tool_response'] ?? null) : null;
}

/**
 * The result of a tool with parts of it replaced, in the shape that its client takes; null where it has no such shape.
 */
export function rewrittenOutput(event: HookEvent, spans: readonly TextSpan[]): Json | null {
  const made = withSpansReplaced(toolResponse(event), spans);
  // A command that failed answers with a text, but a managed hook may only put a command's own shape there (measured).
  return typeof made === 'string' && toolName(event) === 'Bash' ? commandOutput(made) : made;
}

/**
 * A notice in the place of a tool's result. Where the shape of the tool's results is not known it is a text, for which
 * the client puts an error in the result's place (measured for a managed hook): the result is gone in either case.
 */
export function noticeOutput(event: HookEvent, notice: string): Json {
  const tool = toolName(event);
  if (tool === 'Bash') return commandOutput(notice);
  if (tool === 'Read') return readOutput(event, notice);
  if (tool.startsWith('mcp__') && Array.isArray(toolResponse(event))) return [{ type: 'text', text: notice }];
  return notice;
}

function toolName({ fields }: HookEvent): string {
  return stringField(fields, 'tool_name') ?? '';
}

function commandOutput(stdout: string): JsonObject {
  return { stdout, stderr: '', interrupted: false, isImage: false, noOutputExpected: false };
}

function readOutput({ fields }: HookEvent, content: string): JsonObject {
  const input = fields['tool_input'];
  const filePath = typeof input === 'object' && input !== null ? stringField(input as JsonObject, 'file_path') : null;
  return { type: 'text', file: { filePath: filePath ?? '', content, numLines: 1, startLine: 1, totalLines: 1 } };
}
