import { readPermissionRule } from './permission-rule.ts';
import type { RuleReading } from './rule-port.ts';

type List = 'allow' | 'ask' | 'deny';
type Form = readonly [form: RegExp, why: string];

// Forms that were measured on 2.1.329 to be taken without a word and to match no call. Texts between the parentheses.
const DEAD_COMMANDS: readonly Form[] = [
  [/^\S*:(?!\*$)\S*$/, 'only a last `:*` is syntax; any other colon is a letter of the name'],
  [/:\*./, 'a `:*` that is not at the end is taken by its letters'],
  [/[{?]|^\//, 'braces, `?` and regular expressions are taken by their letters'],
  [/^$/, 'the rule is skipped'],
];

/** A reader that knows the forms of rules which the client takes and never matches; it looks at the text alone. */
export function readRuleForm(list: List, text: string): RuleReading {
  const rule = readPermissionRule(text);
  if (rule === null || rule.tool === '') return nothing('it skips what is no rule');
  const { tool, content } = rule;
  if (content !== null && !text.includes('('))
    return nothing('without parentheses this is the name of a tool that it does not have');
  if (/^[a-z]/.test(tool) && !tool.startsWith('mcp__')) return nothing('names of tools start with a capital letter');
  if (tool === 'Bash' && content !== null) {
    const isAddress = /https?:\/\//.test(content) && !/:(?!\/\/)/.test(content);
    const dead = isAddress ? undefined : DEAD_COMMANDS.find(([form]) => form.test(content.trim()));
    if (dead !== undefined && !/^\/[\w/.-]+(?: \*|:\*)?$/.test(content)) return nothing(dead[1]);
  }
  if (/^(?:Glob|Grep|MultiEdit|LS|NotebookRead)$/.test(tool)) return nothing('it has no such tool');
  if (/^(?:Write|NotebookEdit)$/.test(tool) && content !== null && content !== '*')
    return nothing('it never looks at a path in this rule; it does in `Edit(path)`');
  if (/^(?:Read|Edit)$/.test(tool) && /^\/[^/]/.test(content ?? ''))
    return something('one slash starts at the project, so nothing outside of it is matched');
  if (tool === 'WebFetch' && content !== null && !/^(?:domain:.*|\*)$/.test(content))
    return nothing('a host is written `domain:NAME`');
  if (tool.startsWith('mcp__*') && list === 'allow') return nothing('it skips this in a list that allows');
  const verbs = { allow: 'runs without a question', ask: 'asks for', deny: 'refuses' };
  return something(`${verbs[list]} what matches these letters`);
}

function nothing(why: string): RuleReading {
  return { matches: 'nothing', why, wider: null };
}

function something(why: string): RuleReading {
  return { matches: 'something', why, wider: null };
}
