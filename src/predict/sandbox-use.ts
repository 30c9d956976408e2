import type { JsonObject } from '../core/json.ts';
import type { SandboxSettings } from './client-settings.ts';
import { matchesCommand, readCommandRule } from './command-rule.ts';
import type { ClientLine } from './shell-reading.ts';
import { unwrapped } from './wrappers.ts';

/** Where a command line runs: in the sandbox, out of it because the call says so, or where there is none for it. */
export type SandboxUse = 'inside' | 'left' | 'none';

/** Tells where a line runs. A line of excluded commands only runs outside. */
export function sandboxUse(sandbox: SandboxSettings, input: JsonObject, line: ClientLine): SandboxUse {
  if (!sandbox.isOn) return 'none';
  if (sandbox.mayBeLeft && input['dangerouslyDisableSandbox'] === true) return 'left';
  const excluded = sandbox.excludedCommands.map(readCommandRule);
  const isExcluded =
    line.commands.length > 0 &&
    !line.hasSubshell &&
    line.commands.every(
      ({ words, redirects }) =>
        redirects.length === 0 &&
        [...unwrapped(words, 'allow'), ...unwrapped(words, 'path')].some((inner) => {
          const text = inner.map((word) => word.text).join(' ');
          return excluded.some((rule) => matchesCommand(rule, text));
        }),
    );
  return isExcluded ? 'none' : 'inside';
}
