import { EVERY_TOOL, readClientRule } from './client-rule.ts';
import { toolStanding } from './client-tools.ts';
import { commandReading } from './command-reading.ts';
import { fetchReading } from './fetch-reading.ts';
import { pathReading } from './path-reading.ts';
import type { RuleList } from './prediction.ts';
import { VERBS, nothing, something } from './reading.ts';
import type { RuleReading } from './reading.ts';

/** Tools that only sessions of some kinds have: they may be ruled on. */
const SOMETIMES_THERE = new Set(
  'AskUserQuestion BashOutput EnterPlanMode ExitPlanMode KillShell ListMcpResourcesTool LSP PowerShell ReadMcpResourceTool SlashCommand TaskCreate TaskGet TaskList TaskOutput TaskUpdate TodoWrite'.split(
    ' ',
  ),
);
/** What does the work of tools that the client has no longer. */
const IN_PLACE: ReadonlyMap<string, string> = new Map([
  ['Glob', 'Bash(find *)'],
  ['Grep', 'Bash(grep *)'],
  ['LS', 'Bash(ls *)'],
  ['MultiEdit', 'Edit'],
  ['NotebookRead', 'Read'],
]);

/**
 * Tells whether the client can ever match a call with a rule, and which form would do what was meant. Looks at the text
 * alone; never throws.
 */
export function ruleReading(list: RuleList, text: string): RuleReading {
  const reading = readingOf(list, text);
  // What was meant may be a form that matches nothing either.
  const isOfUse = reading.wider !== null && readingOf(list, reading.wider).matches === 'something';
  return isOfUse ? reading : { ...reading, wider: null };
}

function readingOf(list: RuleList, text: string): RuleReading {
  const rule = readClientRule(text);
  if (rule.kind === 'skipped') return nothing(`it skips this: ${rule.why}`, mended(text));
  const { tool } = rule;
  if (tool === EVERY_TOOL)
    return list === 'allow'
      ? nothing('tools are allowed by name')
      : something(`${VERBS[list]} every call of every tool`);
  if (tool.startsWith('mcp__')) return mcpReading(list, tool, rule.kind === 'content');
  if (!isThere(tool)) return absent(list, tool, rule.kind === 'content' ? rule.content : null);
  if (rule.kind === 'tool') return something(`${VERBS[list]} every call of \`${tool}\``);
  const { content } = rule;
  switch (tool) {
    case 'Bash':
      return commandReading(list, content);
    case 'Read':
    case 'Edit':
      return pathReading(list, tool, content);
    case 'Write':
    case 'NotebookEdit':
      return isField(list, content)
        ? something(`${VERBS[list]} calls with exactly this field`)
        : nothing('it never looks at a path in this rule; it does in `Edit(path)`', `Edit(${content})`);
    case 'WebFetch':
      return isField(list, content) && !/^(?:domain|url):/.test(content)
        ? something(`${VERBS[list]} calls with exactly this field`)
        : fetchReading(list, content);
    case 'WebSearch':
      return isField(list, content)
        ? something(`${VERBS[list]} calls with exactly this field`)
        : nothing('it does not look at what is searched for', tool);
    default:
      return something(`${VERBS[list]} calls of \`${tool}\` that this names`);
  }
}

/** `field:value`, which rules that allow do not know. */
function isField(list: RuleList, content: string): boolean {
  return (
    list !== 'allow' && /^[a-z]\w*:(?!\/\/)/.test(content) && !/^(?:command|file_path|notebook_path|url):/.test(content)
  );
}

function isThere(tool: string): boolean {
  return toolStanding(tool) !== 'absent' || SOMETIMES_THERE.has(tool);
}

/** The text of a rule that the client skips, as it would take it; null where that is anyone's guess. */
function mended(text: string): string | null {
  const trimmed = text.trim();
  const closed = trimmed.includes('(') && !trimmed.endsWith(')') ? `${trimmed})` : trimmed;
  const whole = /^([A-Za-z]+)\(\s*:?\*?\s*\)$/.exec(closed);
  const candidate = whole === null ? closed : (whole[1] ?? '');
  const raised = candidate.startsWith('mcp__')
    ? candidate
    : `${candidate.charAt(0).toUpperCase()}${candidate.slice(1)}`;
  return raised === text || readClientRule(raised).kind === 'skipped' ? null : raised;
}

function absent(list: RuleList, tool: string, content: string | null): RuleReading {
  const spoken = /^([A-Z]\w*)\s+(\S.*)$/.exec(tool);
  if (spoken !== null && isThere(spoken[1] ?? ''))
    return nothing(
      'without parentheses this is the name of a tool that it does not have',
      `${spoken[1]}(${spoken[2]}${spoken[1] === 'Bash' && !tool.includes('*') ? ' *' : ''})`,
    );
  const hasPath = tool === 'MultiEdit' || tool === 'NotebookRead' || tool === 'LS';
  const instead = IN_PLACE.get(tool) ?? null;
  const wider = hasPath && content !== null ? `${tool === 'MultiEdit' ? 'Edit' : 'Read'}(${content})` : instead;
  return nothing('it has no such tool', list === 'allow' && !hasPath ? null : wider);
}

function mcpReading(list: RuleList, tool: string, hasContent: boolean): RuleReading {
  const [, server = '', ...rest] = tool.split('__');
  if (hasContent && list === 'allow') return nothing('a rule that allows takes no parentheses here', tool);
  if (server === '*' || server === '')
    return list === 'allow'
      ? nothing('it skips this in a list that allows: servers are allowed by name')
      : something(`${VERBS[list]} every tool of every MCP server`);
  const named = rest.join('__');
  const subject = named === '' || named === '*' ? 'every tool' : `\`${named}\``;
  return something(`${VERBS[list]} ${subject} of the MCP server \`${server}\``);
}
