import type { Action } from '../core/action.ts';
import { isJsonObject, stringField } from '../core/json.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { HookEvent } from './hook-event.ts';
import { mcpToolAction } from './mcp-tool-action.ts';

/** The program by whose call the gateway asks whether hooks reach the guard. It does not exist. */
export const CANARY_PROGRAM = 'sallyport-canary';
/** The folder that stands for it where the client has no Bash tool. It does not exist. */
export const CANARY_FOLDER = '/sallyport-canary/';

const CANARY_ID = /^[A-Za-z0-9_]{1,128}$/;

/**
 * What the agent wants to do, from the client's name for the tool and the tool's input. Pure, never throws.
 *
 * A tool that reads, writes, runs or fetches becomes that action; every other tool, those of a later client included,
 * is an action by its name, for which a policy needs a rule. An input of another shape than the tool's is `unreadable`.
 */
export function actionFrom(event: HookEvent): Action {
  const { fields } = event;
  return toolAction(
    stringField(fields, 'tool_name'),
    fields['tool_input'],
    stringField(fields, 'cwd'),
    fields['mcp_server'],
  );
}

/** The same from the parts of a call, each as it came. */
export function toolAction(tool: string | null, input: Json | undefined, cwd: string | null, mcpServer?: Json): Action {
  if (tool === null || tool === '' || tool.length > 256) return unreadable('the call names no tool');
  if (!isJsonObject(input)) return unreadable('the input of the tool is not an object');
  if (cwd === null || !cwd.startsWith('/') || cwd.includes('\0')) return unreadable('the call names no working folder');
  if (tool.startsWith('mcp__')) return mcpToolAction(tool, mcpServer);

  switch (tool) {
    case 'Bash':
      return commandAction(input, cwd);
    case 'Monitor':
      return monitorAction(input, cwd);
    case 'Read':
      return fileAction('read', input, 'file_path', cwd);
    case 'NotebookRead':
      return fileAction('read', input, 'notebook_path', cwd);
    case 'Write':
    case 'Edit':
    case 'MultiEdit':
      return fileAction('write', input, 'file_path', cwd);
    case 'NotebookEdit':
      return fileAction('write', input, 'notebook_path', cwd);
    case 'LS':
      return folderAction(input, cwd);
    case 'Glob':
      return globAction(input, cwd);
    case 'Grep':
      return searchAction(input, cwd);
    case 'WebFetch':
      return fetchAction(input, 'url');
    case 'ReadMcpResource':
    case 'ReadMcpResourceTool':
    case 'ReadMcpResourceDir':
    case 'ReadMcpResourceDirTool':
      return resourceAction(input, tool, true);
    case 'ListMcpResources':
    case 'ListMcpResourcesTool':
    case 'RefreshMcpTools':
      return resourceAction(input, tool, false);
    case 'Agent':
    case 'Task':
      // Such an agent runs on a machine that no guard stands on: not what a rule on `Agent` means.
      return { kind: 'tool', name: input['isolation'] === 'remote' ? 'Agent:remote' : tool };
    default:
      return { kind: 'tool', name: tool };
  }
}

function unreadable(why: string): Action {
  return { kind: 'unreadable', why };
}

/** The non-empty string under `key`, or null; no path, command or address holds a NUL. */
function textOf(input: JsonObject, key: string): string | null {
  const text = stringField(input, key);
  return text === null || text === '' || text.includes('\0') ? null : text;
}

/** Whether a flag is set. Another value than a boolean counts as set: the client's reading of it is not known. */
function isSet(input: JsonObject, key: string): boolean {
  return Object.hasOwn(input, key) && input[key] !== false;
}

function commandAction(input: JsonObject, cwd: string): Action {
  const commandLine = textOf(input, 'command');
  if (commandLine === null) return unreadable('the command is not text');
  const [, canaryId] = /^sallyport-canary (.+)$/.exec(commandLine) ?? [];
  // Anything else that begins like a canary is one that nobody issued.
  if (/^\s*sallyport-canary/.test(commandLine)) return canaryAction(canaryId ?? '');
  return { kind: 'command', commandLine, cwd, isUnsandboxed: isSet(input, 'dangerouslyDisableSandbox') };
}

/** An empty id, which nobody issues, stands for one that does not look like an id. */
function canaryAction(id: string): Action {
  return { kind: 'canary', toolUseId: CANARY_ID.test(id) ? id : '' };
}

/** A watch on what a command prints, or on a socket that it opens; one or the other. */
function monitorAction(input: JsonObject, cwd: string): Action {
  if (!Object.hasOwn(input, 'ws')) return commandAction(input, cwd);
  const socket = input['ws'];
  if (Object.hasOwn(input, 'command') || !isJsonObject(socket)) return unreadable('what to watch is not one thing');
  return fetchAction(socket, 'url');
}

function fileAction(kind: 'read' | 'write', input: JsonObject, key: string, cwd: string): Action {
  const path = textOf(input, key);
  if (path === null) return unreadable('the path is not text');
  if (kind === 'read' && path.startsWith(CANARY_FOLDER)) return canaryAction(path.slice(CANARY_FOLDER.length));
  return { kind, path, cwd };
}

function folderAction(input: JsonObject, cwd: string): Action {
  return Object.hasOwn(input, 'path') ? fileAction('read', input, 'path', cwd) : { kind: 'read', path: cwd, cwd };
}

/** Names below a folder. A pattern that leads elsewhere by itself stands for the folder that it leads to. */
function globAction(input: JsonObject, cwd: string): Action {
  const pattern = textOf(input, 'pattern');
  if (pattern === null) return unreadable('the pattern is not text');
  const folder = folderAction(input, cwd);
  if (folder.kind !== 'read') return folder;
  if (!/^[/~]|(^|\/)\.\.(\/|$)/.test(pattern)) return folder;
  if (/[{(]/.test(pattern)) return unreadable('the pattern leads to more than one folder');
  const fixed = pattern.split('/');
  const wild = fixed.findIndex((segment) => /[*?[\]!\\]/.test(segment));
  const start = (wild === -1 ? fixed : fixed.slice(0, wild)).join('/');
  if (start === '') return { kind: 'read', path: '/', cwd };
  return { kind: 'read', path: /^[/~]/.test(start) ? start : `${folder.path}/${start}`, cwd };
}

/**
 * A search through the content of everything below a folder, done by the client itself outside of its sandbox. No one
 * path stands for what it reads, so it is decided as the command that does the same.
 */
function searchAction(input: JsonObject, cwd: string): Action {
  const folder = folderAction(input, cwd);
  if (folder.kind !== 'read') return folder;
  if (textOf(input, 'pattern') === null) return unreadable('the pattern is not text');
  return { kind: 'command', commandLine: `grep -r -e x -- ${quoted(folder.path)}`, cwd, isUnsandboxed: true };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function fetchAction(input: JsonObject, key: string): Action {
  const url = textOf(input, key);
  return url === null ? unreadable('the address is not text') : { kind: 'fetch', url };
}

/** Resources of an MCP server are its own as its tools are. Without a server it is a look at all of them. */
function resourceAction(input: JsonObject, tool: string, isServerNeeded: boolean): Action {
  if (!Object.hasOwn(input, 'server') && !isServerNeeded) return { kind: 'tool', name: tool };
  const server = textOf(input, 'server');
  return server === null ? unreadable('the MCP server is not named') : { kind: 'mcp', server, tool };
}
