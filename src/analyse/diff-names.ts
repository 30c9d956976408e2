import type { Action } from '../core/action.ts';
import type { McpRule, RuleTable } from '../core/rule-table.ts';
import { MAX_CALL_PAIRS } from './bounds.ts';
import type { DiffWork } from './diff-work.ts';
import { nameClasses } from './name-classes.ts';
import type { NameClasses } from './name-classes.ts';
import { starGlob } from './name-glob.ts';

/** Finds what changes for the client's own tools: one tool for each way in which the rules can tell tools apart. */
export function diffTools(work: DiffWork): void {
  const parts = [work.before, work.after].map((table) => [
    table.defaults.tool,
    ...table.tools
      .filter((rule) => rule.mode === 'enforce')
      .map(({ verdict, tools, except }) => [verdict, tools, except]),
  ]);
  if (JSON.stringify(parts[0]) === JSON.stringify(parts[1])) return;
  const { classes, isComplete } = namesTold(
    [work.before, work.after].flatMap((table) => table.tools.flatMap((rule) => [...rule.tools, ...rule.except])),
  );
  for (const { name } of classes) noteCall({ kind: 'tool', name }, "the client's own tools", work);
  if (!isComplete)
    work.found.doubt({
      kind: 'tool',
      rules: [],
      region: "the client's own tools",
      why: 'too many ways in which the patterns overlap',
    });
}

/** Finds what changes for MCP calls: one call for each way in which the rules that differ can tell calls apart. */
export function diffMcp(work: DiffWork): void {
  const [old, next] = [enforced(work.before), enforced(work.after)];
  const known = [new Set(old.map(mcpKey)), new Set(next.map(mcpKey))];
  const isDefaultSame = work.before.defaults.mcp === work.after.defaults.mcp;
  const differing = [
    ...old.filter((rule) => !known[1]?.has(mcpKey(rule))),
    ...next.filter((rule) => !known[0]?.has(mcpKey(rule))),
  ];
  if (differing.length === 0 && isDefaultSame) return;
  const rules = [...old, ...next];
  const texts = [...new Set(rules.flatMap((rule) => [rule.server, ...rule.except.map((each) => each.server)]))];
  const servers = nameClasses(texts.map(starGlob), false);
  let { isComplete } = servers;
  let pairs = 0;
  for (const server of servers.classes) {
    const taking = new Set(server.taken.map((index) => texts[index]));
    // A server that only rules alike on both sides name is decided alike.
    if (isDefaultSame && !differing.some((rule) => taking.has(rule.server))) continue;
    const tools = namesTold(
      rules
        .filter((rule) => taking.has(rule.server))
        .flatMap((rule) => [
          ...rule.tools,
          ...rule.except.filter((each) => taking.has(each.server)).flatMap((each) => each.tools),
        ]),
    );
    isComplete &&= tools.isComplete;
    for (const tool of tools.classes) {
      pairs += 1;
      if (pairs > MAX_CALL_PAIRS) break;
      noteCall({ kind: 'mcp', server: server.name, tool: tool.name }, 'MCP calls', work);
    }
  }
  if (!isComplete || pairs > MAX_CALL_PAIRS)
    work.found.doubt({
      kind: 'mcp',
      rules: [],
      region: 'MCP calls',
      why: 'too many ways in which the patterns overlap',
    });
}

function namesTold(texts: readonly string[]): NameClasses {
  return nameClasses([...new Set(texts)].map(starGlob), false);
}

function noteCall(action: Action, what: string, work: DiffWork): void {
  const [scene] = work.scenes;
  if (scene === undefined) return;
  const difference = work.pair.differ(action, scene);
  if (difference === null) return;
  const ids = [difference.before.ruleId, difference.after.ruleId].filter((id) => !id.startsWith('default/'));
  const region = ids[0] === undefined ? `${what} that no rule names` : `${what} that \`${ids[0]}\` names`;
  work.found.note(difference, region, []);
}

function enforced(table: RuleTable): readonly McpRule[] {
  return table.mcp.filter((rule) => rule.mode === 'enforce');
}

function mcpKey({ verdict, server, tools, except }: McpRule): string {
  return JSON.stringify([verdict, server, tools, except]);
}
