import type { Action } from '../core/action.ts';
import { UsageError } from '../core/error.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { actionFrom, readEvent } from '../guard/index.ts';

/** A call of a tool as a hook event tells of it. */
export interface EventCall {
  readonly tool: string;
  readonly input: JsonObject;
  readonly action: Action;
  /** The client's permission mode, or null where the event names none. */
  readonly mode: string | null;
  readonly cwd: string | null;
}

/**
 * Reads a hook event as the guard does.
 *
 * @throws {UsageError} for bytes that are no event of a tool call.
 */
export function actionOfEvent(bytes: Uint8Array): EventCall {
  const read = readEvent(bytes);
  if (!read.ok) throw new UsageError(`this is no hook event: ${read.problem}`);
  const { fields } = read.event;
  const tool = stringField(fields, 'tool_name');
  if (tool === null) throw new UsageError('this event is of no tool call', { hint: 'give a PreToolUse event' });
  const input = isJsonObject(fields['tool_input']) ? fields['tool_input'] : {};
  const mode = stringField(fields, 'permission_mode');
  return { tool, input, action: actionFrom(read.event), mode, cwd: stringField(fields, 'cwd') };
}
