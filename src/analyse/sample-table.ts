import { ruleId } from '../core/ids.ts';
import type { CommandRule, FileRule, McpRule, RuleTable, RuleVerdict, ToolRule, WebRule } from '../core/rule-table.ts';

/** A table with a few rules of each kind, with other parts where a case names them. */
export function table(changes: Partial<RuleTable> = {}): RuleTable {
  return {
    formatVersion: 1,
    policyName: 'test',
    commands: [
      run('deny', 'git/force', ['git push -f']),
      run('allow', 'dev/all', ['git', 'ls', 'cat', 'curl <allowed-url>', 'npx', 'python3', 'rm']),
    ],
    files: [paths('deny', 'secret/env', 'read', ['**/.env'])],
    web: [hosts('allow', 'web/docs', ['docs.example'])],
    mcp: [],
    tools: [],
    defaults: {
      command: 'ask',
      readInside: 'allow',
      readOutside: 'ask',
      writeInside: 'allow',
      writeOutside: 'ask',
      web: 'ask',
      mcp: 'deny',
      tool: 'ask',
    },
    inlineCode: 'ask',
    isSandboxed: true,
    ...changes,
  };
}

/** Rules for tests, one function for each list. */
export function run(
  verdict: RuleVerdict,
  id: string,
  patterns: readonly string[],
  unless: readonly string[] = [],
): CommandRule {
  return { id: ruleId(id), verdict, mode: 'enforce', run: patterns, unless, reason: 'x' };
}

export function paths(
  verdict: RuleVerdict,
  id: string,
  access: 'read' | 'write',
  patterns: readonly string[],
  except: readonly string[] = [],
): FileRule {
  return { id: ruleId(id), verdict, mode: 'enforce', access, paths: patterns, except, reason: 'x' };
}

export function hosts(
  verdict: RuleVerdict,
  id: string,
  patterns: readonly string[],
  except: readonly string[] = [],
): WebRule {
  return { id: ruleId(id), verdict, mode: 'enforce', hosts: patterns, except, reason: 'x' };
}

export function calls(verdict: RuleVerdict, id: string, server: string, tools: readonly string[]): McpRule {
  return { id: ruleId(id), verdict, mode: 'enforce', server, tools, except: [], reason: 'x' };
}

export function tools(
  verdict: RuleVerdict,
  id: string,
  names: readonly string[],
  except: readonly string[] = [],
): ToolRule {
  return { id: ruleId(id), verdict, mode: 'enforce', tools: names, except, reason: 'x' };
}
