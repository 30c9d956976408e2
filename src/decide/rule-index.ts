import type { McpRule, RolloutMode, RuleTable, ToolRule } from '../core/rule-table.ts';
import type { RuleId } from '../core/ids.ts';
import { BUILTIN_FILE_RULES } from './builtin-file-rules.ts';
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
 * Compiles the rules of a table that are enforced. Those in `warn` or `shadow` decide nothing: `trialIndex` is about them.
 *
 * @throws {TypeError} where a pattern of an enforced rule cannot be read; the caller then denies everything.
 */
export function ruleIndex(table: RuleTable): RuleIndex {
  const files = [...table.files, ...BUILTIN_FILE_RULES];
  return { ...indexOf({ ...table, files }, (rule) => rule.mode === 'enforce'), table };
}

/** What every rule has, of whichever kind. */
export interface AnyRule {
  readonly id: RuleId;
  readonly verdict: 'deny' | 'ask' | 'allow';
  readonly mode: RolloutMode;
}

/** Compiles the rules of a table that are chosen, under its defaults. @throws {TypeError} as {@link ruleIndex}. */
export function indexOf(table: RuleTable, isChosen: (rule: AnyRule) => boolean): RuleIndex {
  if (table.formatVersion !== 1) throw new TypeError('the rule table has another format version than 1');
  return {
    table,
    commands: commandIndex(table.commands.filter(isChosen)),
    files: fileIndex(table.files.filter(isChosen)),
    web: webIndex(table.web.filter(isChosen)),
    mcp: table.mcp.filter(isChosen),
    tools: table.tools.filter(isChosen),
  };
}
