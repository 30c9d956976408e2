import { readCommandRule } from './command-rule.ts';
import type { CommandRule } from './command-rule.ts';
import { VERBS, nothing, something } from './reading.ts';
import type { RuleReading } from './reading.ts';
import { exactOnly } from './exact-only.ts';
import { plainWord } from './path-operands.ts';
import type { RuleList } from './prediction.ts';

/** Fields of the Bash tool's input that deny and ask rules can name. */
const FIELD = /^(?:description|timeout|run_in_background|dangerouslyDisableSandbox):/;

/** Reads what stands between the parentheses of a `Bash(…)` rule. */
export function commandReading(list: RuleList, content: string): RuleReading {
  const text = content.trim();
  if (FIELD.test(text))
    return list === 'allow'
      ? nothing('only rules that ask or deny can name a field')
      : something(`${VERBS[list]} calls with exactly this field`);
  const named = /^command:\s*([^]*)$/.exec(text)?.[1];
  if (named !== undefined) return nothing('a command is not named as a field', named === '' ? null : `Bash(${named})`);
  const rule = readCommandRule(text);
  const literal = literalOf(rule);
  if (rule.kind === 'prefix' && literal === '') return nothing('there is no command in front of its `:*`', 'Bash');
  const program = literal.trimStart().split(' ', 1)[0] ?? '';
  if (/^\/.*[.*+?\\|^$()[\]].*\/[a-z]*$/.test(text)) return nothing('regular expressions are taken by their letters');
  if (text.includes(':*') && !text.endsWith(':*'))
    return nothing('a `:*` that is not at the end is taken by its letters', respaced(text));
  if (hasInnerColon(program))
    return nothing('only a last `:*` is syntax; any other colon is a letter of the name', respaced(text));
  if (/[{}]/.test(program) || /\{[^{}]*,[^{}]*\}/.test(literal))
    return nothing('braces are taken by their letters: write one rule for each');
  if (program.includes('?')) return nothing('`?` is taken by its letter', null);
  if (list === 'allow' && rule.kind !== 'exact') {
    const words = literal.split(' ').map(plainWord);
    const why = exactOnly(words);
    if (why !== null) return nothing(`${why}, which only a rule without a star allows`);
  }
  if (list === 'allow' && SEVERAL[rule.kind].test(unquoted(literal)))
    return nothing('each command of a line is looked up by itself, so none has this text');
  if (list !== 'allow' && program.startsWith('/') && !literal.startsWith('/ '))
    return something(
      'it matches the program by this path only, not by its name',
      `Bash(${text.replace(/^\S*\//, '')})`,
    );
  return something(`${VERBS[list]} what matches these letters`);
}

/** Signs between commands that no text of one command has. A rule without a star can spell a whole line but for pipes. */
const SEVERAL: Readonly<Record<CommandRule['kind'], RegExp>> = {
  exact: /(?<!\|)\|(?!\|)/,
  prefix: /&&|[;|\n]/,
  pattern: /&&|[;|\n]/,
};

/** The rule's letters, with a star for anything. */
function literalOf(rule: CommandRule): string {
  return rule.kind === 'pattern' ? rule.pieces.join('*') : rule.text;
}

/** A colon within a program's name; those of an address or a drive are none. */
function hasInnerColon(program: string): boolean {
  return program.includes(':') && !/:\/\/|^[A-Za-z]:[\\/]/.test(program);
}

/** What was meant with colons between the words of a command. */
function respaced(text: string): string | null {
  if (/:\/\/|["']|^:?$/.test(text)) return null;
  const open = text.endsWith(':*') || text.endsWith(' *');
  const words = (open ? text.slice(0, -2) : text)
    .replace(/:\*:/g, ' * ')
    .split(/[:\s]+/)
    .filter((word) => word !== '');
  return `Bash(${words.join(' ')}${open ? ' *' : ''})`;
}

function unquoted(text: string): string {
  return text.replace(/"[^"]*"|'[^']*'/g, '');
}
