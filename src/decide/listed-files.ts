import { shapeOf } from './command-shape.ts';
import type { ShapedWord } from './command-shape.ts';
import { gitSubcommand } from './git-subcommand.ts';
import { listStart } from './list-start.ts';
import { isNameFilter } from './name-filter.ts';
import { own } from './own.ts';
import { isRecursive } from './path-candidates.ts';
import { patternPlaces } from './path-candidates-pattern.ts';
import type { ReachedCommand } from './reached-command.ts';
import { FOLDERS, GLOB_RUN, LISTED, UNKNOWN, shellWord } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/**
 * What a line of a command's output names, where it lists files; null where it prints something else.
 *
 * @param upstream what a line of the command's own input names; null also where it has another input than the pipe.
 */
export function listedFiles(command: ReachedCommand | undefined, upstream: ShellWord | null): ShellWord | null {
  if (command === undefined) return null;
  const program = command.program.text;
  const { words, folders } = command;
  if (program === 'find') return words.some((word) => PRINTS_TEXT.test(word.text)) ? null : foundFiles(words, folders);
  if (upstream !== null && isNameFilter(program, words)) return upstream;
  const starts = startsOf(program, words);
  return starts === null ? null : listedBelow(starts, folders);
}

/** Actions of `find` that print more than names, or what somebody wrote. */
const PRINTS_TEXT = /^-(?:printf|fprintf|ls|fls)$/;

/** Names below some of these folders, as a program prints them that finds them by itself. */
function listedBelow(starts: readonly string[], folders: readonly string[] | null): ShellWord {
  const start = listStart(starts, folders);
  // Names in the folder itself are printed bare: one may look like an option.
  return shellWord(/^(?:\.\/*)+$/.test(start) ? LISTED : below(start, LISTED));
}

/** Where a program starts that prints names of files that it found by itself; null where it prints something else. */
function startsOf(program: string, words: readonly ShellWord[]): readonly string[] | null {
  const texts = words.map((word) => word.text);
  switch (program) {
    case 'git':
      return gitStarts(words);
    case 'grep':
    case 'egrep':
    case 'fgrep':
    case 'rg':
    case 'ag': {
      if (!texts.some((text) => /^-[A-Za-z]*[lL]|^--files/.test(text)) || texts.some((text) => OTHER_TEXT.test(text)))
        return null;
      const shape = shapeOf(program, words);
      return patternPlaces(program, shape, isRecursive(program, shape)).map((file) => file.text);
    }
    case 'fd':
    case 'fdfind':
      return texts.some((text) => /^(?:-[xXl]|--(?:exec|format|list))/.test(text)) ? null : fdStarts(program, words);
    case 'ls':
      // With `-l` it prints where links lead, and other texts with other options.
      return texts.every((text) => /^-[1aABcfhrRStuUvX]+$/.test(text)) ? [] : null;
    default:
      return null;
  }
}

/** Options by which a program that searches prints matches, counts or a text of the caller's beside names, or in them. */
const OTHER_TEXT = /^-[A-Za-z]*[oc]|^--(?:only|count|replace|la|path-sep|hyper|json|colou?r=a)/;

/** Names that `fd` prints, or puts in place of `{}`. */
export function fdFiles(words: readonly ShellWord[], folders: readonly string[] | null): ShellWord {
  return listedBelow(fdStarts('fd', words), folders);
}

/** The operands of `fd` behind its pattern. An option's value may be taken for one; a folder never for the pattern. */
function fdStarts(program: string, words: readonly ShellWord[]): readonly string[] {
  if (words.some((word) => /^(?:-C|--(?:base-dir|search-path|path-sep))/.test(word.text))) return [UNKNOWN];
  const given = shapeOf(program, words).filter(isOperand);
  const isPatternFirst = given[0]?.kind === 'operand';
  const starts = given.slice(isPatternFirst ? 1 : 0);
  return [...(starts.every(({ kind }) => kind === 'operand') ? [] : ['.']), ...starts.map(({ word }) => word.text)];
}

function isOperand({ kind }: ShapedWord): boolean {
  return kind === 'operand' || kind === 'value-or-operand';
}

const DIFF_NAMES =
  /^-(?:[zwbcmrMCRU]\d*%?|[DBln]\d*|\d+|-cc)$|^--(?:name-only|cached|staged|diff-filter|merge-base|relative|no-relative|no-renames|find-renames|exit-code|no-color|ignore-submodules|ignore-all-space|no-ext-diff|no-commit-id|root|all|no-merges|first-parent|reverse|since|until|after|before|author|grep|max-count)(?:=|$)|^--(?:format|pretty)=(?:t?format:)?$/;

/** Options with which git prints names, or hashes, and nothing else. */
const GIT_NAMES: Readonly<Partial<Record<string, RegExp>>> = {
  'ls-files':
    /^-[cdmoiuz]+$|^-[xX]|^--(?:cached|deleted|modified|others|ignored|unmerged|killed|exclude|exclude-from|exclude-standard|exclude-per-directory|full-name|directory|no-empty-directory|recurse-submodules|error-unmatch|deduplicate)(?:=|$)/,
  diff: DIFF_NAMES,
  'diff-tree': DIFF_NAMES,
  'diff-index': DIFF_NAMES,
  'diff-files': DIFF_NAMES,
  log: DIFF_NAMES,
};

/** Where the names begin that git prints: a pathspec may lead up, and what leads to the top of the repository does so too. */
function gitStarts(words: readonly ShellWord[]): readonly string[] | null {
  const subcommand = gitSubcommand(words);
  if (subcommand === null) return null;
  const options = own(GIT_NAMES, subcommand.name);
  const rest = shapeOf('git', words).slice(subcommand.at + 1);
  const given = rest.filter(({ kind }) => kind === 'option').map(({ word }) => word.text);
  if (options === undefined || !given.every((text) => options.test(text))) return null;
  const isEmptyFormat = given.some((text) => /^--(?:format|pretty)=/.test(text));
  if (subcommand.name === 'log' && !isEmptyFormat) return null;
  if (subcommand.name !== 'ls-files' && !given.includes('--name-only')) return null;
  return rest
    .filter(isOperand)
    .map(({ word }) => word.text)
    .filter((text) => text.startsWith('/') || text.startsWith(':') || text.split('/').includes('..'))
    .map((text) => (text.startsWith(':') ? '..' : text));
}

/** What `find` prints, or puts in place of `{}`: a name below a start folder, as far as its tests tell. */
export function foundFiles(words: readonly ShellWord[], folders: readonly string[] | null): ShellWord {
  const rest = words.slice(frontOptions(words));
  const firstTest = rest.findIndex((word) => /^[-(!]/.test(word.text));
  const starts = (firstTest < 0 ? rest : rest.slice(0, firstTest)).map((word) => word.text);
  const names = words.flatMap((word, index) => (/^-i?name$/.test(word.text) ? [words[index + 1]?.text ?? ''] : []));
  // Behind links (`-L`) a name may be that of any other file.
  const isOneName = names.length === 1 && !words.some((word) => /^(?:-o|-or|,|!|-not|\(|-L|-follow)$/.test(word.text));
  // `-name` globs as `fnmatch` does: a wildcard in front stands for a dot too, so it is marked as not known at all.
  const name =
    isOneName && !/[[\\]/.test(names[0] ?? '')
      ? (names[0] ?? '').replaceAll(/[*?]/g, UNKNOWN)
      : `${UNKNOWN}${GLOB_RUN}`;
  const isListElsewhere = words.some((word) => word.text.startsWith('-files0-from'));
  return shellWord(below(isListElsewhere ? UNKNOWN : listStart(starts, folders), `${FOLDERS}/${name}`));
}

/** How many words in front of its start folders `find` takes for options. */
function frontOptions(words: readonly ShellWord[]): number {
  let at = 0;
  for (let text = words[0]?.text; text !== undefined; text = words[at]?.text) {
    if (text === '--') return at + 1;
    if (!/^-(?:[HLP]|O\d*|D.*)$/.test(text)) break;
    at += text === '-D' ? 2 : 1;
  }
  return at;
}

function below(start: string, name: string): string {
  return `${start.replace(/\/+$/, '')}/${name}`;
}
