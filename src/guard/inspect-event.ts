import type { Action } from '../core/action.ts';
import { stringField } from '../core/json.ts';
import type { SourceKind } from '../core/source-kind.ts';
import type { HookEvent } from './hook-event.ts';
import { jsonText } from './json-text.ts';
import type { GuardPorts, Inspection, PassingText } from './ports.ts';
import { toolResponse } from './result-output.ts';
import { actionFrom } from './tool-action.ts';

/** What came of looking at a text: nothing was asked for, it failed, or what was seen. */
export type Inspected =
  | { readonly kind: 'none' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'ran'; readonly inspection: Inspection; readonly text: PassingText; readonly unreadCount: number };

/** Looks at the prompt of an event. Never rejects. */
export function inspectPrompt(ports: GuardPorts, event: HookEvent): Promise<Inspected> {
  const text = stringField(event.fields, 'prompt') ?? '';
  return inspected(ports, { text, place: 'prompt', source: 'user-prompt', path: null }, 0);
}

/** Looks at what a tool is given. Never rejects. */
export function inspectInput(ports: GuardPorts, event: HookEvent, action: Action): Promise<Inspected> {
  const { text, unreadCount } = jsonText(event.fields['tool_input'] ?? null);
  return inspected(ports, { text, place: 'tool-input', source: 'tool-input', path: pathOf(action) }, unreadCount);
}

/** Looks at what a tool answered. Never rejects. */
export function inspectResult(ports: GuardPorts, event: HookEvent): Promise<Inspected> {
  if (!ports.inspects()) return Promise.resolve({ kind: 'none' });
  const { text, unreadCount } = jsonText(toolResponse(event));
  const action = actionFrom(event);
  const passing = { text, place: 'tool-result', source: sourceOf(action), path: pathOf(action) } as const;
  return inspected(ports, passing, unreadCount);
}

async function inspected(ports: GuardPorts, text: PassingText, unreadCount: number): Promise<Inspected> {
  try {
    const inspection = await ports.inspect(text);
    return inspection === null ? { kind: 'none' } : { kind: 'ran', inspection, text, unreadCount };
  } catch (error) {
    ports.logError?.(`guard: a text was not looked at: ${error instanceof Error ? error.name : 'unknown'}`);
    return { kind: 'failed' };
  }
}

function pathOf(action: Action): string | null {
  return action.kind === 'read' || action.kind === 'write' ? action.path : null;
}

/** Where a tool's result comes from, by what the tool does. */
function sourceOf(action: Action): SourceKind {
  switch (action.kind) {
    case 'fetch':
      return 'web-page';
    case 'mcp':
      return 'mcp-result';
    case 'read':
    case 'write':
      return 'repository-file';
    case 'command':
      return ISSUES.test(action.commandLine)
        ? 'issue-text'
        : FETCHES.test(action.commandLine)
          ? 'web-page'
          : 'tool-result';
    case 'tool':
      return action.name === 'WebSearch' ? 'web-page' : 'tool-result';
    case 'canary':
    case 'unreadable':
      return 'tool-result';
  }
}

// Who hides such a program hides it from no detector: only `any-untrusted` asks for more than what is found.
const ISSUES = /\b(?:gh\s+(?:issue|pr|api|search|run|release|gist)|glab\s+(?:issue|mr|api)|hub\s+(?:issue|pr)|jira)\b/;
const FETCHES = /\b(?:curl|wget|wget2|aria2c|https?ie|xh|lynx|links|elinks|w3m)\b/;
