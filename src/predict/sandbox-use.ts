import type { JsonObject } from '../core/json.ts';
import type { SandboxSettings } from './client-settings.ts';
import { matchesCommand, readCommandRule } from './command-rule.ts';
import type { ClientLine } from './shell-reading.ts';

/** Where a command line runs: in the sandbox, out of it because the call says so, or where there is none for it. */
export type SandboxUse = 'inside' | 'left' | 'none';

/** Tells where a line runs. A line with an excluded command in it runs outside. */
export function sandboxUse(sandbox: SandboxSettings, input: JsonObject, line: ClientLine): SandboxUse {
  if (!sandbox.isOn) return 'none';
  if (sandbox.mayBeLeft && input['dangerouslyDisableSandbox'] === true) return 'left';
  const excluded = sandbox.excludedCommands.map(readCommandRule);
  const isExcluded = line.commands.some(({ text }) => excluded.some((rule) => matchesCommand(rule, text)));
  return isExcluded ? 'none' : 'inside';
}
