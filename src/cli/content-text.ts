import type { ContentProblem } from '../bin/content-reader.ts';
import type { Said } from '../bin/content-transcript.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { shownLine } from './shown-line.ts';

const PROBLEMS: Readonly<Record<ContentProblem, string>> = {
  sealed: 'sealed; `--sealed` or `--true` opens it',
  'key-gone': 'sealed, and the key of the session is gone',
  missing: 'not there: the file does not reach that far',
  altered: 'NOT AS WRITTEN: its digest is another',
  malformed: 'damaged: it cannot be read',
};

/** What was said, for people: who, and each line by itself. */
export function saidText(said: Said): string {
  if (!said.ok) return `  [${PROBLEMS[said.problem]}]\n`;
  const { value, isCut } = said;
  const role = isJsonObject(value) ? stringField(value, 'role') : null;
  const lines =
    isJsonObject(value) && role !== null
      ? [`${role}:`, ...contentLines(value['content'] ?? null).map((line) => `  ${line}`)]
      : ['assistant:', ...blockLines(value).map((line) => `  ${line}`)];
  if (isCut) lines.push('  [it broke off here]');
  return lines.map((line) => `  ${shownLine(line)}\n`).join('');
}

function contentLines(content: Json): readonly string[] {
  if (typeof content === 'string') return content.split('\n');
  return isList(content) ? content.flatMap(blockLines) : blockLines(content);
}

function blockLines(block: Json): readonly string[] {
  if (!isJsonObject(block)) return [JSON.stringify(block)];
  const type = stringField(block, 'type') ?? '';
  const text = stringField(block, 'text');
  if (text !== null) return text.split('\n');
  if (type === 'thinking')
    return (stringField(block, 'thinking') ?? '').split('\n').map((line) => `(thinking) ${line}`);
  const call = type.endsWith('tool_use') ? block : objectUnder(block, 'toolUse');
  if (call !== null) {
    const id = stringField(call, 'id') ?? stringField(call, 'toolUseId') ?? '';
    return [`call ${stringField(call, 'name') ?? ''} ${id} ${JSON.stringify(call['input'] ?? null)}`];
  }
  const result = type.endsWith('tool_result') ? block : objectUnder(block, 'toolResult');
  if (result !== null) {
    const id = stringField(result, 'tool_use_id') ?? stringField(result, 'toolUseId') ?? '';
    return [`result of ${id}`, ...contentLines(result['content'] ?? null).map((line) => `  ${line}`)];
  }
  return [`[${type === '' ? Object.keys(block).join(', ') : type}]`];
}

function objectUnder(block: JsonObject, name: string): JsonObject | null {
  const value = block[name];
  return isJsonObject(value) ? value : null;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
