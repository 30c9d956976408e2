import { fitsFlags } from './flag-set.ts';
import { GIT_TABLE } from './git-table.ts';

/** Whether what follows `git` only reads. Options in front of the subcommand are none that the client knows. */
export function isReadOnlyGit(values: readonly string[]): boolean {
  const [first = '', second = ''] = values;
  const pair = `${first} ${second}`;
  const name = GIT_TABLE.has(pair) ? pair : first;
  const set = GIT_TABLE.get(name);
  if (set === undefined) return false;
  const rest = values.slice(name === pair ? 2 : 1);
  if ((name === 'branch' || name === 'tag') && !rest.some((word) => word === '-l' || word === '--list')) {
    // Without `--list` a name makes a branch or a tag.
    const isName = (word: string, at: number): boolean => !word.startsWith('-') && !takesName(rest[at - 1]);
    if (rest.some(isName)) return false;
  }
  if (name === 'remote show' && !rest.includes('-n')) return false;
  if (name === 'reflog' && rest[0] !== undefined && !rest[0].startsWith('-')) return false;
  return fitsFlags(set, rest);
}

function takesName(option: string | undefined): boolean {
  return (
    option !== undefined && /^-n$|^--(?:sort|points-at|contains|no-contains|merged|no-merged|format)$/.test(option)
  );
}
