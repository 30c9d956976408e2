import type { FileRule, RuleTable } from '../core/rule-table.ts';
import { expandBraces } from './expand-braces.ts';

/** A pattern of the policy that the client's own rules cannot carry, so that the guard or the sandbox holds it alone. */
export interface GuardOnly {
  readonly ruleId: string;
  readonly pattern: string;
  readonly why: string;
}

/** Rules in the client's grammar, sorted and without repeats, and what they leave to the guard. */
export interface ClientRules {
  readonly deny: readonly string[];
  readonly ask: readonly string[];
  readonly guardOnly: readonly GuardOnly[];
}

/**
 * Writes the rule table in the client's own permission grammar: the floor that holds where no hook answers.
 *
 * The floor is never wider than the guard: it holds no allow rule, and a deny rule stands in it only where the client
 * reads it as the policy means it (measured grammar: `Bash(prefix *)`, `Read(path)`, `Edit(path)`).
 */
export function clientRules(table: RuleTable): ClientRules {
  const lists = { deny: new Set<string>(), ask: new Set<string>() };
  const guardOnly: GuardOnly[] = [];
  for (const rule of table.commands) {
    if (rule.verdict === 'allow') continue;
    for (const pattern of rule.run) {
      const compiled = bashRules(pattern);
      if (typeof compiled === 'string') guardOnly.push({ ruleId: rule.id, pattern, why: compiled });
      else for (const text of compiled) lists[rule.verdict].add(text);
    }
  }
  for (const rule of table.files) {
    // An ask rule on reading prompts the Read tool only; `cat` in Bash runs without a prompt (measured).
    if (rule.verdict === 'allow') continue;
    for (const pattern of rule.paths) {
      const compiled = fileRules(rule, pattern);
      if (typeof compiled === 'string') guardOnly.push({ ruleId: rule.id, pattern, why: compiled });
      else for (const text of compiled) lists[rule.verdict].add(text);
    }
  }
  for (const rule of table.web) {
    if (rule.verdict === 'allow') continue;
    for (const host of rule.hosts) lists[rule.verdict].add(`WebFetch(domain:${host})`);
  }
  for (const rule of table.mcp) {
    if (rule.verdict === 'allow') continue;
    for (const tool of rule.tools) lists[rule.verdict].add(mcpRule(rule.server, tool));
  }
  for (const rule of table.tools) {
    if (rule.verdict === 'allow') continue;
    for (const tool of rule.tools) lists[rule.verdict].add(tool);
  }
  return { deny: [...lists.deny].sort(), ask: [...lists.ask].sort(), guardOnly };
}

/** Rules of the client for one command pattern, or why there are none. */
function bashRules(pattern: string): readonly string[] | string {
  if (/<[a-z-]+>/.test(pattern)) return 'the client has no classes of words';
  if (pattern.includes(' | ')) return 'the client matches a pipe only as literal text';
  const commands = expandBraces(pattern);
  if (commands === null) return 'too many alternatives for the client';
  const rules: string[] = [];
  for (const command of commands) {
    const words = command.split(' ').filter((word) => word !== '');
    const [program = '', ...rest] = words;
    if (/[*?[]/.test(program)) {
      if (rest.length > 0 || !program.endsWith('*')) return 'the client has no wildcard inside a program name';
      rules.push(`Bash(${program})`);
      continue;
    }
    // `Bash(x:y …)` has a second meaning for the colon at the end; a parenthesis ends the rule.
    if (words.some((word) => /[():]/.test(word))) return 'a colon or parenthesis has another meaning in a client rule';
    rules.push(...spellings(program, rest));
  }
  return rules;
}

/** The places where subcommands and one flag or operand may stand, as far as prefix rules can say. */
function spellings(program: string, rest: readonly string[]): readonly string[] {
  const split = rest.findIndex((word) => word.startsWith('-') || /[*+=/]/.test(word));
  const fixed = split === -1 ? rest : rest.slice(0, split);
  const free = split === -1 ? [] : rest.slice(split);
  const head = [program, ...fixed].join(' ');
  // A wildcard before a bare subcommand would also take words of a commit message, so it stands only before a flag.
  if (free.length === 0) return [`Bash(${head} *)`];
  const heads = fixed.length > 0 ? [head, `${program} * ${fixed.join(' ')}`] : [head];
  const tail = free.map((word) => word.replace(/=\*?$/, '=*')).join(' * ');
  return heads.flatMap((text) => [`Bash(${text} ${tail} *)`, `Bash(${text} * ${tail} *)`]);
}

/** Rules of the client for one path pattern, or why there are none. */
function fileRules(rule: FileRule, pattern: string): readonly string[] | string {
  const tool = rule.access === 'read' ? 'Read' : 'Edit';
  if (rule.access === 'read' && rule.verdict === 'ask') return 'the client asks only for its Read tool';
  const paths = expandBraces(pattern);
  if (paths === null) return 'too many alternatives for the client';
  const rules: string[] = [];
  for (const path of paths) {
    if (/^\/(proc|sys|dev)\//.test(path)) return 'kernel file systems are held by the guard and the sandbox';
    if (rule.except.some((except) => mayTake(path, except))) return 'the client knows no exception to a pattern';
    if (path.startsWith('**/')) {
      // Below the working folder the sandbox holds this form too; the second form reaches the Read tool everywhere.
      rules.push(`${tool}(${path})`, `${tool}(//${path})`);
    } else if (path.startsWith('/')) {
      rules.push(`${tool}(/${path})`);
    } else {
      rules.push(`${tool}(${path})`);
    }
  }
  return rules;
}

/** Whether a pattern could take a name that an exception names; errs on the side of yes. */
function mayTake(pattern: string, except: string): boolean {
  const [last, name] = [pattern.split('/').at(-1) ?? '', except.split('/').at(-1) ?? ''];
  const parts = last.split('*');
  if (parts.length === 1) return last === name;
  return name.startsWith(parts[0] ?? '') && name.endsWith(parts.at(-1) ?? '');
}

function mcpRule(server: string, tool: string): string {
  if (server === '*') return 'mcp__*';
  return tool === '*' ? `mcp__${server}` : `mcp__${server}__${tool}`;
}
