import type { McpRule, RuleTable, ToolRule } from '../core/rule-table.ts';
import { commandIndex } from './command-index.ts';
import type { CommandIndex } from './command-index.ts';
import { fileIndex } from './file-index.ts';
import type { FileIndex } from './file-index.ts';
import { webIndex } from './web-index.ts';
import type { WebIndex } from './web-index.ts';

/** A rule table with its patterns compiled: made once, asked for every action. */
export interface RuleIndex {
  readonly table: RuleTable;
  readonly commands: CommandIndex;
  readonly files: FileIndex;
  readonly web: WebIndex;
  readonly mcp: readonly McpRule[];
  readonly tools: readonly ToolRule[];
}

/**
 * Compiles a rule table.
 *
 * @throws {TypeError} where a pattern in it cannot be read; the caller then denies everything.
 */
export function ruleIndex(table: RuleTable): RuleIndex {
  if (table.formatVersion !== 1) throw new TypeError('the rule table has another format version than 1');
  return {
    table,
    commands: commandIndex(table.commands),
    files: fileIndex(table.files),
    web: webIndex(table.web),
    mcp: table.mcp,
    tools: table.tools,
  };
}
