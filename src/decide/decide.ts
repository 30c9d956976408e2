import type { Action } from '../core/action.ts';
import type { Decision } from '../core/decision.ts';
import { FileUnseen } from '../core/file-unseen.ts';
import { starGlobMatches } from '../core/command-pattern-glob.ts';
import type { McpRule } from '../core/rule-table.ts';
import { BUILTIN_RULES } from './builtin-rule.ts';
import { decideCommand, fileCheck } from './decide-command.ts';
import { checkFile, passedBy } from './file-check.ts';
import { decisionOf, strongest } from './finding.ts';
import type { Finding } from './finding.ts';
import { place } from './path-candidate.ts';
import type { RuleIndex } from './rule-index.ts';
import type { Scene } from './scene.ts';
import { taintFindings, withTaint } from './taint.ts';
import type { SessionTaint } from './taint.ts';
import { readHttpUrl } from './web-index.ts';

/**
 * Answers an action. Deny beats ask, ask beats allow, whatever the order of rules; where no rule says anything, the
 * table's defaults hold. In a tainted session an action with reach is asked or denied though a rule allows it. Pure but for the scene's own functions, and never throws: an error in here is a deny.
 */
export function decide(index: RuleIndex, action: Action, scene: Scene, session: SessionTaint | null = null): Decision {
  try {
    const decided = findingOn(index, action, scene);
    if (session === null || decided.verdict === 'deny') return decisionOf(decided);
    return decisionOf(withTaint(decided, taintFindings(action, scene, session)));
  } catch (error) {
    if (error instanceof FileUnseen) {
      return {
        verdict: 'deny',
        ruleId: BUILTIN_RULES.unseenFile,
        reason: 'The guard may not look at a file of this call, so it cannot tell where its path leads.',
      };
    }
    // The error may quote the action: it is not passed on.
    return {
      verdict: 'deny',
      ruleId: BUILTIN_RULES.internalError,
      reason: 'This could not be checked because of a fault in Sallyport. Ask the developer; do not try another way.',
    };
  }
}

function findingOn(index: RuleIndex, action: Action, scene: Scene): Finding {
  switch (action.kind) {
    case 'command':
      return decideCommand(index, action, scene);
    case 'read':
    case 'write':
      return decideFile(index, action, scene);
    case 'fetch':
      return decideFetch(index, action.url);
    case 'mcp':
      return decideMcp(index, action.server, action.tool);
    case 'tool':
      return decideTool(index, action.name);
    case 'canary':
      return {
        verdict: 'deny',
        ruleId: BUILTIN_RULES.canary,
        reason:
          'Sallyport check: this call shows that the guard is watching. It is meant to be refused; nothing is wrong, go on.',
      };
    case 'unreadable':
      return {
        verdict: 'deny',
        ruleId: BUILTIN_RULES.unreadableAction,
        reason: `This call cannot be checked: ${action.why}.`,
      };
  }
}

function decideFile(index: RuleIndex, action: Extract<Action, { kind: 'read' | 'write' }>, scene: Scene): Finding {
  if (action.path === '' || action.path.includes('\0') || !action.path.isWellFormed()) {
    return {
      verdict: 'deny',
      ruleId: BUILTIN_RULES.unreadableAction,
      reason: 'This call cannot be checked: its path is not one.',
    };
  }
  const path = action.path.replace(/^~(?=\/|$)/, () => scene.homeDir);
  const check = fileCheck(index, scene);
  const candidate = place(path, action.kind);
  const objection = strongest(checkFile(check, candidate, [action.cwd]));
  return objection ?? { verdict: 'allow', ruleId: passedBy(check, candidate, [action.cwd]), reason: '' };
}

function decideFetch(index: RuleIndex, text: string): Finding {
  const url = readHttpUrl(text);
  if (url === null)
    return {
      verdict: 'deny',
      ruleId: BUILTIN_RULES.unreadableUrl,
      reason: 'Only plain http and https addresses without a user name are fetched.',
    };
  return (
    index.web.ruleOn(url.hostname) ?? {
      verdict: index.table.defaults.web,
      ruleId: BUILTIN_RULES.web,
      reason: 'No rule names this host.',
    }
  );
}

function decideMcp(index: RuleIndex, server: string, tool: string): Finding {
  const matched = index.mcp.filter(
    (rule) => namesCall(rule, server, tool) && !rule.except.some((call) => namesCall(call, server, tool)),
  );
  return (
    strongest(matched.map((rule) => ({ verdict: rule.verdict, ruleId: rule.id, reason: rule.reason }))) ?? {
      verdict: index.table.defaults.mcp,
      ruleId: BUILTIN_RULES.mcp,
      reason: 'No rule names this MCP server and tool.',
    }
  );
}

function decideTool(index: RuleIndex, name: string): Finding {
  const matched = index.tools.filter((rule) => namesAny(rule.tools, name) && !namesAny(rule.except, name));
  return (
    strongest(matched.map((rule) => ({ verdict: rule.verdict, ruleId: rule.id, reason: rule.reason }))) ?? {
      verdict: index.table.defaults.tool,
      ruleId: BUILTIN_RULES.tool,
      reason: 'No rule names this tool.',
    }
  );
}

function namesCall(call: Pick<McpRule, 'server' | 'tools'>, server: string, tool: string): boolean {
  return starGlobMatches(call.server, server) && namesAny(call.tools, tool);
}

function namesAny(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => starGlobMatches(glob, name));
}
