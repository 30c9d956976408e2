import { parseCommandPattern } from '../../core/command-pattern.ts';
import type { PatternWord, StagePattern } from '../../core/command-pattern.ts';
import { quoted } from '../../policy/index.ts';
import type { LintContext } from '../lint-context.ts';
import type { LintFault } from '../lint-fault.ts';
import { indexOfRules, probed } from '../probe.ts';

/** Subcommands of `git` whose first operand is a remote, so that a branch never stands there. */
const REMOTE_FIRST: ReadonlySet<string> = new Set(['push', 'pull', 'fetch']);

/** Names that are branches far more often than remotes. */
const BRANCH = /^(?:main|master|develop|dev|trunk|production|prod|staging|release|stable|HEAD|gh-pages)$/;

/** Programs whose first operand is what the pattern means, whatever it looks like. */
const FIRST_OPERAND_PROGRAMS: ReadonlySet<string> = new Set(['source', '.', 'cd', 'go']);

/**
 * Finds bare words that the grammar takes for subcommands and that are operands: a bare word is compared with the first
 * operand only (`git push main` is not `git push origin main`), one with a star with every operand.
 */
export function misplacedWords({ table, rules }: LintContext): readonly LintFault[] {
  const faults: LintFault[] = [];
  for (const rule of table.commands) {
    const place = rules.get(rule.id);
    if (place === undefined) continue;
    for (const list of ['run', 'unless'] as const) {
      for (const [index, text] of rule[list].entries()) {
        const parsed = parseCommandPattern(text);
        if (!parsed.ok) continue;
        const word = parsed.pattern.stages
          .flat()
          .map(strayWord)
          .find((one) => one !== null);
        if (word === undefined || word === null) continue;
        const line = missedLine(text, word);
        const alone = indexOfRules(table, { commands: [{ ...rule, verdict: 'deny', run: [text], unless: [] }] });
        if (probed(alone, { kind: 'command', line }).verdict === 'deny') continue;
        faults.push({
          code: 'lint/word-position',
          document: place.document,
          path: [...place.path, list, index],
          message: `${quoted(word)} is looked for as the first operand only: ${quoted(line)} does not match`,
          hint: `a word with \`*\` is found at any place: write \`${starred(word)}\` instead`,
        });
      }
    }
  }
  return faults;
}

function strayWord({ programs, words }: StagePattern): string | null {
  const subcommands = words.filter(
    (word): word is Extract<PatternWord, { kind: 'subcommand' }> => word.kind === 'subcommand',
  );
  const isGit = programs.includes('git');
  const [first, second, third] = subcommands;
  if (isGit && first?.words.some((word) => REMOTE_FIRST.has(word)) === true && third === undefined) {
    const branch = second?.words.find((word) => BRANCH.test(word));
    if (branch !== undefined) return branch;
  }
  if (programs.some((program) => FIRST_OPERAND_PROGRAMS.has(program))) return null;
  for (const { words: alternatives } of subcommands) {
    // No subcommand is written like a path, an assignment or an address.
    const stray = alternatives.find((word) => /^[~/]|^\.{1,2}\/|^[a-z]+=|:\/\//.test(word));
    if (stray !== undefined) return stray;
  }
  return null;
}

/** A line that people mean by the pattern, and that it does not take. */
function missedLine(text: string, word: string): string {
  const at = text.indexOf(word);
  const first = BRANCH.test(word) ? 'origin' : 'x';
  const head = text
    .slice(0, at)
    .replace(/\{[^{}]*$/, '')
    .replace(/\{([^{},]*)[^{}]*\}/g, '$1');
  return `${head.trim()} ${first} ${word}`;
}

function starred(word: string): string {
  return BRANCH.test(word) ? `{${word},*:${word}}` : `${word}*`;
}
