import { BUILTIN_RULES } from './builtin-rule.ts';
import { readingFindings } from './decide-command.ts';
import { checkFile } from './file-check.ts';
import type { FileCheck } from './file-check.ts';
import type { Finding } from './finding.ts';
import { hint, pathsWithin } from './path-candidate.ts';
import type { CommandReading, InlineCode } from './reached-command.ts';
import { readCommandLine } from './read-command-line.ts';
import type { RuleIndex } from './rule-index.ts';
import { quoted } from './shell-word.ts';

/** Most string literals of one program text that are looked at; the text is asked about in any case. */
const MAX_LITERALS = 200;
/** Longest literal that is read as a command, in UTF-16 code units. */
const MAX_COMMAND_LITERAL = 2_000;

/**
 * What there is to say about program text on a command line: it is never plainly allowed, and where a string in it
 * names a protected file or holds a command that is denied, it is denied.
 */
export function codeFindings(index: RuleIndex, reading: CommandReading, check: FileCheck): readonly Finding[] {
  return reading.inlineCode.flatMap((code) => [
    {
      verdict: index.table.inlineCode,
      ruleId: BUILTIN_RULES.inlineCode,
      reason: `Program text for \`${code.program}\` on a command line cannot be checked. Put it into a file in the workspace and run that.`,
    },
    ...deniedLiterals(index, code, check),
  ]);
}

function deniedLiterals(index: RuleIndex, code: InlineCode, check: FileCheck): readonly Finding[] {
  const { literals, lists } = literalsOf(code.text);
  const findings: Finding[] = [];
  for (const literal of literals) {
    for (const token of [literal, ...literal.split(/[\s;|&<>()]+/)]) {
      for (const path of pathsWithin(token.replace(/^[<>+|]+/, '')))
        findings.push(...checkFile(check, hint(path), code.folders));
    }
  }
  for (const text of commandTexts(code, { literals, lists })) findings.push(...deniedCommand(index, text, code, check));
  return findings.filter((finding) => finding.verdict === 'deny');
}

/** Command lines that program text may run: its strings where it can start programs, and what stands there bare. */
export function commandsInCode(code: InlineCode): readonly string[] {
  return commandTexts(code, literalsOf(code.text)).filter(
    (text) => text.length <= MAX_COMMAND_LITERAL && /\w/.test(text),
  );
}

function commandTexts(code: InlineCode, { literals, lists }: Literals): readonly string[] {
  return [...(RUNS_COMMANDS.test(code.text) ? [...literals, ...lists] : []), ...bareCommands(code)];
}

/** Commands that stand in program text without quotes: recipes of make, `$(shell cmd)`, and sed's `e cmd`. */
function bareCommands({ program, text }: InlineCode): readonly string[] {
  const pattern = /^g?make$/.test(program)
    ? /;([^;\n]+)|^\t[@+-]*([^\n]+)|\$[({]\s*shell\s+([^)}\n]+)|!=([^\n]+)/gm
    : /^g?sed$/.test(program)
      ? /(?:^|[;{}\d$/\s])e\s+([^\n]+)/gm
      : null;
  if (pattern === null) return [];
  const commands = [...text.slice(0, MAX_COMMAND_LITERAL).matchAll(pattern)].slice(0, MAX_LITERALS);
  return commands.map((match) => match.slice(1).find((group) => group !== undefined) ?? '');
}

/** Program text that can start other programs; only then are its strings read as commands. */
const RUNS_COMMANDS =
  /system|popen|exec|spawn|subprocess|child_process|shell|pty|os\.|run\(|`|%x|\bqx\b|passthru|Command|Open3|getline|\|/i;

function deniedCommand(index: RuleIndex, text: string, code: InlineCode, check: FileCheck): readonly Finding[] {
  if (text.length > MAX_COMMAND_LITERAL || !/\w/.test(text)) return [];
  const result = readCommandLine(text, {
    folder: code.folders?.[0] ?? check.places.workspace,
    homeDir: check.places.homeDir,
    realPath: check.eyes.realPath,
  });
  return result.ok ? readingFindings(index, result.reading, check) : [];
}

interface Literals {
  readonly literals: readonly string[];
  /** Lists of strings, `["rm", "-rf", "/"]`, as command lines. */
  readonly lists: readonly string[];
}

/** The strings in a program text, whatever the language: in quotes, in backquotes, and in Perl's and Ruby's `q(...)`. */
function literalsOf(text: string): Literals {
  const literals: string[] = [];
  const lists: string[] = [];
  let list: string[] = [];
  let end = 0;
  const pattern =
    /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`|(?:\bq[qwx]?|%[qQwWx]?)\s*(?:\(([^()]*)\)|\{([^{}]*)\}|\[([^[\]]*)\])/gs;
  for (const match of text.matchAll(pattern)) {
    if (literals.length >= MAX_LITERALS) break;
    const literal = (match.slice(1).find((group) => group !== undefined) ?? '').replaceAll(/\\(["'`\\/])/g, '$1');
    literals.push(literal);
    if (!/^\s*,\s*$/.test(text.slice(end, match.index))) {
      if (list.length > 1) lists.push(list.map(quoted).join(' '));
      list = [];
    }
    list.push(literal);
    end = match.index + match[0].length;
  }
  if (list.length > 1) lists.push(list.map(quoted).join(' '));
  return { literals, lists };
}
