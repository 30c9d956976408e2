import { meantCommand } from './command-words.ts';
import { readPermissionRule } from './permission-rule.ts';
import type { RuleReader } from './rule-port.ts';

/**
 * Whether a rule that asks is better left to the default, which asks as well: allow rules single out forms of the same
 * command, in a form that the client does not understand, so that their author never saw that ask beats allow.
 *
 * Where the client does understand them, it asks all the same, and the rule is kept: an import is never weaker than
 * what the client did.
 */
export function isLeftToDefault(
  ask: string | null,
  allowed: readonly (string | null)[],
  readRule: RuleReader,
): boolean {
  const asked = wordsOf(ask);
  if (asked === null) return false;
  let isSingledOut = false;
  for (const text of allowed) {
    const words = wordsOf(text);
    if (words === null) {
      if (text !== null && /^\s*bash\s*(?:\(\s*:?\*?\s*\))?\s*$/i.test(text)) return false;
      continue;
    }
    if (startsWith(asked, words)) return false;
    if (!startsWith(words, asked)) continue;
    if (readRule('allow', text ?? '').matches === 'something') return false;
    isSingledOut = true;
  }
  return isSingledOut;
}

/** The words of a rule on one plain command, or null. */
function wordsOf(text: string | null): readonly string[] | null {
  const rule = text === null ? null : readPermissionRule(text);
  if (rule === null || rule.tool.toLowerCase() !== 'bash' || rule.content === null) return null;
  const meaning = meantCommand(rule.content);
  if (meaning.kind !== 'command') return null;
  const { stages, outputs, assignments, isScript, isLoose } = meaning.command;
  if (stages.length !== 1 || outputs.length > 0 || assignments.length > 0 || isScript || isLoose) return null;
  return stages[0] ?? null;
}

function startsWith(words: readonly string[], beginning: readonly string[]): boolean {
  return beginning.every((word, index) => words[index] === word);
}
