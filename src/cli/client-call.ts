import type { Action } from '../core/action.ts';
import type { JsonObject } from '../core/json.ts';

/** A call of one of the client's tools. */
export interface ClientCall {
  readonly tool: string;
  readonly input: JsonObject;
}

/** The call by which the client would do something; null for what it does not do by a call. */
export function clientCall(action: Action): ClientCall | null {
  switch (action.kind) {
    case 'command':
      return {
        tool: 'Bash',
        input: { command: action.commandLine, ...(action.isUnsandboxed ? { dangerouslyDisableSandbox: true } : {}) },
      };
    case 'read':
      return { tool: 'Read', input: { file_path: action.path } };
    case 'write':
      return { tool: 'Write', input: { file_path: action.path, content: '' } };
    case 'fetch':
      return { tool: 'WebFetch', input: { url: action.url, prompt: '' } };
    case 'mcp':
      return { tool: `mcp__${action.server}__${action.tool}`, input: {} };
    case 'tool':
      return { tool: action.name, input: {} };
    case 'canary':
    case 'unreadable':
      return null;
  }
}
