import { starGlobMatches } from '../core/command-pattern-glob.ts';
import { parseCommandPattern } from '../core/command-pattern.ts';
import type { PatternWord, StagePattern } from '../core/command-pattern.ts';
import { programNameGlob } from '../core/program-pattern.ts';
import { parseHostPattern } from '../core/host-pattern.ts';
import type { FileRule, RolloutMode, RuleTable } from '../core/rule-table.ts';
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
export function clientRules(whole: RuleTable): ClientRules {
  const lists = { deny: new Set<string>(), ask: new Set<string>() };
  const guardOnly: GuardOnly[] = [];
  const table = enforced(whole);
  for (const rule of table.commands) {
    if (rule.verdict === 'allow') continue;
    for (const pattern of rule.run) {
      const isLifted = rule.unless.some((unless) => mayBeOneCommand(pattern, unless));
      const compiled = isLifted ? NO_EXCEPTION : bashRules(pattern);
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
    for (const host of rule.hosts) {
      if (host.includes(':')) guardOnly.push({ ruleId: rule.id, pattern: host, why: NO_ADDRESS });
      else if (!rule.except.some((except) => mayShareHosts(host, except)))
        lists[rule.verdict].add(`WebFetch(domain:${host})`);
      else guardOnly.push({ ruleId: rule.id, pattern: host, why: NO_EXCEPTION });
    }
  }
  for (const rule of table.mcp) {
    if (rule.verdict === 'allow') continue;
    for (const tool of rule.tools) {
      const isLifted = rule.except.some(
        ({ server, tools }) => mayBeOne(rule.server, server) && tools.some((name) => mayBeOne(tool, name)),
      );
      if (!isLifted) lists[rule.verdict].add(mcpRule(rule.server, tool));
      else guardOnly.push({ ruleId: rule.id, pattern: `${rule.server}/${tool}`, why: NO_EXCEPTION });
    }
  }
  for (const rule of table.tools) {
    if (rule.verdict === 'allow') continue;
    for (const tool of rule.tools) {
      if (!rule.except.some((except) => mayBeOne(tool, except))) lists[rule.verdict].add(tool);
      else guardOnly.push({ ruleId: rule.id, pattern: tool, why: NO_EXCEPTION });
    }
  }
  return { deny: [...lists.deny].sort(), ask: [...lists.ask].sort(), guardOnly };
}

const NO_ADDRESS = 'how the client spells such an address in a rule was not measured';
const NO_EXCEPTION = 'the client knows no exception to a pattern';

/** The rules that decide: what is only tried out must not refuse anything in the client either. */
function enforced(table: RuleTable): RuleTable {
  const isEnforced = ({ mode }: { readonly mode: RolloutMode }): boolean => mode === 'enforce';
  return {
    ...table,
    commands: table.commands.filter(isEnforced),
    files: table.files.filter(isEnforced),
    web: table.web.filter(isEnforced),
    mcp: table.mcp.filter(isEnforced),
    tools: table.tools.filter(isEnforced),
  };
}

/** Whether two command patterns could match one command; errs on the side of yes. */
function mayBeOneCommand(one: string, other: string): boolean {
  return lastStages(one).some((a) =>
    lastStages(other).some(
      (b) =>
        a.programs.some((first) =>
          b.programs.some((second) => mayBeOne(programNameGlob(first), programNameGlob(second))),
        ) && maySubcommandsAgree(a.words[0], b.words[0]),
    ),
  );
}

function lastStages(pattern: string): readonly StagePattern[] {
  const parsed = parseCommandPattern(pattern);
  return parsed.ok ? (parsed.pattern.stages.at(-1) ?? []) : [];
}

/** A command has one subcommand: two patterns that each need another one never meet. */
function maySubcommandsAgree(one: PatternWord | undefined, other: PatternWord | undefined): boolean {
  if (one?.kind !== 'subcommand' || other?.kind !== 'subcommand') return true;
  if (one.flags.length > 0 || other.flags.length > 0) return true;
  return one.words.some((word) => other.words.includes(word));
}

/** Whether two names with stars could be one; errs on the side of yes. */
function mayBeOne(one: string, other: string): boolean {
  if (one.includes('*') && other.includes('*')) return true;
  return starGlobMatches(one, other) || starGlobMatches(other, one);
}

function mayShareHosts(one: string, other: string): boolean {
  const [first, second] = [parseHostPattern(one), parseHostPattern(other)];
  if (!first.ok || !second.ok || first.pattern.kind === 'every' || second.pattern.kind === 'every') return true;
  const [a, b] = [`.${first.pattern.host}`, `.${second.pattern.host}`];
  return a.endsWith(b) || b.endsWith(a);
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

/**
 * The places where subcommands, flags and operands may stand, as far as rules with stars can say. Flags are taken in the
 * order of the pattern.
 */
function spellings(program: string, rest: readonly string[]): readonly string[] {
  const split = rest.findIndex((word) => word.startsWith('-') || /[*+=/]/.test(word));
  const fixed = split === -1 ? rest : rest.slice(0, split);
  const free = split === -1 ? [] : rest.slice(split);
  // A wildcard before a bare subcommand would also take words of a commit message, so it stands only before a flag.
  if (free.length === 0) return [`Bash(${[program, ...fixed].join(' ')} *)`];
  const words = fixed.join(' ');
  // The star after a subcommand stands for nothing too; after a bare program it would take other programs' names.
  const heads = fixed.length === 0 ? [program, `${program} *`] : [`${program} ${words}*`, `${program} * ${words}*`];
  const texts = free.reduce<readonly string[]>(
    (before, word, at) =>
      before.flatMap((text) => wordForms(word).flatMap((form) => gaps(text, at).map((gap) => text + gap + form))),
    heads,
  );
  return texts.flatMap(endings).map((text) => `Bash(${text})`);
}

/** A flag's value may stand beside it or be the next word; only one letter takes it without a sign between. */
function wordForms(word: string): readonly string[] {
  const [, flag = '', value = ''] = /^(-[^=]+)=(.*)$/.exec(word) ?? [];
  if (flag === '') return [word.replace(/=$/, '=*')];
  const wanted = value === '' ? '*' : value;
  return flag.startsWith('--') ? [`${flag}=${wanted}`, `${flag} ${wanted}`] : [`${flag} ${wanted}`, `${flag}${wanted}`];
}

/** What may stand between two words; a star in front stands for other words as well. */
function gaps(before: string, at: number): readonly string[] {
  return at === 0 || before.endsWith('*') ? [' '] : [' ', ' * '];
}

/** A star at the end of a rule stands for nothing only where it is the rule's one star (measured). */
function endings(text: string): readonly string[] {
  if (text.endsWith('*')) return [text];
  return text.includes('*') ? [text, `${text} *`] : [`${text} *`];
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
    if (rule.except.some((except) => mayTake(path, except))) return NO_EXCEPTION;
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
