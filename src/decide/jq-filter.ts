import type { ShellWord } from './shell-word.ts';

/** Filters of jq that load files or show the environment; `.env` and the key `env:` do neither. */
const REACHES_OUT = /(?:^|[^.\w$"'-])env\b(?!["']|\s*:)|\$ENV\b|\b(?:import|include)\s*"/;
/** The same behind a minus, which in a file's name is part of the name. */
const SUBTRACTS_ENVIRONMENT = /-[\s(]*env\b(?!\s*:)/;

/** Options of jq that take a name and a value. */
const TAKES_TWO = /^--(?:arg|argjson|slurpfile|rawfile)$/;

/** The words of jq that are program text which reaches out of its input. */
export function jqCode(words: readonly ShellWord[]): readonly ShellWord[] {
  const filter = filterOf(words);
  return words.filter(
    (word) =>
      REACHES_OUT.test(word.text) ||
      ((word === filter || /^-\W*env\b/.test(word.text)) && SUBTRACTS_ENVIRONMENT.test(withoutStrings(word.text))),
  );
}

/** The first operand. */
function filterOf(words: readonly ShellWord[]): ShellWord | null {
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) break;
    if (word.text === '--') return words[at + 1] ?? null;
    if (TAKES_TWO.test(word.text)) at += 2;
    else if (/^(?:--indent|-L|--library-path)$/.test(word.text)) at += 1;
    else if (!word.text.startsWith('-')) return word;
  }
  return null;
}

/** Strings without interpolation are no code. */
function withoutStrings(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\[^(])*"/g, '""');
}
