import { gitSubcommand } from './git-subcommand.ts';
import { shapeOf } from './command-shape.ts';
import type { ShapedWord } from './command-shape.ts';
import { gitOptionFiles } from './path-candidates-git-options.ts';
import { hint, place } from './path-candidate.ts';
import type { PathCandidate } from './path-candidate.ts';
import { GLOB_ANY } from './shell-word.ts';
import type { ShellWord } from './shell-word.ts';

/** Subcommands whose words name revisions, branches or remotes, or that print names only. */
const NAMES = new Set(
  'status branch tag ls-files ls-tree ls-remote rev-parse check-ignore check-attr switch merge fetch push pull remote config describe shortlog reflog merge-base cherry-pick revert rev-list for-each-ref bisect notes symbolic-ref update-ref rebase gc fsck count-objects var help version init worktree submodule lfs clean reset stash'.split(
    ' ',
  ),
);
/** Subcommands that write the files they are given. */
const WRITERS = new Set('checkout restore rm mv'.split(' '));

/** The files that a call of git may name: pathspecs, `REV:path`, and the values of a few options. */
export function gitCandidates(words: readonly ShellWord[]): readonly PathCandidate[] {
  const subcommand = gitSubcommand(words);
  if (subcommand === null) return [];
  const rest = words.slice(subcommand.at + 1);
  const { name } = subcommand;
  const shape = shapeOf('git', words).slice(subcommand.at + 1);
  const files: PathCandidate[] = [];
  const isStashShown = name === 'stash' && rest.some((word) => word.text === 'show');
  const isLogOfNames = name === 'log' && !rest.some((word) => /^-(?:p|u|L|-patch|[A-Za-z]*p$)/.test(word.text));
  // Outside of any repository: plain files, wherever they lie.
  const isPlain = (name === 'grep' || name === 'diff') && rest.some((word) => word.text.startsWith('--no-ind'));
  if (isPlain) files.push(...plainPlaces(name, shape));
  else if (name === 'diff') files.push(...comparedPlaces(shape));
  files.push(...gitOptionFiles(name, shape));
  const isNaming = (NAMES.has(name) && !isStashShown) || name === 'add' || name === 'commit' || isLogOfNames;
  let operands = 0;
  let isAfterEnd = false;
  for (const { kind, word } of shape) {
    const { text } = word;
    if (kind === 'end-of-options') {
      isAfterEnd = true;
      continue;
    }
    if (kind === 'option' || kind === 'value') continue;
    operands += 1;
    if (!isNaming || name === 'stash') files.push(...revisionPaths(text));
    if ((name === 'worktree' && operands === 2) || name === 'init') files.push(place(text, 'write'));
    if (isNaming || (name === 'grep' && operands === 1 && !isAfterEnd)) continue;
    if (WRITERS.has(name)) files.push(...writtenPaths(name, rest, text, operands, isAfterEnd));
    else if (name === 'clone') files.push(...(operands > 1 ? [place(text, 'write', true)] : [hint(text)]));
    else if (name === 'show' || name === 'log' || name === 'cat-file') files.push(pathspec(text, isAfterEnd));
    else files.push(pathspec(text, true));
  }
  // In the folder that it works in, where it is given none.
  const isTold = words.slice(0, subcommand.at).some((word) => word.text.startsWith('--git-dir'));
  if (name === 'init' && operands === 0 && !isTold) files.push(place('.', 'write'));
  return files;
}

/** What `git grep --no-index` and `git diff --no-index` read: their operands, or the folder that they run in. */
function plainPlaces(name: string, shape: readonly ShapedWord[]): readonly PathCandidate[] {
  const operands = shape.filter(({ kind }) => kind === 'operand' || kind === 'value-or-operand');
  const hasPattern = shape.some(({ kind, word }) => kind === 'option' && /^-[A-Za-z]*[ef]/.test(word.text));
  const texts = operands.slice(name === 'grep' && !hasPattern ? 1 : 0).map(({ word }) => word.text);
  if (name === 'grep' && texts.length === 0) texts.push('.');
  return texts.map((text) => place(text, 'read', true));
}

/** Git compares two files without a repository, too, where one of them lies outside of it. */
function comparedPlaces(shape: readonly ShapedWord[]): readonly PathCandidate[] {
  const end = shape.findIndex(({ kind }) => kind === 'end-of-options');
  const isOperand = ({ kind }: ShapedWord): boolean => kind === 'operand' || kind === 'value-or-operand';
  const texts = shape.filter(isOperand).map(({ word }) => word.text);
  // In front of `--` stand revisions.
  if (texts.length < 2 || shape.slice(0, Math.max(0, end)).some(isOperand)) return [];
  return texts.map((text) => place(text, 'read'));
}

/** A pathspec: git globs by itself, and its `*` also matches slashes and leading dots. */
function pathspec(text: string, isFile: boolean): PathCandidate {
  const plain = text.replace(/^:\([^)]*\)|^:\//, '').replaceAll(/[*?]|\[[^\]]*\]/g, GLOB_ANY);
  if (/^:[!^]|^:\([^)]*exclude/.test(text)) return hint('.');
  // A word that may as well be a revision is held against the rules that deny only where it is a file's name.
  return isFile || /[./]/.test(text) ? hint(plain) : hint('.');
}

/** `HEAD:config/.env`, `:0:.env`, `stash@{0}:.env`. */
function revisionPaths(text: string): readonly PathCandidate[] {
  const colon = text.indexOf(':');
  if (colon < 0 || /^[A-Za-z][\w+.-]*:\/\//.test(text) || text.startsWith(':(')) return [];
  return text
    .slice(colon + 1)
    .split(':')
    .filter((part) => part !== '')
    .map((part) => hint(part.replace(/^\.?\//, ''), true));
}

function writtenPaths(
  name: string,
  rest: readonly ShellWord[],
  text: string,
  operands: number,
  isAfterEnd: boolean,
): readonly PathCandidate[] {
  const isIndexOnly = name === 'rm' && rest.some((word) => word.text === '--cached');
  if (
    isIndexOnly ||
    (name === 'restore' &&
      rest.some((word) => /^(?:--staged|-S)$/.test(word.text)) &&
      !rest.some((word) => /^(?:--worktree|-W)$/.test(word.text)))
  )
    return [];
  // The first word of `checkout` is a branch unless it looks like a file.
  if (name === 'checkout' && operands === 1 && !isAfterEnd && !/\.[A-Za-z]/.test(text)) return [];
  const isRemoved = name === 'rm';
  return [
    {
      ...place(text, 'write', name !== 'checkout' && name !== 'restore'),
      isPlace: name === 'mv' || isRemoved,
      links: isRemoved ? 'untouched' : 'followed',
    },
  ];
}

/** The pathspecs that `git add` would put into the repository. */
export function addedPaths(words: readonly ShellWord[]): readonly string[] {
  const subcommand = gitSubcommand(words);
  if (subcommand?.name !== 'add' && subcommand?.name !== 'stage') return [];
  return words.slice(subcommand.at + 1).flatMap((word) => (word.text.startsWith('-') ? [] : [word.text]));
}
