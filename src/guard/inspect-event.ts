import type { Action } from '../core/action.ts';
import type { Finding } from '../core/finding.ts';
import type { SessionId } from '../core/ids.ts';
import { stringField } from '../core/json.ts';
import type { SourceKind } from '../core/source-kind.ts';
import type { HookEvent } from './hook-event.ts';
import { jsonText, seamedText } from './json-text.ts';
import type { Inspection, PassingText } from '../core/inspection.ts';
import type { GuardPorts } from './ports.ts';
import { toolResponse } from './result-output.ts';
import { actionFrom } from './tool-action.ts';

/** What came of looking at a text: nothing was asked for, it failed, or what was seen. */
export type Inspected = { readonly kind: 'none' } | { readonly kind: 'failed' } | InspectedText;

export interface InspectedText {
  readonly kind: 'ran';
  readonly inspection: Inspection;
  readonly text: PassingText;
  readonly unreadCount: number;
  /** What is found only where parts are read as one, and goes over where they meet. */
  readonly acrossParts: readonly Finding[];
}

/** Looks at the prompt of an event. Never rejects. */
export async function inspectPrompt(ports: GuardPorts, event: HookEvent): Promise<Inspected> {
  if (!ports.inspects()) return { kind: 'none' };
  const text = stringField(event.fields, 'prompt');
  // A prompt of a later client's form is one that nobody has looked at.
  if (text === null) return { kind: 'failed' };
  return await inspected(ports, { text, place: 'prompt', source: 'user-prompt', path: null, isAskedOutside: true }, 0);
}

/** Looks at what a tool is given, also for what was masked for the model before. Never rejects. */
export async function inspectInput(
  ports: GuardPorts,
  event: HookEvent,
  action: Action,
  isAskedOutside: boolean,
  session: SessionId,
): Promise<Inspected> {
  if (!ports.inspects()) return { kind: 'none' };
  const { text, unreadCount } = jsonText(event.fields['tool_input'] ?? null);
  const path = pathOf(action);
  const about = { place: 'tool-input', source: 'tool-input', path, isAskedOutside } as const;
  const seen = await inspected(ports, { ...about, text }, unreadCount);
  if (seen.kind !== 'ran') return seen;
  try {
    const findings = [...seen.inspection.findings, ...ports.known(session, text)];
    return { ...seen, inspection: { ...seen.inspection, findings } };
  } catch (error) {
    ports.logError?.(`guard: what was masked is not known: ${error instanceof Error ? error.name : 'unknown'}`);
    return { kind: 'failed' };
  }
}

/** Looks at what a tool answered. Never rejects. */
export async function inspectResult(ports: GuardPorts, event: HookEvent): Promise<Inspected> {
  if (!ports.inspects()) return { kind: 'none' };
  const response = toolResponse(event);
  const { text, unreadCount } = jsonText(response);
  const action = actionFrom(event);
  const about = { place: 'tool-result', source: sourceOf(action), path: pathOf(action) } as const;
  const first = await inspected(ports, { ...about, text, isAskedOutside: true }, unreadCount);
  const seamed = seamedText(response);
  if (first.kind !== 'ran' || seamed === null) return first;
  const again = await inspected(ports, { ...about, text: seamed.text, isAskedOutside: false }, 0);
  if (again.kind !== 'ran') return again;
  const acrossParts = again.inspection.findings.filter(({ startUtf16, endUtf16 }) =>
    seamed.seams.some((seam) => startUtf16 < seam && seam < endUtf16),
  );
  return { ...first, acrossParts };
}

async function inspected(ports: GuardPorts, text: PassingText, unreadCount: number): Promise<Inspected> {
  try {
    const inspection = await ports.inspect(text);
    if (inspection === null) return { kind: 'none' };
    return { kind: 'ran', inspection, text, unreadCount, acrossParts: [] };
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
