import type { ReachedCommand } from './reached-command.ts';
import { FOLDERS, GLOB_RUN, LISTED, MARK, UNKNOWN, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** Programs that pass lines on as they are, or drop some. */
const FILTERS = new Set(['head', 'tail', 'sort', 'uniq', 'grep', 'egrep', 'fgrep', 'rg', 'cat', 'tac', 'shuf']);

/**
 * What a line of a command's output names, where it lists files; null where it prints something else.
 *
 * @param upstream what a line of the command's own input names.
 */
export function listedFiles(command: ReachedCommand | undefined, upstream: ShellWord | null): ShellWord | null {
  if (command === undefined) return null;
  const program = command.program.text;
  // What `-printf` prints is any text.
  if (program === 'find')
    return command.words.some((word) => word.text === '-printf') ? null : foundFiles(command.words);
  if (
    FILTERS.has(program) &&
    upstream !== null &&
    !command.words.some((word) => /^-[a-z]*[oc]|^--(?:only|count)/.test(word.text))
  )
    return upstream;
  return printsNames(
    program,
    command.words.map((word) => word.text),
  )
    ? shellWord(LISTED)
    : null;
}

/** Whether a program prints names of files that it found by itself. */
function printsNames(program: string, words: readonly string[]): boolean {
  switch (program) {
    case 'git':
      return words[0] === 'ls-files' || words.includes('--name-only');
    case 'grep':
    case 'egrep':
    case 'fgrep':
    case 'rg':
    case 'ag':
      return (
        words.some((word) => /^-[A-Za-z]*[lL]|^--files/.test(word)) &&
        !words.some((word) => /^-[A-Za-z]*[oc]|^--(?:only|count|replace)/.test(word))
      );
    case 'fd':
    case 'fdfind':
      return !words.some((word) => /^(?:-[xXl]|--(?:exec|format|list))/.test(word));
    case 'ls':
      return words.every((word) => word.startsWith('-'));
    default:
      return false;
  }
}

/** What `find` prints, or puts in place of `{}`: a name below a start folder, as far as its tests tell. */
export function foundFiles(words: readonly ShellWord[]): ShellWord {
  const first = words.findIndex((word) => !/^-(?:[HLP]|O\d*|D.*)$/.test(word.text));
  const rest = first < 0 ? [] : words.slice(first);
  const firstTest = rest.findIndex((word) => /^[-(!]/.test(word.text));
  const starts = (firstTest < 0 ? rest : rest.slice(0, firstTest)).map((word) => word.text);
  const start =
    starts.length === 0 ? '.' : starts.length === 1 && !MARK.test(starts[0] ?? '') ? (starts[0] ?? '.') : null;
  const names = words.flatMap((word, index) => (/^-i?name$/.test(word.text) ? [words[index + 1]?.text ?? ''] : []));
  // Behind links (`-L`) a name may be that of any other file.
  const isOneName = names.length === 1 && !words.some((word) => /^(?:-o|-or|!|-not|\(|-L|-follow)$/.test(word.text));
  // `-name` globs as `fnmatch` does: a wildcard in front stands for a dot too, so it is marked as not known at all.
  const name =
    isOneName && !/[[\\]/.test(names[0] ?? '')
      ? (names[0] ?? '').replaceAll(/[*?]/g, UNKNOWN)
      : `${UNKNOWN}${GLOB_RUN}`;
  if (start === null) return shellWord(`${LISTED}/${FOLDERS}/${name}`);
  return shellWord(`${start.replace(/\/+$/, '') || ''}/${FOLDERS}/${name}`);
}
