import { flagWords, takesValue } from './flag-spellings.ts';

/**
 * The words of one command as a pattern for a rule that allows: every spelling of an option, and no more.
 *
 * @param shown the program as the pattern names it: by name, or by its path in the workspace.
 */
export function lettersPattern(words: readonly string[], shown: string): string {
  const [program = '', ...rest] = words;
  const name = program.slice(program.lastIndexOf('/') + 1) || program;
  const parts = [shown];
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    const hasMore = rest.slice(at + 1).some((later) => !later.startsWith('-'));
    // Between two blanks a star is at least one word.
    if (word === '*' && !hasMore) {
      if (at < rest.length - 1) parts.push('<any>');
      continue;
    }
    if (!/^-./.test(word)) {
      parts.push(word);
      continue;
    }
    const next = rest[at + 1];
    const value = next !== undefined && !next.startsWith('-') && takesValue(name, word) ? next : null;
    if (value !== null) at += 1;
    parts.push(...flagWords(name, word, value));
  }
  return parts.join(' ');
}
