import { areasOf, contentRulesOf } from '../core/content-rules.ts';
import type { Json, JsonObject } from '../core/json.ts';
import type { Policy } from '../policy/index.ts';
import type { Site } from './site.ts';

/**
 * Seconds after which the client gives up on a hook. The client lets the call pass then (measured), so this stands far
 * above the hook client's own deadline of 5 s, which refuses.
 */
export const HOOK_TIMEOUT_S = 60;

/** The hook client's own deadline in milliseconds, which it has to be told before a word that follows it. */
const CLIENT_DEADLINE_MS = '5000';

/** Events that name a tool, where a matcher belongs; `*` takes every tool. */
const TOOL_EVENTS = [
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'PermissionRequest',
  'PermissionDenied',
] as const;

/**
 * Left out on purpose: `WorktreeCreate` and `WorktreeRemove`, whose hooks replace the client's own handling of a worktree
 * (vendor page on hooks); `FileChanged`, which wants names to watch; `MessageDisplay`, which only repaints the terminal.
 */
const OTHER_EVENTS = [
  'PostToolBatch',
  'Notification',
  'UserPromptSubmit',
  'SessionStart',
  'SessionEnd',
  'Stop',
  'StopFailure',
  'SubagentStart',
  'SubagentStop',
  'PreCompact',
  'PostCompact',
  'ConfigChange',
  'UserPromptExpansion',
  'PreModelSwitch',
  'PostModelSwitch',
  'DirectoryAdded',
  'Setup',
  'TeammateIdle',
  'InstructionsLoaded',
  'CwdChanged',
  'TaskCreated',
  'TaskCompleted',
  'Elicitation',
  'ElicitationResult',
] as const;

/** Hook events that the compiled settings register, for the documents and the tests. */
export const HOOK_EVENTS: readonly string[] = [...TOOL_EVENTS, ...OTHER_EVENTS];

/**
 * The `hooks` block in the one shape that the client takes: one entry of another shape drops every hook of the document
 * (measured). Exec form (`command` and `args`): no shell stands between the client and the guard.
 *
 * @param withholdsResults whether a tool's result is taken away where the guard cannot be asked about it.
 */
export function hooksBlock(site: Site, withholdsResults: boolean): JsonObject {
  const [command = '', ...words] = site.hookCommand;
  const handlerWith = (...more: readonly string[]): JsonObject => ({
    type: 'command',
    command,
    args: [...words, site.guardSocket, site.sessionId, ...more],
    timeout: HOOK_TIMEOUT_S,
  });
  const handler = handlerWith();
  const block: Record<string, Json> = {};
  for (const event of TOOL_EVENTS) block[event] = [{ matcher: '*', hooks: [handler] }];
  // Exit 2 leaves the result to the model there, and only there is there something to withhold (measured).
  if (withholdsResults) {
    block['PostToolUse'] = [{ matcher: '*', hooks: [handlerWith(CLIENT_DEADLINE_MS, 'withhold')] }];
  }
  for (const event of OTHER_EVENTS) block[event] = [{ hooks: [handler] }];
  return block;
}

/**
 * Whether a policy has results of tools looked at, so that one which nobody looked at must not reach the model. The guard
 * looks by the same rules.
 */
export function inspectsResults(policy: Policy): boolean {
  if (areasOf(contentRulesOf(policy)).length > 0) return true;
  return policy.engines.some(({ at }) => at.includes('tool-result'));
}
