import { gitSubcommand } from './git-subcommand.ts';
import { place } from './path-candidate.ts';
import type { PathCandidate } from './path-candidate.ts';
import { physicalFolders } from './physical-folder.ts';
import type { ShellState } from './shell-state.ts';
import type { ShellWord } from './shell-word.ts';

/** The folders in which git works after its own `-C`; null where they are not known, as with another work tree. */
export function workingFolders(
  words: readonly ShellWord[],
  place: Pick<ShellState, 'folders' | 'realPath'>,
): readonly string[] | null {
  let known = place.folders;
  for (let at = 0; at < words.length; at += 1) {
    const text = words[at]?.text ?? '';
    if (!text.startsWith('-')) break;
    if (/^--(?:work-tree|git-dir)/.test(text)) return null;
    if (text === '-c') at += 1;
    if (text !== '-C') continue;
    at += 1;
    const folder = words[at]?.text ?? '';
    known = physicalFolders({ ...place, folders: known }, folder);
  }
  return known;
}

/** Subcommands that print no more of a repository than names. */
const NAMES_ONLY = new Set(
  'status branch tag ls-files rev-parse remote describe check-ignore check-attr version help config init clone worktree'.split(
    ' ',
  ),
);

/** The repository whose contents a subcommand shows or changes: the folder in which git works, or those it is told. */
export function repositoryFolders(words: readonly ShellWord[]): readonly PathCandidate[] {
  const subcommand = gitSubcommand(words);
  if (subcommand === null || (NAMES_ONLY.has(subcommand.name) && subcommand.name !== 'init')) return [];
  const front = words.slice(0, subcommand.at);
  const told = front.flatMap((word, at) => {
    const given = /^--(?:git-dir|work-tree)(?:=(.*))?$/s.exec(word.text);
    const text = given === null ? undefined : (given[1] ?? front[at + 1]?.text);
    return text === undefined ? [] : [place(text, subcommand.name === 'init' ? 'write' : 'read')];
  });
  if (told.length > 0) return told;
  // `git init` makes the repository, where it is not told another folder.
  return subcommand.name === 'init' ? [] : [place('.', 'read')];
}
