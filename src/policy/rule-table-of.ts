import { ruleId } from '../core/ids.ts';
import type { CommandRule, FileRule, McpRule, RuleTable, ToolRule, WebRule } from '../core/rule-table.ts';
import type { ExceptionLift, Policy, PolicyException } from './policy.ts';

/**
 * The part of a policy that `decide` works on, as it is at one moment: exceptions that have not ended are folded in, by
 * taking their patterns out of the rules that they lift and by an allow rule `exception/<name>`. Frozen; equal policies
 * give equal tables at equal moments, and the table changes at the {@link expiryBoundaries} only.
 *
 * @param nowMs milliseconds since the Unix epoch; left out, every exception has ended.
 */
export function ruleTableOf(policy: Policy, nowMs: number = Number.POSITIVE_INFINITY): RuleTable {
  const { inlineCode, ...defaults } = policy.defaults;
  const held = policy.exceptions.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
  const table: RuleTable = {
    formatVersion: 1,
    policyName: policy.name,
    commands: policy.commands,
    files: policy.files,
    web: policy.web,
    mcp: policy.mcp.rules,
    tools: policy.tools,
    defaults: Object.freeze(defaults),
    inlineCode,
    isSandboxed: policy.sandbox.enabled,
  };
  return Object.freeze(held.length === 0 ? table : held.reduce(withException, table));
}

/** The moments at which an exception of the policy ends, ascending and each once: milliseconds since the Unix epoch. */
export function expiryBoundaries(policy: Policy): readonly number[] {
  return [...new Set(policy.exceptions.map(({ expiresAtMs }) => expiresAtMs))].sort((a, b) => a - b);
}

function withException(table: RuleTable, exception: PolicyException): RuleTable {
  return exception.lifts.reduce((lifted, lift) => withLift(lifted, lift, exception), table);
}

function withLift(table: RuleTable, lift: ExceptionLift, { name, reason }: PolicyException): RuleTable {
  const own = { id: ruleId(`exception/${name}`), verdict: 'allow', mode: 'enforce', reason } as const;
  switch (lift.family) {
    case 'commands': {
      const allow: CommandRule = { ...own, run: lift.run, unless: [] };
      const commands = changed(table.commands, lift, (rule) => ({ ...rule, unless: [...rule.unless, ...lift.run] }));
      return { ...table, commands: frozen([...commands, allow]) };
    }
    case 'files': {
      const lifted = table.files.find(({ id }) => id === lift.rule);
      const allow: FileRule = { ...own, access: lifted?.access ?? 'read', paths: lift.paths, except: [] };
      const files = changed(table.files, lift, (rule) => ({ ...rule, except: [...rule.except, ...lift.paths] }));
      return { ...table, files: frozen([...files, allow]) };
    }
    case 'web': {
      const allow: WebRule = { ...own, hosts: lift.hosts, except: [] };
      const web = changed(table.web, lift, (rule) => ({ ...rule, except: [...rule.except, ...lift.hosts] }));
      return { ...table, web: frozen([...web, allow]) };
    }
    case 'mcp': {
      const calls = { server: lift.server, tools: lift.tools };
      const allow: McpRule = { ...own, ...calls, except: [] };
      const mcp = changed(table.mcp, lift, (rule) => ({ ...rule, except: [...rule.except, calls] }));
      return { ...table, mcp: frozen([...mcp, allow]) };
    }
    case 'tools': {
      const allow: ToolRule = { ...own, tools: lift.tools, except: [] };
      const tools = changed(table.tools, lift, (rule) => ({ ...rule, except: [...rule.except, ...lift.tools] }));
      return { ...table, tools: frozen([...tools, allow]) };
    }
  }
}

function changed<Rule extends { readonly id: string }>(
  rules: readonly Rule[],
  { rule: id }: ExceptionLift,
  change: (rule: Rule) => Rule,
): readonly Rule[] {
  return rules.map((rule) => (rule.id === id ? change(rule) : rule));
}

function frozen<Rule extends object>(rules: readonly Rule[]): readonly Rule[] {
  for (const rule of rules) {
    for (const part of Object.values(rule)) if (typeof part === 'object' && part !== null) Object.freeze(part);
    Object.freeze(rule);
  }
  return Object.freeze(rules);
}
