import { canonicalHost, hostMatches, parseHostPattern } from '../core/host-pattern.ts';
import type { RuleTable } from '../core/rule-table.ts';
import type { Clause } from './clause.ts';
import type { GlobRelation } from './glob-relation.ts';
import { starGlob } from './name-glob.ts';

/** One pattern of a rule on hosts, MCP calls or tools. */
export interface NameClause {
  readonly clause: Clause;
  /** Of an MCP rule, else null. */
  readonly server: string | null;
  readonly hasExceptions: boolean;
}

/** The enforced rules on hosts, MCP calls and tools, pattern by pattern. */
export function nameClauses(table: RuleTable): readonly NameClause[] {
  const web = table.web.flatMap((rule) =>
    rule.mode !== 'enforce'
      ? []
      : rule.hosts.map((text, index): NameClause => ({
          clause: { kind: 'web', ruleId: rule.id, verdict: rule.verdict, list: 'hosts', index, text },
          server: null,
          hasExceptions: rule.except.length > 0,
        })),
  );
  const mcp = table.mcp.flatMap((rule) =>
    rule.mode !== 'enforce'
      ? []
      : rule.tools.map((text, index): NameClause => ({
          clause: { kind: 'mcp', ruleId: rule.id, verdict: rule.verdict, list: 'tools', index, text },
          server: rule.server,
          hasExceptions: rule.except.length > 0,
        })),
  );
  const tools = table.tools.flatMap((rule) =>
    rule.mode !== 'enforce'
      ? []
      : rule.tools.map((text, index): NameClause => ({
          clause: { kind: 'tool', ruleId: rule.id, verdict: rule.verdict, list: 'tools', index, text },
          server: null,
          hasExceptions: rule.except.length > 0,
        })),
  );
  return [...web, ...mcp, ...tools];
}

/** Whether `wide` takes all that `narrow` takes, exceptions not counted. */
export function nameClauseIncludes(wide: NameClause, narrow: NameClause, globs: GlobRelation): boolean {
  if (wide.clause.kind !== narrow.clause.kind) return false;
  if (wide.clause.kind === 'web') return hostIncludes(wide.clause.text, narrow.clause.text);
  if (wide.server !== null && narrow.server !== null && !globs.includes(starGlob(wide.server), starGlob(narrow.server)))
    return false;
  return globs.includes(starGlob(wide.clause.text), starGlob(narrow.clause.text));
}

/** Whether one host pattern covers all that another covers. */
export function hostIncludes(wide: string, narrow: string): boolean {
  const [one, other] = [parseHostPattern(wide), parseHostPattern(narrow)];
  if (!one.ok || !other.ok) return false;
  if (one.pattern.kind === 'every') return true;
  if (other.pattern.kind === 'every') return false;
  if (other.pattern.kind === 'exact') return hostMatches(one.pattern, other.pattern.host);
  // What is below a name is covered by what covers all below it or above it.
  if (one.pattern.kind === 'exact') return false;
  const host = canonicalHost(other.pattern.host) ?? other.pattern.host;
  return host === one.pattern.host || host.endsWith(`.${one.pattern.host}`);
}
