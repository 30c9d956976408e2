import { shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';
import type { Invocation } from './unwrap.ts';

/** Scripts by which frameworks run their own subcommands, and those subcommands that evaluate what they are given. */
const EVALUATING: ReadonlyMap<string, RegExp> = new Map([
  ['manage.py', /^(?:shell|shell_plus)$/],
  ['artisan', /^tinker$/],
  ['rails', /^(?:runner|r|console|c)$/],
]);

/** Program text for a framework's shell: `manage.py shell -c CODE`, `artisan tinker --execute=CODE`, or its input. */
export function codeInFramework({ program, words, frame }: Invocation): readonly ShellWord[] {
  const names = [program, ...words.map(({ text }) => text.slice(text.lastIndexOf('/') + 1))];
  const script = names.findIndex((name) => EVALUATING.has(name));
  const evaluating = EVALUATING.get(names[script] ?? '');
  // The script itself is no word where it is the program.
  if (evaluating?.test(words[script]?.text ?? '') !== true) return [];
  const given = words.slice(script + 1);
  if (given.length > 0) return given;
  return frame.input !== null || frame.inputs.length > 0 ? [frame.input ?? shellWord('')] : [];
}
