import { coverage, COVERAGE_MODES, managedSettings, SAMPLE_PLACE } from '../compile/index.ts';
import type { Coverage, CoverageFault, PredictClient, Site } from '../compile/index.ts';
import { isJsonObject } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';
import type { RuleTable } from '../core/rule-table.ts';
import type { Policy } from '../policy/index.ts';
import { clientModel } from '../predict/index.ts';

/**
 * What holds each deny and ask pattern of a policy where the guard is absent, by the model of the client under the
 * settings that the policy compiles to.
 */
export function policyCoverage(policy: Policy, table: RuleTable, site: Site): Coverage {
  return coverage(policy, table, predictClient(managedSettings(policy, table, site)));
}

/** One row a pattern, then the fields that nothing holds, and at the end how many patterns are held by what. */
export function coverageText({ rows, notHeld }: Coverage): string {
  const lines = rows.map(
    ({ heldBy, verdict, ruleId, pattern, why }) => `${heldBy}\t${verdict}\t${ruleId}\t${pattern}\t${why}\n`,
  );
  const counts = Object.entries(Object.groupBy(rows, ({ heldBy }) => heldBy)).map(
    ([heldBy, all]) => `${all.length} ${heldBy}`,
  );
  const unheld = notHeld.map(({ field, why }) => `nothing\t${field}\t${why}\n`);
  return `${lines.join('')}${unheld.join('')}${rows.length} patterns: ${counts.join(', ')}\n`;
}

/** One line a fault, for people who mend the compiler or the policy. */
export function faultText({ ruleId, pattern, call, mode }: CoverageFault): string {
  const shown =
    call.tool === 'Bash' ? JSON.stringify(call.input['command']) : `${call.tool} ${JSON.stringify(call.input)}`;
  return `error: ${ruleId}: the client would let \`${pattern}\` pass in the mode ${mode}: ${shown}\n`;
}

function predictClient(settings: JsonObject): PredictClient {
  const models = Object.fromEntries(
    COVERAGE_MODES.map((mode) => [mode, clientModel(mode === 'default' ? settings : unlocked(settings), SAMPLE_PLACE)]),
  );
  return ({ tool, input }, mode) => models[mode]?.predict({ tool, input, mode }).verdict ?? 'allow';
}

/** Without the lock on modes, which would turn the question into the one before: the rules are to hold by themselves. */
function unlocked(settings: JsonObject): JsonObject {
  const permissions = settings['permissions'];
  if (!isJsonObject(permissions)) return settings;
  return { ...settings, permissions: { ...permissions, disableBypassPermissionsMode: '' } };
}
