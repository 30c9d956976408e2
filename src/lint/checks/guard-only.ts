import { COVERAGE_MODES, SAMPLE_PLACE, clientRules, coverage, managedSettings } from '../../compile/index.ts';
import type { CoverageRow, Site } from '../../compile/index.ts';
import { isJsonObject } from '../../core/json.ts';
import type { JsonObject } from '../../core/json.ts';
import type { RuleTable } from '../../core/rule-table.ts';
import { clientModel } from '../../predict/index.ts';
import { quoted } from '../../policy/index.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintFault } from '../lint-fault.ts';

/** Patterns up to which the model of the client is asked about each; above, only what its grammar cannot say is told. */
const MAX_PATTERNS_ASKED = 800;

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

/** Says of each rule that restricts what would not be held where the guard is absent. */
export function guardOnlyRules(context: LintContext): readonly LintFault[] {
  const byRule = Object.groupBy(unheldPatterns(context), ({ ruleId }) => ruleId);
  return Object.entries(byRule).flatMap(([ruleId, rows = []]): readonly LintFault[] => {
    const place = context.rules.get(ruleId);
    const [first] = rows;
    if (place === undefined || first === undefined) return [];
    const count = rows.length === 1 ? 'one pattern' : `${rows.length} patterns`;
    const message = `the guard alone holds ${count} of \`${ruleId}\`, such as ${quoted(first.pattern)}: ${first.why}`;
    return [{ code: 'lint/guard-only', document: place.document, path: [...place.path, 'id'], message, hint: null }];
  });
}

type Unheld = Pick<CoverageRow, 'ruleId' | 'pattern' | 'why'>;

function unheldPatterns({ policy, table }: LintContext): readonly Unheld[] {
  if (patternCount(table) > MAX_PATTERNS_ASKED) return clientRules(table).guardOnly;
  const settings = managedSettings(policy, table, SOME_SITE);
  const models = new Map(
    COVERAGE_MODES.map((mode) => [mode, clientModel(mode === 'default' ? settings : unlocked(settings), SAMPLE_PLACE)]),
  );
  const { rows } = coverage(policy, table, ({ tool, input }, mode) => {
    return models.get(mode)?.predict({ tool, input, mode }).verdict ?? 'allow';
  });
  return rows.filter(({ heldBy }) => heldBy === 'guard only');
}

function patternCount(table: RuleTable): number {
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
