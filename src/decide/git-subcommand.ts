import type { ShellWord } from './shell-word.ts';

/** Options in front of git's subcommand that take the next word as their value. */
const VALUE_OPTIONS = new Set([
  '-C',
  '-c',
  '--git-dir',
  '--work-tree',
  '--namespace',
  '--super-prefix',
  '--config-env',
  '--exec-path',
  '--attr-source',
  '--list-cmds',
]);

/** Which subcommand of git the words name, and where; null where none does or it is not known. */
export function gitSubcommand(words: readonly ShellWord[]): { readonly name: string; readonly at: number } | null {
  for (let at = 0; at < words.length; at += 1) {
    const text = words[at]?.text ?? '';
    if (VALUE_OPTIONS.has(text)) at += 1;
    else if (!text.startsWith('-')) return /[\uDC00-\uDC06]/.test(text) ? null : { name: text, at };
  }
  return null;
}
