import { COVERAGE_MODES, SAMPLE_PLACE, managedSettings } from '../compile/index.ts';
import type { PredictClient, Site } from '../compile/index.ts';
import { isJsonObject } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import type { RuleTable } from '../core/rule-table.ts';
import { clientModel } from '../predict/index.ts';
import type { Policy } from '../policy/index.ts';

/** Any place will do: none of it has a bearing on which rules hold. */
const SOME_SITE: Site = {
  hookCommand: ['/hook'],
  guardSocket: '/guard.sock',
  sessionId: 'x',
  gatewayUrl: 'http://127.0.0.1:1',
  provider: 'anthropic',
  environment: {},
  hiddenFolders: [],
};

/** How the client would decide by itself, without the guard, under the settings that a rule table compiles to. */
export function clientAlone(policy: Policy, table: RuleTable): PredictClient {
  const settings = managedSettings(policy, table, SOME_SITE);
  const models = new Map(
    COVERAGE_MODES.map((mode) => [mode, clientModel(mode === 'default' ? settings : unlocked(settings), SAMPLE_PLACE)]),
  );
  return ({ tool, input }, mode) => models.get(mode)?.predict({ tool, input, mode }).verdict ?? 'allow';
}

/** Patterns of a table, of all families. */
export function patternCount(table: RuleTable): number {
  const count = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);
  return (
    count(table.commands.map(({ run }) => run.length)) +
    count(table.files.map(({ paths }) => paths.length)) +
    count(table.web.map(({ hosts }) => hosts.length)) +
    count([...table.mcp, ...table.tools].map(({ tools }) => tools.length))
  );
}

/** Without the lock on modes: the rules are to hold by themselves. */
function unlocked(settings: JsonObject): JsonObject {
  const permissions = settings['permissions'];
  if (!isJsonObject(permissions)) return settings;
  return { ...settings, permissions: { ...permissions, disableBypassPermissionsMode: '' } };
}
