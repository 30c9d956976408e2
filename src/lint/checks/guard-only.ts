import { clientRules, coverage } from '../../compile/index.ts';
import type { CoverageRow } from '../../compile/index.ts';
import { quoted } from '../../policy/index.ts';
import { clientAlone, patternCount } from '../client-models.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintFault } from '../lint-fault.ts';

/** Patterns up to which the model of the client is asked about each; above, only what its grammar cannot say is told. */
const MAX_PATTERNS_ASKED = 800;

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
  const { rows } = coverage(policy, table, clientAlone(policy, table));
  return rows.filter(({ heldBy }) => heldBy === 'guard only');
}
