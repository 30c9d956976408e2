import { open } from 'node:fs/promises';
import { StateFolder } from '../core/error.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import { VERDICTS } from '../core/decision.ts';
import type { Verdict } from '../core/decision.ts';
import type { SeenCall } from '../core/seen-call.ts';
import { actionFrom } from '../guard/index.ts';

/** Longest line of a file of calls, in UTF-16 code units. */
const MAX_LINE_LENGTH = 1024 * 1024;
/** Home folder of calls that name none. */
const UNKNOWN_HOME = '/home/user';

/** A call of another program's log. */
export interface ForeignCall {
  /** From 1. */
  readonly line: number;
  readonly tool: string;
  readonly verdict: Verdict;
  readonly call: SeenCall;
  readonly user: string | null;
  readonly sessionId: string | null;
  readonly occurredAtMs: number | null;
}

export type ForeignLine =
  | { readonly kind: 'call'; readonly call: ForeignCall }
  | { readonly kind: 'damaged'; readonly line: number; readonly problem: string };

/**
 * Reads calls from JSON lines with the fields `tool`, `input`, `decision` (or `observed`), and where they are known `cwd`,
 * `workspace`, `home`, `mode`, `user`, `session` and `at` (milliseconds or ISO 8601). Other fields are passed over.
 *
 * @param workspace of calls that name neither `workspace` nor `cwd`; absolute.
 * @throws {StateFolder} where the file cannot be read.
 */
export async function* readForeignCalls(path: string, workspace: string): AsyncGenerator<ForeignLine> {
  const file = await open(path).catch((cause: unknown) => {
    throw new StateFolder(`the file \`${path}\` cannot be read`, { cause, hint: 'name a folder or a file of calls' });
  });
  let line = 0;
  try {
    for await (const text of file.readLines()) {
      line += 1;
      if (text.trim() === '') continue;
      const read = callOf(text, line, workspace);
      yield typeof read === 'string' ? { kind: 'damaged', line, problem: read } : { kind: 'call', call: read };
    }
  } finally {
    await file.close();
  }
}

/** The call of a line, or why it holds none. */
function callOf(text: string, line: number, defaultWorkspace: string): ForeignCall | string {
  if (text.length > MAX_LINE_LENGTH) return `longer than ${MAX_LINE_LENGTH} characters`;
  const fields = parsed(text);
  if (fields === null) return 'not a JSON object';
  const tool = stringField(fields, 'tool');
  const input = fields['input'];
  if (tool === null) return 'no `tool`';
  if (!isJsonObject(input)) return 'no `input` that is an object';
  const said = stringField(fields, 'decision') ?? stringField(fields, 'observed');
  const verdict = VERDICTS.find((one) => one === said);
  if (verdict === undefined) return 'no `decision` that is allow, ask or deny';
  const cwd = stringField(fields, 'cwd');
  const workspace = stringField(fields, 'workspace') ?? cwd ?? defaultWorkspace;
  const action = actionFrom({
    name: 'PreToolUse',
    fields: { tool_name: tool, tool_input: input, cwd: cwd ?? workspace },
    bytes: 0,
    sha256: NO_DIGEST,
  });
  const homeDir = stringField(fields, 'home') ?? UNKNOWN_HOME;
  return {
    line,
    tool,
    verdict,
    call: { action, workspace, homeDir, permissionMode: stringField(fields, 'mode'), facts: null, taint: null },
    user: stringField(fields, 'user'),
    sessionId: stringField(fields, 'session'),
    occurredAtMs: timeOf(fields),
  };
}

const NO_DIGEST = '0'.repeat(64) as Parameters<typeof actionFrom>[0]['sha256'];

function parsed(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function timeOf(fields: JsonObject): number | null {
  const { at } = fields;
  const ms = typeof at === 'number' ? at : typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return Number.isFinite(ms) ? ms : null;
}
