import { EVERY_TOOL } from './client-rule.ts';
import { matchesPieces } from './command-rule.ts';
import type { RuleList } from './prediction.ts';

/** What the client does with a call of a tool that no rule names. */
export type ToolStanding = 'open' | 'asks' | 'absent';

/** Tools that run without a question: they look, or act on the session itself. Measured. */
const OPEN = new Set(
  'Agent CronList EnterWorktree ExitWorktree KillShell ListAgents Skill TaskStop ToolSearch'.split(' '),
);
/** Tools of the client, besides those above, that are there in a session without a terminal. */
const PRESENT = new Set(
  'Bash CronCreate CronDelete Edit Monitor NotebookEdit Read ReportFindings ScheduleWakeup SendMessage Task WebFetch WebSearch Workflow Write'.split(
    ' ',
  ),
);

/** Tells a tool's standing. A tool that the client does not have fails like a denied one. */
export function toolStanding(tool: string): ToolStanding {
  if (OPEN.has(tool)) return 'open';
  return PRESENT.has(tool) || tool.startsWith('mcp__') ? 'asks' : 'absent';
}

/**
 * Whether the tool of a rule without content means a tool: itself, all tools of an MCP server, or what a `*` in the name
 * of an MCP tool stands for. A list that allows takes servers by name only.
 */
export function meansTool(list: RuleList, named: string, tool: string): boolean {
  if (named === tool) return true;
  if (named === EVERY_TOOL) return list !== 'allow';
  if (!named.startsWith('mcp__') || !tool.startsWith('mcp__')) return false;
  if (!named.includes('*')) return tool.startsWith(`${named}__`);
  const server = named.split('__')[1] ?? '';
  if (list === 'allow' && server.includes('*')) return false;
  return matchesPieces(named.split('*'), tool);
}
