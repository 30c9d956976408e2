import { parseHostPattern } from '../core/host-pattern.ts';
import type { RuleVerdict } from '../core/rule-table.ts';
import { commandRules } from './command-rules.ts';
import { pathRules } from './path-rules.ts';
import type { ProposedRule } from './policy-draft.ts';
import type { Translation } from './translation.ts';

/** A permission rule as people write it: a tool, and what stands in parentheses behind it, or null. */
export interface PermissionRule {
  readonly tool: string;
  readonly content: string | null;
  /** It is not written as rules are, so that one has to guess what was meant. */
  readonly isBroken: boolean;
}

/** Takes the text of a rule apart; null where it is none. A parenthesis that is not closed ends with the text. */
export function readPermissionRule(text: string): PermissionRule | null {
  const match = /^\s*([A-Za-z][\w*-]*)\s*(?:\(([\s\S]*?)\)?)?\s*$/.exec(text);
  if (match !== null) {
    const [, tool = '', content = null] = match;
    return { tool, content, isBroken: !isWellFormed(text) || !isNamedRight(tool) };
  }
  // `Bash curl`: the parentheses were forgotten.
  const bare = /^\s*([A-Za-z]\w*)\s+(\S[\s\S]*)$/.exec(text);
  return bare === null ? null : { tool: bare[1] ?? '', content: bare[2] ?? null, isBroken: true };
}

/** A name, and parentheses with something between them that are closed at the end. */
function isWellFormed(text: string): boolean {
  const open = text.indexOf('(');
  const name = open < 0 ? text : text.slice(0, open);
  const isClosed = open < 0 || (text.endsWith(')') && !SAYS_NOTHING.has(text.slice(open + 1, -1).trim()));
  return isClosed && /^[A-Za-z][\w*-]*$/.test(name);
}

const SAYS_NOTHING = new Set(['', ':*', '*:*']);

const TOOLS = new Map(
  ['Bash', 'Read', 'NotebookRead', 'LS', 'Glob', 'Grep', 'Edit', 'Write', 'MultiEdit', 'NotebookEdit', 'WebFetch'].map(
    (tool) => [tool.toLowerCase(), tool],
  ),
);

function isNamedRight(tool: string): boolean {
  const known = TOOLS.get(tool.toLowerCase());
  return known === undefined ? /^(?:[A-Z]|mcp__)/.test(tool) : known === tool;
}

/**
 * Turns a permission rule into rules of the same intent, whatever the client makes of its text.
 *
 * @param isLive the client matches something with the rule.
 */
export function permissionRules(verdict: RuleVerdict, { tool, content }: PermissionRule, isLive: boolean): Translation {
  if (tool.startsWith('mcp__')) return mcpRules(verdict, tool);
  const [name, text] = [tool.toLowerCase(), content ?? '*'];
  switch (name) {
    case 'bash':
      return bashRules(verdict, text, isLive);
    case 'read':
    case 'notebookread':
    case 'ls':
      return pathRules(verdict, 'read', content);
    case 'glob':
    case 'grep':
      return searchRules(verdict, text);
    case 'edit':
    case 'write':
    case 'multiedit':
    case 'notebookedit':
      return writeRules(verdict, name, content);
    case 'webfetch':
      return webRules(verdict, text);
    default:
      return toolRules(verdict, tool, content);
  }
}

/** Fields of the Bash tool's input that a rule can name in place of a command. */
const BASH_FIELDS = /^(command|description|timeout|run_in_background|dangerouslyDisableSandbox):\s*(.*)$/s;

function bashRules(verdict: RuleVerdict, text: string, isLive: boolean): Translation {
  const field = BASH_FIELDS.exec(text);
  if (field === null) return commandRules(verdict, text, isLive);
  const [, name = '', value = ''] = field;
  if (name === 'command') return commandRules(verdict, value, isLive);
  const why =
    name === 'dangerouslyDisableSandbox'
      ? 'a command outside of the sandbox is never allowed by a policy'
      : `a policy rules on commands, not on \`${name}\``;
  return { rules: [], how: 'none', why };
}

/** A notebook is a file by its name. To allow one of the tools that write is to allow them all. */
function writeRules(verdict: RuleVerdict, name: string, content: string | null): Translation {
  const isWhole = content === null || /^\s*\*{1,2}\s*$/.test(content);
  if (name === 'notebookedit' && isWhole) return pathRules(verdict, 'write', '**/*.ipynb');
  const translation = pathRules(verdict, 'write', content);
  if (verdict !== 'allow' || !isWhole) return translation;
  return { ...translation, how: 'wider', why: 'a policy rules on writing, whichever tool does it' };
}

/** A search reads files. To allow it everywhere is to allow the commands that search, which the client has in its place. */
function searchRules(verdict: RuleVerdict, text: string): Translation {
  if (verdict !== 'allow' || !/^\*{0,2}$/.test(text.trim())) return pathRules(verdict, 'read', text);
  const run = ['grep', 'egrep', 'fgrep', 'rg', 'find', 'fd', 'ls', 'tree'];
  const unless = [
    'find {-delete,-fprint,-fprint0,-fprintf,-fls}',
    'fd {-x,-X,--exec,--exec-batch}',
    'rg {--pre,--hostname-bin}',
    'tree -o',
  ];
  const body = { family: 'commands', run, unless } as const;
  const reason = 'Searching for files and in them needs no question.';
  return {
    rules: [{ verdict, name: 'search', reason, body }],
    how: 'same',
    why: 'the client searches with shell commands',
  };
}

function webRules(verdict: RuleVerdict, text: string): Translation {
  const host = meantHost(text.trim());
  if (host === null) return { rules: [], how: 'none', why: 'no host can be read from this' };
  const isWide = verdict !== 'allow';
  const isName = /[a-z]/i.test(host) && host.includes('.') && !host.startsWith('*.');
  const loopback =
    isWide && /^(?:localhost|127\.0\.0\.1)$/.test(host) ? ['localhost', '127.0.0.1', '[::1]', '0.0.0.0'] : null;
  const hosts = loopback ?? (isWide && isName ? [host, `*.${host}`] : [host]);
  const ends = {
    deny: 'is not fetched from',
    ask: 'is fetched from when a person agrees',
    allow: 'is fetched from freely',
  };
  const subject = host === '*' ? 'A host that no other rule names' : `\`${host}\``;
  const body = { family: 'web', hosts } as const;
  const rule: ProposedRule = { verdict, name: `web-${host}`, reason: `${subject} ${ends[verdict]}.`, body };
  return { rules: [rule], how: hosts.length > 1 ? 'wider' : 'same', why: null };
}

/** The host that `domain:NAME`, a URL or a bare name stands for; `*` for every host; null where it is none. */
function meantHost(text: string): string | null {
  if (/^(?:domain:)?\*?$/.test(text)) return '*';
  const named = /^domain:(.*)$/s.exec(text)?.[1] ?? text;
  const bare = named
    .replace(/^[a-z*]+:\/\//i, '')
    .replace(/[/?#].*$/s, '')
    .replace(/:(?:\d+|\*)$/, '');
  const host = bare.replace(/^\*+(?=[^.*])/, '*.').replace(/(?<=\w)\*+$/, '');
  return parseHostPattern(host).ok ? host : null;
}

function mcpRules(verdict: RuleVerdict, tool: string): Translation {
  const [server = '', ...rest] = tool.slice('mcp__'.length).split('__');
  const name = rest.join('__');
  const isEvery = /^\**$/.test(server);
  if (isEvery && verdict === 'allow') return { rules: [], how: 'none', why: 'servers are allowed by name' };
  const isPartly = /\*/.test(server) ? !isEvery : name !== '*' && name.includes('*');
  if (isPartly && verdict === 'allow')
    return { rules: [], how: 'none', why: 'a policy names the tools of a server one by one' };
  const [ruledServer, ruledTool] = [
    isEvery || server.includes('*') ? '*' : server,
    name === '' || isPartly ? '*' : name,
  ];
  const ends = { deny: 'are not called', ask: 'are confirmed by a person', allow: 'need no question' };
  const subject = ruledServer === '*' ? 'Tools of MCP servers' : `Tools of the MCP server \`${ruledServer}\``;
  const body = { family: 'mcp', server: ruledServer, tools: [ruledTool] } as const;
  const rule: ProposedRule = { verdict, name: tool, reason: `${subject} ${ends[verdict]}.`, body };
  return {
    rules: [rule],
    how: isPartly ? 'wider' : 'same',
    why: isPartly ? 'a policy takes a server or a tool whole' : null,
  };
}

function toolRules(verdict: RuleVerdict, tool: string, content: string | null): Translation {
  const isWhole = content === null || /^\*{0,2}$/.test(content.trim());
  if (!isWhole && verdict === 'allow')
    return { rules: [], how: 'none', why: `a policy allows \`${tool}\` whole or not at all` };
  if (tool.includes('*') && !/^\*$/.test(tool))
    return { rules: [], how: 'none', why: 'a policy names tools one by one' };
  const ruled = isWhole ? verdict : 'ask';
  const ends = { deny: 'is not used', ask: 'is confirmed by a person', allow: 'needs no question' };
  const body = { family: 'tools', tools: [tool] } as const;
  const rule: ProposedRule = {
    verdict: ruled,
    name: `tool-${tool}`,
    reason: `The tool \`${tool}\` ${ends[ruled]}.`,
    body,
  };
  const why = isWhole ? null : `only the whole of \`${tool}\` can be ruled on, so it is asked for`;
  return { rules: [rule], how: isWhole ? 'same' : verdict === 'deny' ? 'weaker' : 'wider', why };
}
