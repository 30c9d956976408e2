import type { Action } from '../core/action.ts';
import { canonicalJson, isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { FileFacts, SeenCall } from '../core/seen-call.ts';
import { parseTaint } from '../core/taint.ts';

/**
 * Writes a call as canonical JSON.
 *
 * @throws {TypeError} where a text in it has no UTF-8 form.
 */
export function printSeenCall(call: SeenCall): string {
  const { action, workspace, homeDir, permissionMode, facts, taint } = call;
  return canonicalJson({
    v: 1,
    action: { ...action },
    workspace,
    homeDir,
    permissionMode,
    facts: facts === null ? null : printedFacts(facts),
    // Most sessions have none; equal calls are to give equal texts.
    ...(taint === null ? {} : { taint: { ...taint } }),
  });
}

/** Most calls hold no glob: what nobody asked takes no room. */
function printedFacts({ realPaths, globs, links }: FileFacts): Json {
  return { realPaths: realPaths.map(shortened), globs, ...(links.length === 0 ? {} : { links }) };
}

/** Most paths lead to themselves: that is written as null. */
function shortened([asked, answer]: readonly [string, string]): readonly [string, string | null] {
  return [asked, answer === asked ? null : answer];
}

/** Reads what {@link printSeenCall} wrote; null for any other text. */
export function parseSeenCall(text: string): SeenCall | null {
  const value = parsed(text);
  if (!isJsonObject(value) || value['v'] !== 1) return null;
  const [workspace, homeDir] = [stringField(value, 'workspace'), stringField(value, 'homeDir')];
  const { permissionMode = null } = value;
  const action = isJsonObject(value['action']) ? actionOf(value['action']) : null;
  const facts = value['facts'] === null ? null : factsOf(value['facts']);
  if (action === null || facts === undefined || workspace === null || homeDir === null) return null;
  if (permissionMode !== null && typeof permissionMode !== 'string') return null;
  const taint = parseTaint(value['taint'] ?? null);
  return taint === undefined ? null : { action, workspace, homeDir, permissionMode, facts, taint };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function actionOf(value: JsonObject): Action | null {
  const text = (key: string): string | null => stringField(value, key);
  const kind = text('kind') ?? '';
  switch (kind) {
    case 'command': {
      const [commandLine, cwd, isUnsandboxed] = [text('commandLine'), text('cwd'), value['isUnsandboxed']];
      if (commandLine === null || cwd === null || typeof isUnsandboxed !== 'boolean') return null;
      return { kind: 'command', commandLine, cwd, isUnsandboxed };
    }
    case 'read':
    case 'write': {
      const [path, cwd] = [text('path'), text('cwd')];
      return path === null || cwd === null ? null : { kind, path, cwd };
    }
    case 'fetch': {
      const url = text('url');
      return url === null ? null : { kind: 'fetch', url };
    }
    case 'mcp': {
      const [server, tool] = [text('server'), text('tool')];
      return server === null || tool === null ? null : { kind: 'mcp', server, tool };
    }
    case 'tool': {
      const name = text('name');
      return name === null ? null : { kind: 'tool', name };
    }
    case 'canary': {
      const toolUseId = text('toolUseId');
      return toolUseId === null ? null : { kind: 'canary', toolUseId };
    }
    case 'unreadable': {
      const why = text('why');
      return why === null ? null : { kind: 'unreadable', why };
    }
    default:
      return null;
  }
}

/** Undefined where the value is no facts. */
function factsOf(value: Json | undefined): FileFacts | undefined {
  if (!isJsonObject(value) || !Array.isArray(value['realPaths']) || !Array.isArray(value['globs'])) return undefined;
  const realPaths: [string, string][] = [];
  for (const pair of value['realPaths'] as readonly Json[]) {
    const [asked, answer] = pairOf(pair);
    if (typeof asked !== 'string' || (answer !== null && typeof answer !== 'string')) return undefined;
    realPaths.push([asked, answer ?? asked]);
  }
  const globs = answersOf(value['globs'] as readonly Json[]);
  const { links: told = [] } = value;
  const links = Array.isArray(told) ? answersOf(told as readonly Json[]) : undefined;
  return globs === undefined || links === undefined ? undefined : { realPaths, globs, links };
}

/** Undefined where one of them is no question with its answer. */
function answersOf(pairs: readonly Json[]): FileFacts['globs'] | undefined {
  const answers: [string, readonly string[] | null][] = [];
  for (const pair of pairs) {
    const [asked, answer] = pairOf(pair);
    if (typeof asked !== 'string' || (answer !== null && !isTextList(answer))) return undefined;
    answers.push([asked, answer]);
  }
  return answers;
}

function pairOf(value: Json): readonly [Json | undefined, Json | undefined] {
  return Array.isArray(value) && value.length === 2 ? [value[0] as Json, value[1] as Json] : [undefined, undefined];
}

function isTextList(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
